/** The worker of a page, which is started before the exhibit is there, and the order of what comes then. */

import { Client, type Requests } from './client.ts';
import { type Build, bestBuild } from './simd.ts';

/** How long to wait for a still picture that does not load, or is not on the screen. */
const PATIENCE_MS = 500;

/** The manifest's entry for a page's exhibit. */
export interface Launch {
  newWorker: () => Worker;
  /** Addresses of the kernel's module with the exhibit's handle. */
  kernel: Record<Build, string>;
  /** The exhibit's own. */
  scripts: () => Promise<unknown>;
}

let launched: Launch;
let first: Client<Requests> | undefined;

export async function launch(exhibit: Launch): Promise<void> {
  launched = exhibit;
  first = new Client(newWorker());
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const still = document.querySelector<HTMLImageElement>('img.still');
  if (still) await Promise.race([still.decode().catch(() => undefined), patience]);
  // Large, and needed last: loaded earlier it would delay the first paint.
  const url = kernelFile();
  void first.prepare(url, WebAssembly.compileStreaming(fetch(url)));
  // Scripts keep the thread busy, so the page is painted first.
  await Promise.race([painted(), patience]);
  await exhibit.scripts();
}

/** Another worker of this page, without a kernel. */
export function newWorker(): Worker {
  return launched.newWorker();
}

/** The best build that this browser runs. */
function kernelFile(): string {
  return launched.kernel[bestBuild()];
}

/** The worker that was started with the page; the second time and later, a new one, which loads the kernel by itself. */
export function newClient<R extends Requests>(): Client<R> {
  const client = (first as Client<R> | undefined) ?? new Client<R>(newWorker());
  if (!first) void client.prepare(kernelFile());
  first = undefined;
  return client;
}

/** The next frame, and what it shows. */
function painted(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
