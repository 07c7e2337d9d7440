/** Loads the kernel into a worker and distinguishes its failures. */

import type { Load } from '../lib/client.ts';
import { LabFailure } from '../lib/failure.ts';
import { type Build, bestBuild } from '../lib/simd.ts';

/** Set by the kernel's panic hook; keeps only the first message, for later panics are its consequences. */
let panic: string | undefined;

declare global {
  var losscapePanic: (message: string) => void;
}

globalThis.losscapePanic = (message) => {
  panic ??= message;
};

/** A file, or a failure that names it. */
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

/** The glue that `wasm-bindgen` writes around a module, the same for both builds. */
export interface Glue {
  default(module: WebAssembly.Module): Promise<{ memory: WebAssembly.Memory }>;
  rehearse_panic(): void;
}

let given: Load;
let instance: WebAssembly.Memory | undefined;
const parts = new Map<Glue, Promise<WebAssembly.Memory>>();

/** Takes what the page knows of the kernel. */
export function give(kernel: Load): void {
  given = kernel;
}

/** Makes the instance that is called through the glue, unless it is there. */
export async function loadKernel(glue: Glue): Promise<void> {
  instance ??= await made(glue, given.module ?? (await download(given.url, 'the kernel')));
}

/** Makes the instance of a module that the page did not begin with, unless it is there; after a failure, once more. */
export async function loadPart(glue: Glue, files: Readonly<Record<Build, URL>>): Promise<void> {
  const part =
    parts.get(glue) ??
    download(files[bestBuild()], 'a part of the kernel').then((response) => made(glue, response));
  parts.set(glue, part);
  await part.catch((error: unknown) => {
    parts.delete(glue);
    throw error;
  });
}

/** The memory of the instance. A view of it ends when it grows: take it afresh after every call. */
export function memory(): WebAssembly.Memory {
  return instance!;
}

async function made(glue: Glue, source: WebAssembly.Module | Response): Promise<WebAssembly.Memory> {
  try {
    const module = source instanceof Response ? await compiled(source) : source;
    return (await glue.default(module)).memory;
  } catch (error) {
    throw new LabFailure({ kind: 'compile', detail: String(error) });
  }
}

/** Compiles while downloading; afterwards, if the host serves a media type that browsers do not stream. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  if (response.headers.get('content-type') === 'application/wasm')
    return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The failure that an exception of the kernel means. */
export function explain(error: unknown, step: number): LabFailure {
  if (error instanceof LabFailure) return error;
  if (panic !== undefined) return new LabFailure({ kind: 'panic', detail: panic, step });
  if (error && typeof error === 'object' && 'arg' in error && 'message' in error) {
    return new LabFailure({ kind: 'refused', field: String(error.arg), detail: String(error.message) });
  }
  return new LabFailure({ kind: 'panic', detail: String(error), step });
}
