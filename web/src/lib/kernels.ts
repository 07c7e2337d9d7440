/** The modules of the kernel, by the experiments in them; a page loads the one that has its own. */

import { bestBuild } from './simd.ts';

// Every expression is written out: bundlers find files only in this literal form.
const FILES = {
  training: {
    scalar: () => new URL('../../pkg/scalar/losscape_training_bg.wasm', import.meta.url),
    simd: () => new URL('../../pkg/simd/losscape_training_bg.wasm', import.meta.url),
  },
  surface: {
    scalar: () => new URL('../../pkg/scalar/losscape_surface_bg.wasm', import.meta.url),
    simd: () => new URL('../../pkg/simd/losscape_surface_bg.wasm', import.meta.url),
  },
  paths: {
    scalar: () => new URL('../../pkg/scalar/losscape_paths_bg.wasm', import.meta.url),
    simd: () => new URL('../../pkg/simd/losscape_paths_bg.wasm', import.meta.url),
  },
};

export type Kernel = keyof typeof FILES;

/** The best build that this browser runs. */
export function kernelFile(kernel: Kernel): URL {
  return FILES[kernel][bestBuild()]();
}
