/** Loads one build of the kernel into a worker, and tells its ways of failing apart. */

import { LabFailure } from '../lib/failure.ts';
import type { Build } from '../lib/simd.ts';

export type Kernel = typeof import('../../pkg/scalar/losscape.js');

/** Set by the kernel's panic hook; the first panic is kept, later ones are its consequences. */
let panic: string | undefined;

declare global {
  var losscapePanic: (message: string) => void;
}

globalThis.losscapePanic = (message) => {
  panic ??= message;
};

/** The bytes of a file, or a failure that names it. */
export async function download(url: URL | string, what: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new LabFailure({ kind: 'download', what, detail: String(error) });
  }
  if (!response.ok) {
    throw new LabFailure({ kind: 'download', what, detail: `${response.status} ${response.statusText}` });
  }
  return response;
}

export async function loadKernel(build: Build): Promise<{ kernel: Kernel; memory: WebAssembly.Memory }> {
  // Both expressions are written out: bundlers find files only in this literal form.
  const url =
    build === 'simd'
      ? new URL('../../pkg/simd/losscape_bg.wasm', import.meta.url)
      : new URL('../../pkg/scalar/losscape_bg.wasm', import.meta.url);
  const response = await download(url, 'the kernel');
  try {
    const kernel = (await (build === 'simd'
      ? import('../../pkg/simd/losscape.js')
      : import('../../pkg/scalar/losscape.js'))) as Kernel;
    // From bytes, not streaming: a host that serves another media type than application/wasm works too.
    const bytes = await response.arrayBuffer();
    const { memory } = await kernel.default({ module_or_path: await WebAssembly.compile(bytes) });
    return { kernel, memory };
  } catch (error) {
    throw new LabFailure({ kind: 'compile', detail: String(error) });
  }
}

/** What an exception of the kernel means. */
export function explain(error: unknown, step: number): LabFailure {
  if (error instanceof LabFailure) return error;
  if (panic !== undefined) return new LabFailure({ kind: 'panic', detail: panic, step });
  if (error && typeof error === 'object' && 'field' in error && 'message' in error) {
    return new LabFailure({ kind: 'refused', field: String(error.field), detail: String(error.message) });
  }
  return new LabFailure({ kind: 'panic', detail: String(error), step });
}
