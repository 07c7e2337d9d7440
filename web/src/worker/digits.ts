/** The digits in a worker: their file, and what the reader shows to a network. */

import type { NetworkInput } from '../lib/look.ts';
import { download } from './kernel.ts';

const FILE = new URL('../../../core/src/models/data/digits/digits.bin', import.meta.url);

let file: Promise<ArrayBuffer> | undefined;

/** Begins to fetch the file, unless it is on its way; after a failure, once more. */
export function fetchDigits(): Promise<ArrayBuffer> {
  file ??= download(FILE, 'the digits')
    .then((response) => response.arrayBuffer())
    .catch((error: unknown) => {
      file = undefined;
      throw error;
    });
  return file;
}

/** The interface of the kernel's `Digits`, whichever module holds it. */
interface Rows {
  held_out_pixels(row: number): Float32Array;
  held_out_label(row: number): number | undefined;
}

/** The 64 pixels that a network sees when it is shown this; nothing of an empty pad. */
export function pixelsOf(
  look: NetworkInput,
  rows: Rows,
  reduce: (ink: Uint8Array) => Float32Array,
): Float32Array | undefined {
  if ('row' in look) return rows.held_out_pixels(look.row);
  return look.ink.some((dot) => dot !== 0) ? reduce(look.ink) : undefined;
}

/** The digit that a held-out row is. */
export function labelOf(look: NetworkInput, rows: Rows): number | undefined {
  return 'row' in look ? rows.held_out_label(look.row) : undefined;
}
