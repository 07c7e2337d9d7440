import { readFile } from 'node:fs/promises';
import { digits, kernel } from './files.js';
import init from './losscape.js';

export * from './losscape.js';

export default async function load() {
  const { memory } = await init(await WebAssembly.compile(await readFile(kernel)));
  return memory;
}

export async function readDigits() {
  return new Uint8Array(await readFile(digits));
}
