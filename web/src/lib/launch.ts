/** The first worker of a page, which is started before the exhibit is there, and the order of what comes then. */

import { Client, LOAD } from './client.ts';

/** So long is waited for a still picture that does not come. */
const PATIENCE_MS = 500;

/** Of whatever exhibit. */
type Requests = Record<string, { ask: object; answer: unknown }>;

let first: Client<Requests> | undefined;

export async function launch(worker: Worker, exhibit: () => Promise<unknown>): Promise<void> {
  first = new Client(worker);
  // What fails is told when the run asks.
  first.ask(LOAD, {}).catch(() => undefined);
  const still = document.querySelector<HTMLImageElement>('img.still');
  if (still) await painted(still);
  await exhibit();
}

/** The worker that was started with the page; later ones are new. */
export function launched<R extends Requests>(): Client<R> | undefined {
  const client = first as Client<R> | undefined;
  first = undefined;
  return client;
}

/** Scripts keep the thread busy: what has not been painted before stays unseen until they are done. */
async function painted(still: HTMLImageElement): Promise<void> {
  const decoded = still.decode().catch(() => undefined);
  await Promise.race([decoded, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  // A page that is not seen is not painted.
  if (document.hidden) return;
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
