/** Brings the kernel into a worker, and tells its ways of failing apart. */

import { LabFailure } from '../lib/failure.ts';
import { type Kernel, kernelFile } from '../lib/kernels.ts';

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

/** What the page has compiled while the worker was starting. */
let given: WebAssembly.Module | undefined;

export function give(module: WebAssembly.Module): void {
  given = module;
}

/** What `wasm-bindgen` writes around a module: the same for both builds. */
interface Glue {
  default(init: { module_or_path: WebAssembly.Module }): Promise<{ memory: WebAssembly.Memory }>;
}

let memory: WebAssembly.Memory | undefined;

/** Makes the instance that is called through the glue, unless it is there; returns its memory. */
export async function loadKernel(name: Kernel, glue: Glue): Promise<WebAssembly.Memory> {
  memory ??= await instance(name, glue);
  return memory;
}

async function instance(name: Kernel, glue: Glue): Promise<WebAssembly.Memory> {
  const response = given ?? (await download(kernelFile(name), 'the kernel'));
  try {
    const module = response instanceof Response ? await compiled(response) : response;
    return (await glue.default({ module_or_path: module })).memory;
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
  if (error && typeof error === 'object' && 'arg' in error && 'message' in error) {
    return new LabFailure({ kind: 'refused', field: String(error.arg), detail: String(error.message) });
  }
  return new LabFailure({ kind: 'panic', detail: String(error), step });
}
