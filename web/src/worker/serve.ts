/** The worker's end of a client, and the half of an experiment that all have in common. */

import { type Envelope, LOAD, type Load, type Reply, type Requests } from '../lib/client.ts';
import { LabFailure } from '../lib/failure.ts';
import type { Act, Common, Stand } from '../lib/protocol.ts';
import type { Values } from '../lib/schema.ts';
import { explain, type Glue, give, loadKernel } from './kernel.ts';

/** A run, as an exhibit's `kernel.ts` provides it. */
export interface Running<Frame extends Stand, View, Doing extends Act> {
  readonly steps: number;
  /**
   * Makes a few steps towards `target`, never more: a millisecond of work, say. Returns whether work is left before the run
   * stands there; if none is and it does not stand there, it has ended.
   */
  advance(target: number): boolean;
  /**
   * What the page draws; whatever has been gathered for it is handed over once. `looked`: the reader waits for what the view
   * shows, which may otherwise come with one of the next frames.
   */
  frame(view: View, looked: boolean, buffer: ArrayBuffer | undefined): Frame;
  /** Does what the reader did after the present step. */
  act?(act: Doing): void;
  free(): void;
}

export type Handlers<R extends Requests> = {
  [K in keyof R]: (ask: R[K]['ask']) => Promise<R[K]['answer']> | R[K]['answer'];
};

/**
 * Serves an experiment: `start` makes a run, after the kernel has been loaded; the slices of time, what is to be done at
 * certain steps, rehearsed failures and the freeing of earlier runs are the same for all. `own` answers what only this exhibit
 * asks.
 */
export function serveRuns<
  Frame extends Stand,
  View,
  Doing extends Act = never,
  R extends Requests = object & Requests,
>(
  glue: Glue,
  start: (
    settings: Values,
    file: Uint8Array | undefined,
  ) => Running<Frame, View, Doing> | Promise<Running<Frame, View, Doing>>,
  own: Handlers<R>,
): void {
  let run: Running<Frame, View, Doing> | undefined;
  let acts: Doing[] = [];
  let rehearse = false;

  const actAt = (step: number) => {
    while (acts[0] && acts[0].step <= step) run!.act?.(acts.shift()!);
  };

  const common: Handlers<Common<Frame, View, Doing>> = {
    async start(ask) {
      await loadKernel(glue);
      const next = await start(ask.settings, ask.file);
      if (next !== run) run?.free();
      run = next;
      rehearse = ask.rehearse;
      acts = ask.acts.toSorted((a, b) => a.step - b.step);
      actAt(run.steps);
      return run.frame(ask.view, true, ask.buffer);
    },

    advance({ target, sliceMs, view, buffer }) {
      const end = performance.now() + sliceMs;
      const current = run!;
      if (rehearse && target > current.steps) glue.rehearse_panic();
      do {
        const stop = Math.min(target, acts[0]?.step ?? target);
        if (current.advance(stop)) continue;
        if (current.steps < stop || stop === target) break;
        actAt(stop);
      } while (performance.now() < end);
      actAt(current.steps);
      return current.frame(view, false, buffer);
    },

    act({ act, view, buffer }) {
      run!.act!(act);
      return run!.frame(view, true, buffer);
    },

    look: ({ view, buffer }) => run!.frame(view, true, buffer),
  };
  serve({ ...common, ...own } as unknown as Handlers<Requests>, () => loadKernel(glue));
}

/** Answers one message at a time and distinguishes failures. */
function serve(handlers: Handlers<Requests>, load: () => Promise<void>): void {
  /** The step of the last answer: the run was known to be good there. */
  let good = 0;
  const begin = async (kernel: Load) => {
    give(kernel);
    await load();
    return {};
  };
  globalThis.onmessage = async (event: MessageEvent<Envelope>) => {
    const { id, request } = event.data;
    const { kind, ...ask } = request as { kind: string };
    try {
      const reply = kind === LOAD ? await begin(ask as Load) : await handlers[kind]!(ask);
      const { step, buffer } = (reply ?? {}) as Partial<Stand>;
      good = step ?? good;
      postMessage({ id, reply } satisfies Reply, { transfer: buffer ? [buffer] : [] });
    } catch (error) {
      const { failure } = explain(error, good);
      if (!(error instanceof LabFailure) && failure.kind !== 'refused') console.error(error);
      postMessage({ id, failure } satisfies Reply);
    }
  };
}
