/** The worker's end of a client: answers one message at a time, and tells failures apart. */

import { type Envelope, LOAD, type Load, type Reply } from '../lib/client.ts';
import { LabFailure } from '../lib/failure.ts';
import { explain, give } from './kernel.ts';

type Requests = Record<string, { ask: object; answer: unknown }>;

export type Handlers<R extends Requests> = {
  [K in keyof R]: (ask: R[K]['ask']) => Promise<R[K]['answer']> | R[K]['answer'];
};

/** What of an answer is passed on instead of copied. */
type Transfers = (answer: unknown) => Transferable[];

/** `load` loads the kernel, unless it is there. */
export function serve<R extends Requests>(
  load: () => Promise<unknown>,
  handlers: Handlers<R>,
  transfers: Transfers = () => [],
): void {
  const begin = async ({ module }: Load) => {
    give(module);
    await load();
    return {};
  };
  /** The step of the last answer: where the run was known to be good. */
  let good = 0;
  globalThis.onmessage = async (event: MessageEvent<Envelope>) => {
    const { id, request } = event.data;
    const { kind, ...ask } = request as { kind: keyof R };
    try {
      const reply = kind === LOAD ? await begin(ask as Load) : await handlers[kind](ask);
      if (reply && typeof reply === 'object' && 'step' in reply) good = Number(reply.step);
      postMessage({ id, reply } satisfies Reply, { transfer: transfers(reply) });
    } catch (error) {
      const { failure } = explain(error, good);
      if (!(error instanceof LabFailure) && failure.kind !== 'refused') console.error(error);
      postMessage({ id, failure } satisfies Reply);
    }
  };
}
