import { compiled } from './compile.js';
import { digits, kernel } from './files.js';
import init from './losscape.js';

export * from './losscape.js';

async function download(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new Error(`${url} is a page instead of a file of losscape: see “bundler” in its README`);
  return response.arrayBuffer();
}

export default async function load(source = kernel) {
  const { memory } = await init(await compiled(source, download));
  return memory;
}

export async function readDigits() {
  return new Uint8Array(await download(digits));
}
