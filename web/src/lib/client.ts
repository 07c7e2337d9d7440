/** The page's end of a worker: requests wait in line, one message is in flight. */

import { type Failure, LabFailure } from './failure.ts';

export interface Envelope {
  id: number;
  request: unknown;
}

export type Reply = { id: number; reply: unknown } | { id: number; failure: Failure };

/**
 * A request is a slice of work, some milliseconds long, and a worker that was killed says nothing. Ticks are counted, not
 * time: a computer that slept has not waited.
 */
const TICK_MS = 2000;
const SILENT_TICKS = 5;

/** Requests to a worker and their answers, by name. */
export type Requests = Record<string, { ask: object; answer: unknown }>;

/** The request that every worker answers first. */
export const LOAD = 'load the kernel';

export interface Load {
  /** Where the kernel is. */
  url: string;
  /** The same, compiled by the page while the worker was starting. */
  module?: WebAssembly.Module;
}

interface Request {
  request: object;
  resolve: (reply: unknown) => void;
  reject: (error: unknown) => void;
}

export class Client<R extends Requests> {
  #worker: Worker;
  #line: Request[] = [];
  #waiting: (Request & { id: number }) | undefined;
  #next = 1;
  /** While the kernel is on its way. */
  #held = false;
  /** Whether it has ever answered: the first request loads the kernel, for which there is no time limit. */
  #alive = false;
  /** Why it did not start: whatever is asked later is not answered either. */
  #stillborn: Failure | undefined;
  #ticks = 0;
  #clock = setInterval(() => this.#tick(), TICK_MS);

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Reply>) => {
      const waiting = this.#waiting;
      if (!waiting || waiting.id !== event.data.id) return;
      this.#waiting = undefined;
      if ('failure' in event.data) waiting.reject(new LabFailure(event.data.failure));
      else {
        this.#alive = true;
        waiting.resolve(event.data.reply);
      }
      this.#send();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const detail = event.message || 'it did not start';
      if (!this.#alive) this.#stillborn = { kind: 'download', what: 'the worker', detail };
      this.#fail(this.#stillborn ?? { kind: 'panic', detail, step: 0 });
    };
  }

  #fail(failure: Failure): void {
    this.#waiting?.reject(new LabFailure(failure));
    this.#waiting = undefined;
    this.#send();
  }

  /** Names the kernel and passes it on once compiled; requests wait until then. */
  async prepare(url: string, compiling?: Promise<WebAssembly.Module>): Promise<void> {
    this.#held = true;
    // If it cannot be compiled here, the worker tries, and says why not.
    const module = await compiling?.catch(() => undefined);
    const request = { kind: LOAD, url, ...(module && { module }) } satisfies Load & { kind: string };
    // A failure is reported when the kernel is asked for something.
    this.#line.unshift({ request, resolve: () => undefined, reject: () => undefined });
    this.#held = false;
    this.#send();
  }

  /** Sends one request after all earlier ones have been answered; at once, if none is waiting. */
  ask<K extends keyof R & string>(kind: K, request: R[K]['ask']): Promise<R[K]['answer']> {
    return new Promise((resolve, reject) => {
      this.#line.push({ request: { kind, ...request }, resolve, reject });
      this.#send();
    });
  }

  #send(): void {
    if (this.#waiting || this.#held) return;
    const next = this.#line.shift();
    if (!next) return;
    if (this.#stillborn) {
      next.reject(new LabFailure(this.#stillborn));
      this.#send();
      return;
    }
    const id = this.#next++;
    this.#waiting = { id, ...next };
    this.#ticks = 0;
    // A buffer in it is transferred back and forth, not copied.
    const lent = Object.values(next.request).filter((part) => part instanceof ArrayBuffer);
    this.#worker.postMessage({ id, request: next.request }, lent);
  }

  /** The first answer may take long; of those that follow none does. */
  #tick(): void {
    if (this.#waiting && this.#alive && ++this.#ticks >= SILENT_TICKS) this.#fail({ kind: 'silent' });
  }

  /** Ends the worker; what was in flight is never answered. */
  end(): void {
    clearInterval(this.#clock);
    this.#worker.terminate();
    this.#waiting = undefined;
    this.#line = [];
  }
}
