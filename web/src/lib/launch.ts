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
  const still = document.querySelector<HTMLImageElement>('img.still');
  if (still) {
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
    await Promise.race([painted(still).catch(() => undefined), patience]);
  }
  // Large, and needed last: until here it would only have slowed down what is seen first.
  void first.prepare(compiled(kernel));
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

/** Scripts keep the thread busy: what has not been painted before stays unseen until they are done. */
async function painted(still: HTMLImageElement): Promise<void> {
  await still.decode();
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
