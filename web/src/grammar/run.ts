/** A run: its worker, play and step, replay, and what happens when it fails. What is seen of it is `exhibit.ts`. */

import { Client } from '../lib/client.ts';
import { type Failure, LabFailure } from '../lib/failure.ts';
import { launched } from '../lib/launch.ts';
import type { Values } from '../lib/schema.ts';
import { Announcer } from './announcer.ts';
import { Linked } from './linked.ts';
import type { Speed } from './transport.ts';

/** The worker's share of a frame. */
export const SLICE_MS = 8;
/** A replay and a still show nothing on their way, so their slices may be longer. */
export const LONG_SLICE_MS = 40;

export type Replay = { target: number; digest: string; state: 'running' | 'same' | 'different' | 'unknown' };

/** Where a run stands. */
export interface At {
  step: number;
  digest: string;
  /** The step whose result was not finite, if one was; what is shown is the state before. */
  notFinite?: number | undefined;
}

/** Thrown by what an earlier run had asked for: the answer is nobody's. */
class Stale extends Error {}

export abstract class Run<Requests extends Record<string, { ask: object; answer: unknown }>> extends Linked {
  protected failure: Failure | undefined;
  protected replay: Replay | undefined;
  protected playing = false;
  protected speed: Speed = '16';
  /** Whether the exhibit is on the screen; what is not seen does not run. */
  protected visible = true;
  protected readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  #announcer = new Announcer(() => this.querySelector('[data-test=live]'));
  #client: Client<Requests> | undefined;
  /** Kept when the run that was begun last stands at its start, or where its link leads. */
  #begun: Promise<void> = Promise.resolve();
  /** Counts runs: an answer for an earlier run is dropped. */
  #run = 0;

  // ---- what an exhibit tells of its run ----

  protected abstract readonly newWorker: () => Worker;
  /** Makes a run of the present values and shows its start. */
  protected abstract begin(): Promise<void>;
  /** Where the run stands; nothing before its first frame. */
  protected abstract get at(): At | undefined;
  /** Goes on to a step, or to the end before it, without a frame in between being drawn. */
  protected abstract advanceTo(step: number, sliceMs: number): Promise<void>;
  /** One frame of play, at the speed that is set. */
  protected abstract frame(): Promise<void>;
  /** Steps of one still, when nothing may move. */
  protected abstract get stillSteps(): number;
  /** The state in a sentence. */
  protected abstract summary(): string;

  /** Whether there is nothing left to play. */
  protected get over(): boolean {
    return false;
  }

  /** Play, once all is over: seen once more from its start. Tells whether to go on. */
  protected async again(): Promise<boolean> {
    await this.reset();
    return this.ready;
  }

  /** Called after each frame of play; true pauses. */
  protected milestone(): boolean {
    return false;
  }

  /** What, besides the step, has to be replayed. */
  protected get replays(): boolean {
    return false;
  }

  /** What a link tells of where the run stands; nothing at its start. */
  protected get standing(): Values | undefined {
    return this.at && this.at.step > 0 ? { step: this.at.step, digest: this.at.digest } : undefined;
  }

  /** Changes the settings that led to a failure. */
  protected mend(_failure: Failure): void {}

  /** The worker is gone: whatever would ask it must not. */
  protected halted(): void {}

  /** An answer that came too late; a buffer in it may be wanted back. */
  protected late(_answer: unknown): void {}

  /** Which seed comes next is the page's choice, what it leads to the kernel's. Tells whether there is one. */
  protected reseed(): boolean {
    this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
    return true;
  }

  protected get seeds(): string {
    return `seed ${this.values.seed}`;
  }

  // ---- asking the worker ----

  /** Asks the worker. If there is none, or another run has begun meanwhile, nothing that follows is done. */
  protected async ask<K extends keyof Requests & string>(
    kind: K,
    request: Requests[K]['ask'],
  ): Promise<Requests[K]['answer']> {
    const run = this.#run;
    if (!this.#client) throw new Stale();
    try {
      const answer = await this.#client.ask(kind, request);
      if (run === this.#run) return answer;
      this.late(answer);
    } catch (error) {
      if (run === this.#run) throw error;
    }
    throw new Stale();
  }

  /** Does what asks the worker; a failure is said, and a late answer ends it in silence. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Stale)) this.failed(error);
    }
  }

  /** Another run: what is on its way belongs to none. */
  protected supersede(): void {
    this.#run++;
    this.playing = false;
    this.failure = undefined;
    this.replay = undefined;
  }

  protected override start(): Promise<void> {
    this.#begun = this.#start();
    return this.#begun;
  }

  async #start(): Promise<void> {
    this.supersede();
    const target = this.number('step');
    if (target > 0 || this.replays)
      this.replay = { target, digest: String(this.values.digest), state: 'running' };
    this.#client ??= launched<Requests>() ?? new Client<Requests>(this.newWorker());
    await this.attempt(async () => {
      await this.begin();
      await this.advanceTo(target, LONG_SLICE_MS);
      this.#compare(this.at!.digest);
      this.checkFinite();
    });
    this.requestUpdate();
  }

  /** Compares where a replay has ended with what its link says. */
  #compare(digest: string): void {
    if (!this.replay) return;
    const wanted = this.replay.digest;
    const state = wanted === '' ? 'unknown' : wanted === digest ? 'same' : 'different';
    this.replay = { ...this.replay, state };
    if (state === 'same')
      this.say(`Replayed to step ${this.replay.target}: the same bits as in the link.`, true);
  }

  // ---- play ----

  protected get ready(): boolean {
    return this.at !== undefined && this.failure === undefined && this.replay?.state !== 'running';
  }

  async #play(): Promise<void> {
    await this.#begun;
    if (!this.ready || this.playing) return;
    if (this.over && !(await this.again())) return;
    const run = this.#run;
    this.playing = true;
    this.writeHash();
    this.requestUpdate();
    await this.attempt(async () => {
      if (this.still.matches) await this.advanceTo(this.at!.step + this.stillSteps, LONG_SLICE_MS);
      else await this.#playOn(run);
      this.checkFinite();
    });
    if (run !== this.#run) return;
    this.playing = false;
    this.#told();
  }

  async #playOn(run: number): Promise<void> {
    while (this.playing && run === this.#run && !this.over) {
      if (document.hidden || !this.visible) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      await this.frame();
      this.requestUpdate();
      if (this.at!.notFinite !== undefined || this.milestone()) return;
      if (this.speed !== 'max') await nextFrame();
    }
  }

  async #step(): Promise<void> {
    await this.#begun;
    if (!this.ready || this.playing || this.over) return;
    const run = this.#run;
    await this.attempt(async () => {
      await this.advanceTo(this.at!.step + 1, LONG_SLICE_MS);
      this.checkFinite();
    });
    if (run === this.#run) this.#told();
  }

  /** Play or a step has ended. */
  protected paused(): void {}

  #told(): void {
    this.paused();
    if (!this.failure) this.say(this.summary(), true);
    this.writeHash();
    this.requestUpdate();
  }

  protected async reset(): Promise<void> {
    this.forget();
    await this.start();
    this.say(`Reset to step 0, ${this.seeds}.`, true);
    this.writeHash();
  }

  async #newSeed(): Promise<void> {
    if (!this.reseed()) return;
    this.forget();
    await this.start();
    this.say(`A new run, ${this.seeds}.`, true);
    this.writeHash();
  }

  /** Does what a button or a key asks for, if it concerns the run. */
  protected act(action: string): void {
    if (action === 'play' && this.playing) this.playing = false;
    else if (action === 'play') void this.#play();
    else if (action === 'step') void this.#step();
    else if (action === 'reset') void this.reset();
    else if (action === 'seed') void this.#newSeed();
  }

  // ---- failing ----

  protected checkFinite(): void {
    const step = this.at?.notFinite;
    if (step === undefined) return;
    this.failure = { kind: 'not-finite', step };
    this.playing = false;
    this.say(`The run has diverged at step ${step}.`, true);
    this.requestUpdate();
  }

  protected failed(error: unknown): void {
    this.failure =
      error instanceof LabFailure
        ? error.failure
        : { kind: 'panic', detail: String(error), step: this.at?.step ?? 0 };
    this.playing = false;
    this.replay = undefined;
    if (this.failure.kind !== 'refused' && this.failure.kind !== 'not-finite') {
      // A trapped instance is never called again; what was under way belongs to no run.
      this.#run++;
      this.#client?.end();
      this.#client = undefined;
      this.halted();
    }
    this.requestUpdate();
  }

  /** A new kernel, and the run up to the last good step; what did not come to a result, with other settings. */
  protected recover = () => {
    const failure = this.failure!;
    this.values.rehearse = '';
    if (failure.kind === 'not-finite') this.forget();
    else if (this.at) {
      this.values.step = this.moment().step!;
      this.values.digest = '';
    }
    this.mend(failure);
    void this.start().then(() => this.writeHash());
  };

  /** Says something to a screen reader, at most once in two seconds. */
  protected say(text: string, must = false): void {
    if (text) this.#announcer.say(text, must);
  }
}

export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
