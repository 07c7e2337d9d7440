/** The first worker of a page, which is started before the exhibit is there, and the order of what comes then. */

import { Client } from './client.ts';
import { type Kernel, kernelFile } from './kernels.ts';

/** So long is waited for a still picture that does not come, or is not seen. */
const PATIENCE_MS = 500;

/** Of whatever exhibit. */
type Requests = Record<string, { ask: object; answer: unknown }>;

let first: Client<Requests> | undefined;

export interface Launch {
  newWorker: () => Worker;
  kernel: Kernel;
  /** The exhibit's own. */
  scripts: () => Promise<unknown>;
}

export async function launch({ newWorker, kernel, scripts }: Launch): Promise<void> {
  first = new Client(newWorker());
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const still = document.querySelector<HTMLImageElement>('img.still');
  if (still) await Promise.race([still.decode().catch(() => undefined), patience]);
  // Large, and needed last: until here it would only have slowed down what is seen first.
  void first.prepare(compiled(kernel));
  // Scripts keep the thread busy: what has not been painted before stays unseen until they are done.
  await Promise.race([painted(), patience]);
  await scripts();
}

/** While it is on its way, and while the worker starts. */
async function compiled(kernel: Kernel): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(fetch(kernelFile(kernel)));
}

/** The worker that was started with the page; later ones are new. */
export function launched<R extends Requests>(): Client<R> | undefined {
  const client = first as Client<R> | undefined;
  first = undefined;
  return client;
}

/** The next frame, and what it shows. */
function painted(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
