/** The page's end of a worker: requests wait in line, one message is in flight. */

import { type Failure, LabFailure } from './failure.ts';

export interface Envelope {
  id: number;
  request: unknown;
}

export type Reply = { id: number; reply: unknown } | { id: number; failure: Failure };

export class Client<Requests extends Record<string, { ask: object; answer: unknown }>> {
  #worker: Worker;
  #line: Promise<unknown> = Promise.resolve();
  #waiting: { id: number; resolve: (reply: unknown) => void; reject: (error: unknown) => void } | undefined;
  #next = 1;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Reply>) => {
      const waiting = this.#waiting;
      if (!waiting || waiting.id !== event.data.id) return;
      this.#waiting = undefined;
      if ('failure' in event.data) waiting.reject(new LabFailure(event.data.failure));
      else waiting.resolve(event.data.reply);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#waiting?.reject(
        new LabFailure({ kind: 'download', what: 'the worker', detail: event.message || 'it did not start' }),
      );
      this.#waiting = undefined;
    };
  }

  /** Sends one request after all earlier ones have been answered. */
  ask<K extends keyof Requests & string>(
    kind: K,
    request: Requests[K]['ask'],
    transfer: Transferable[] = [],
  ): Promise<Requests[K]['answer']> {
    const answer = this.#line.then(
      () =>
        new Promise((resolve, reject) => {
          const id = this.#next++;
          this.#waiting = { id, resolve, reject };
          this.#worker.postMessage({ id, request: { kind, ...request } }, transfer);
        }),
    );
    this.#line = answer.catch(() => undefined);
    return answer as Promise<Requests[K]['answer']>;
  }

  /** Ends the worker; what was in flight is never answered. */
  end(): void {
    this.#worker.terminate();
    this.#waiting = undefined;
  }
}

/** Three buffers in turn: one is drawn, one is in flight, one is free. */
export class Ring {
  #free: ArrayBuffer[] = [];

  constructor(bytes: number) {
    for (let i = 0; i < 3; i++) this.#free.push(new ArrayBuffer(bytes));
  }

  /** A buffer to lend to the worker; it is away until it is given back. */
  take(): ArrayBuffer | undefined {
    return this.#free.pop();
  }

  give(buffer: ArrayBuffer): void {
    if (buffer.byteLength > 0 && this.#free.length < 3) this.#free.push(buffer);
  }
}
