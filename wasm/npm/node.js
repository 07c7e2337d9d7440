import { readFile } from 'node:fs/promises';
import { compiled } from './compile.js';
import { digits, kernel } from './files.js';
import init from './losscape.js';

export * from './losscape.js';

export default async function load(source = kernel) {
  const { memory } = await init(await compiled(source, readFile));
  return memory;
}

export async function readDigits() {
  return new Uint8Array(await readFile(digits));
}
