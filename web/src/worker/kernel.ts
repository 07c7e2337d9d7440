/** Loads the best build of the kernel into a worker, and tells its ways of failing apart. */

import { LabFailure } from '../lib/failure.ts';
import { bestBuild } from '../lib/simd.ts';

/** The modules of the kernel, by the experiments in them; a page loads the one that has its own. */
export interface Modules {
  training: typeof import('../../pkg/scalar/losscape_training.js');
  surface: typeof import('../../pkg/scalar/losscape_surface.js');
  paths: typeof import('../../pkg/scalar/losscape_paths.js');
}

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

// Every expression is written out: bundlers find files only in this literal form.
const FILES = {
  training: {
    scalar: {
      module: () => new URL('../../pkg/scalar/losscape_training_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/scalar/losscape_training.js'),
    },
    simd: {
      module: () => new URL('../../pkg/simd/losscape_training_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/simd/losscape_training.js'),
    },
  },
  surface: {
    scalar: {
      module: () => new URL('../../pkg/scalar/losscape_surface_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/scalar/losscape_surface.js'),
    },
    simd: {
      module: () => new URL('../../pkg/simd/losscape_surface_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/simd/losscape_surface.js'),
    },
  },
  paths: {
    scalar: {
      module: () => new URL('../../pkg/scalar/losscape_paths_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/scalar/losscape_paths.js'),
    },
    simd: {
      module: () => new URL('../../pkg/simd/losscape_paths_bg.wasm', import.meta.url),
      glue: () => import('../../pkg/simd/losscape_paths.js'),
    },
  },
};

export async function loadKernel<Name extends keyof Modules>(
  name: Name,
): Promise<{ kernel: Modules[Name]; memory: WebAssembly.Memory }> {
  const { module: file, glue } = FILES[name][bestBuild()];
  // Both at once: on a slow network a round trip is long.
  const code = glue();
  code.catch(() => undefined); // told where it is awaited
  const response = await download(file(), 'the kernel');
  try {
    const module = compiled(response);
    module.catch(() => undefined); // as the glue
    const kernel = (await code) as Modules[Name];
    const { memory } = await kernel.default({ module_or_path: await module });
    return { kernel, memory };
  } catch (error) {
    throw new LabFailure({ kind: 'compile', detail: String(error) });
  }
}

/** While it is on its way; in one piece from a host that serves another media type than a browser streams. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  if (response.headers.get('content-type') === 'application/wasm')
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
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
