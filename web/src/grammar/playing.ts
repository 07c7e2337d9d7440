/** Playing a run: play, step, stills, reset, a new seed. */

import type { Requests } from '../lib/client.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import { LONG_SLICE_MS, Run } from './run.ts';
import type { Speed } from './transport.ts';

/** The worker's share of a frame. */
const SLICE_MS = 8;

/** Steps of a still at the fastest speed. */
const STILL_FASTEST = 2000;

export abstract class Playing<
  F extends Stand,
  V = undefined,
  Own extends Requests = Record<never, never>,
  A extends Act = never,
> extends Run<F, V, Own, A> {
  protected speed: Speed = '16';
  /** Whether the exhibit is on the screen; it pauses while it is not. */
  protected visible = true;
  protected readonly still = matchMedia('(prefers-reduced-motion: reduce)');

  /** Steps of one still, when nothing may move: those of a second's play. */
  protected get stillSteps(): number {
    return this.speed === 'max' ? STILL_FASTEST : 60 * Number(this.speed);
  }

  /** Whether there is nothing left to play. */
  protected get over(): boolean {
    const { state } = this;
    return state !== undefined && !state.busy && state.step >= this.total;
  }

  /** Play, once all is over: runs once more from its start. Returns whether to go on. */
  protected async again(): Promise<boolean> {
    await this.reset();
    return this.ready;
  }

  /** Called after each frame of play; true pauses. */
  protected milestone(): boolean {
    return false;
  }

  /** The page chooses the next seed, the kernel what follows from it. Returns whether there is one. */
  protected reseed(): boolean {
    this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
    return true;
  }

  protected get seeds(): string {
    return `seed ${this.values.seed}`;
  }

  /** One frame of play, at the speed that is set. */
  protected async frame(): Promise<void> {
    const { step, busy } = this.state!;
    const by = this.speed === 'max' ? Number.POSITIVE_INFINITY : busy ? 0 : Number(this.speed);
    await this.request('advance', { target: Math.min(step + by, this.total), sliceMs: SLICE_MS });
  }

  // ---- play ----

  protected get ready(): boolean {
    return this.at !== undefined && this.failure === undefined && this.replay?.state !== 'running';
  }

  /** The last Play, until it has ended; and what it does after its last frame. */
  #played: Promise<void> = Promise.resolve();
  #ending: Promise<void> = Promise.resolve();

  /** Pauses, and waits until the run stands. */
  protected rest(): Promise<void> {
    this.playing = false;
    return this.#played;
  }

  /**
   * Waits for the start of the requested run; false if another run began meanwhile, or if a still is being made: beside it
   * another one would ask the worker for steps that lie behind it.
   */
  async #there(): Promise<boolean> {
    const run = this.serial;
    await this.started;
    await this.#ending;
    return run === this.serial && this.ready && !this.playing && !this.#unseen;
  }

  async #play(): Promise<void> {
    if (!(await this.#there())) return;
    if (this.over && !(await this.again())) return;
    const run = this.serial;
    this.playing = true;
    this.writeHash();
    this.requestUpdate();
    await this.attempt(async () => {
      if (this.still.matches) await this.#toNextStill();
      else await this.#playOn(run);
      // What follows the last move, a scan say, belongs to its step: without it a replay would show something else.
      if (run !== this.serial) return;
      this.#ending = this.attempt(() => this.advanceTo(this.at!.step, LONG_SLICE_MS));
      await this.#ending;
      if (run === this.serial) this.checkFinite();
    });
    if (run !== this.serial) return;
    this.playing = false;
    this.#settled();
  }

  /** Whether a still is being made: nothing on the way to it is painted, whatever else asks for it. */
  #unseen = false;

  protected override shouldUpdate(): boolean {
    return !this.#unseen;
  }

  async #toNextStill(): Promise<void> {
    this.#unseen = true;
    try {
      await this.advanceTo(this.at!.step + this.stillSteps, LONG_SLICE_MS);
    } finally {
      this.#unseen = false;
      this.requestUpdate();
    }
  }

  async #playOn(run: number): Promise<void> {
    while (this.playing && run === this.serial && !this.over) {
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
    if (!(await this.#there()) || this.over) return;
    const run = this.serial;
    await this.attempt(async () => {
      await this.advanceTo(this.at!.step + 1, LONG_SLICE_MS);
      this.checkFinite();
    });
    if (run === this.serial) this.#settled();
  }

  #settled(): void {
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
    this.elsewhere();
    this.forget();
    await this.start();
    this.say(`A new run, ${this.seeds}.`, true);
    this.writeHash();
  }

  /** Performs the action of a button or key, if it concerns the run. */
  protected act(action: string): void {
    if (action === 'play' && this.playing) this.playing = false;
    else if (action === 'play') {
      const before = this.#played;
      this.#played = this.#play().then(() => before);
    } else if (action === 'step') void this.#step();
    else if (action === 'reset') void this.reset();
    else if (action === 'seed') void this.#newSeed();
  }
}

export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
