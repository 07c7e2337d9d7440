/** A run: its worker, play and step, replay, and what happens when it fails. What is seen of it is `exhibit.ts`. */

import type { Client, Requests } from '../lib/client.ts';
import { type Failure, LabFailure } from '../lib/failure.ts';
import { newClient } from '../lib/launch.ts';
import { Lending } from '../lib/lending.ts';
import type { Act, Common, Seeing, Stand } from '../lib/protocol.ts';
import { defaults, type NumberField, type Values } from '../lib/schema.ts';
import { Acts } from './acts.ts';
import { Announcer } from './announcer.ts';
import { Linked } from './linked.ts';
import type { Speed } from './transport.ts';

/** The worker's share of a frame. */
export const SLICE_MS = 8;
/** A replay and a still show nothing on their way, so their slices may be longer. */
export const LONG_SLICE_MS = 40;

export type Replay = { target: number; digest: string; state: 'running' | 'same' | 'different' | 'unknown' };

/** Steps of a still at the fastest speed. */
const STILL_FASTEST = 2000;

/** Thrown by what an earlier run had asked for: the answer is nobody's. */
class Stale extends Error {}

/**
 * A run whose frames are of the type `F`; with every request goes a view, of type `V`. `Own` are the requests that only this
 * exhibit has, `A` what the reader may do during a run.
 */
export abstract class Run<
  F extends Stand,
  V = undefined,
  Own extends Requests = Record<never, never>,
  A extends Act = never,
> extends Linked {
  /** Everything known of the run; what a frame does not bring stays as it was. */
  protected state: F | undefined;
  protected readonly acts: Acts<A> = new Acts();
  protected failure: Failure | undefined;
  protected replay: Replay | undefined;
  protected playing = false;
  protected speed: Speed = '16';
  /** Whether the exhibit is on the screen; it pauses while it is not. */
  protected visible = true;
  protected readonly still = matchMedia('(prefers-reduced-motion: reduce)');
  #announcer = new Announcer(() => this.querySelector('[data-test=live]'));
  #client: Client<Requests> | undefined;
  #lending: Lending | undefined;
  /** Kept when the run that was begun last stands at its start, or where its link leads. */
  #begun: Promise<void> = Promise.resolve();
  /** Counts runs: an answer for an earlier run is dropped. */
  #run = 0;
  /** Whether a run is on the way to its start, or to where its link leads. */
  #starting = false;
  /** Whether the state is of the run that was begun last. */
  #current = false;
  /** What ran last. */
  #good: Values | undefined;

  // ---- what an exhibit provides ----

  /** The state in a sentence. */
  protected abstract summary(): string;

  /** What the reader looks at: the worker draws it into every frame. */
  protected get view(): V {
    return undefined as V;
  }

  /** Bytes of the buffer that goes along with every frame. */
  protected readonly bufferBytes: number = 0;

  /** The last step there is. */
  protected get total(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** The first frame of another run has arrived: nothing gathered from the last one is to stay. */
  protected begun(): void {}

  /** A frame has arrived, before it is put into the state. */
  protected arrived(_frame: F): void {}

  /** Where the run stands; nothing before its first frame. */
  protected get at(): Stand | undefined {
    return this.state;
  }

  /** Steps of one still, when nothing may move: those of a second's play. */
  protected get stillSteps(): number {
    return this.speed === 'max' ? STILL_FASTEST : 60 * Number(this.speed);
  }

  /** Whether there is nothing left to play. */
  protected get over(): boolean {
    const { state } = this;
    return state !== undefined && !state.busy && state.step >= this.total;
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

  /** Where the run stands, as a link says it; nothing at its start, or if no link leads there. */
  protected get standing(): Values | undefined {
    const { at } = this;
    if (this.#starting) return { step: this.number('step'), digest: String(this.values.digest) };
    if (!at || !this.#current || this.untold) return undefined;
    if (at.step === 0 && this.acts.all.length === 0) return undefined;
    const last = this.schema.find(({ key }) => key === 'step') as NumberField;
    return at.step <= last.max ? { step: at.step, digest: at.digest } : { step: last.max };
  }

  /** Whether a link cannot reproduce the run. */
  protected get untold(): boolean {
    return this.acts.tooMany;
  }

  /** Changes the settings that led to a failure. */
  protected mend(_failure: Failure): void {}

  /** The worker is gone: whatever would ask it must not. */
  protected halted(): void {}

  /** Which seed comes next is the page's choice, what it leads to the kernel's. Tells whether there is one. */
  protected reseed(): boolean {
    this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
    return true;
  }

  protected get seeds(): string {
    return `seed ${this.values.seed}`;
  }

  // ---- asking the worker ----

  /** Asks the worker. If there is none, or another run has begun meanwhile, the rest is skipped. */
  protected ask<K extends keyof Own & string>(kind: K, request: Own[K]['ask']): Promise<Own[K]['answer']> {
    return this.#ask(kind, request);
  }

  async #ask<T>(kind: string, request: object): Promise<T> {
    const run = this.#run;
    if (!this.#client) throw new Stale();
    try {
      const answer = (await this.#client.ask(kind, request)) as T;
      if (run === this.#run) return answer;
      // Too late; but a buffer in it is ours.
      this.#lending?.give((answer as Partial<Stand> | undefined)?.buffer);
    } catch (error) {
      if (run === this.#run) throw error;
    }
    throw new Stale();
  }

  /** Asks for a frame and shows it. */
  protected async request<K extends keyof Common<F, V, A>>(
    kind: K,
    request: Omit<Common<F, V, A>[K]['ask'], keyof Seeing<V>>,
  ): Promise<F> {
    this.#lending ??= new Lending(this.bufferBytes);
    const buffer = this.#lending.take();
    const frame: F = await this.#ask(kind, { ...request, view: this.view, ...(buffer && { buffer }) });
    const first = kind === 'start';
    if (first) {
      this.#current = true;
      this.begun();
    }
    this.arrived(frame);
    if (frame.buffer) this.#lending.give(this.state?.buffer);
    this.state = first ? frame : { ...this.state, ...frame };
    return frame;
  }

  /** What of the values tells the acts. */
  get #actsText(): string {
    const { kind } = this.acts;
    return kind ? String(this.values[kind.key]) : '';
  }

  /** What has to be run before the run itself. */
  protected async beforehand(): Promise<void> {}

  /** Whatever is asked for after a frame has arrived. */
  protected async complete(): Promise<void> {}

  /** Makes a run of the present values and shows its start. */
  protected async begin(): Promise<void> {
    this.acts.text = this.#actsText;
    await this.request('start', {
      settings: this.values,
      acts: this.acts.all,
      rehearse: this.values.rehearse === 'panic',
    });
  }

  /** Goes on to a step, or to the end before it, without a frame in between being drawn, unless the run is busy. */
  protected async advanceTo(step: number, sliceMs: number): Promise<void> {
    const goal = () => Math.min(step, this.total);
    while (this.state!.notFinite === undefined && (this.state!.step < goal() || this.state!.busy)) {
      await this.request('advance', { target: goal(), sliceMs });
      if (this.state!.busy) this.requestUpdate();
    }
  }

  /** One frame of play, at the speed that is set. */
  protected async frame(): Promise<void> {
    const { step, busy } = this.state!;
    const by = this.speed === 'max' ? Number.POSITIVE_INFINITY : busy ? 0 : Number(this.speed);
    await this.request('advance', { target: Math.min(step + by, this.total), sliceMs: SLICE_MS });
  }

  /** Does something now; a link remembers it. */
  protected async perform(act: A): Promise<void> {
    this.acts.add(act);
    const { kind } = this.acts;
    this.values[kind!.key] = this.acts.text;
    this.requestUpdate();
    await this.attempt(async () => {
      const { step } = await this.request('act', { act });
      this.acts.moved(act, step);
      this.values[kind!.key] = this.acts.text;
      if (this.acts.tooMany)
        this.note(`More than ${kind!.most} ${kind!.name}: this run no longer fits into a link.`);
      this.requestUpdate();
      this.writeHash();
    });
  }

  /** Shows what the reader looks at now. */
  protected async lookAgain(): Promise<void> {
    this.requestUpdate();
    if (!this.at || this.failure) return;
    await this.newest('look', async () => {
      await this.request('look', {});
      this.requestUpdate();
    });
  }

  /** What is on its way, and whether it is to be asked for once more. */
  #asked = new Map<string, { more: boolean; done: Promise<void> }>();

  /** Does what asks the worker; while that is on its way, once more with the newest values is enough. */
  protected newest(what: string, work: () => Promise<void>): Promise<void> {
    const now = this.#asked.get(what);
    if (now) {
      now.more = true;
      return now.done;
    }
    const entry = { more: true, done: Promise.resolve() };
    this.#asked.set(what, entry);
    entry.done = this.attempt(async () => {
      while (entry.more) {
        entry.more = false;
        await work();
      }
    }).then(() => {
      if (this.#asked.get(what) === entry) this.#asked.delete(what);
    });
    return entry.done;
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
    this.#starting = true;
    this.#current = false;
    const target = this.number('step');
    this.acts.text = this.#actsText;
    if (target > 0 || this.acts.all.length > 0)
      this.replay = { target, digest: String(this.values.digest), state: 'running' };
    this.#client ??= newClient();
    // A long replay shows at once, and so does what of its link was not understood.
    this.requestUpdate();
    await this.attempt(async () => {
      await this.beforehand();
      await this.begin();
      await this.advanceTo(target, LONG_SLICE_MS);
      this.#starting = false;
      this.#compare(this.at!);
      this.checkFinite();
      if (!this.failure) this.#good = { ...this.values, digest: '' };
    });
    this.requestUpdate();
  }

  /** Compares where a replay has ended with what its link says; the run may have ended before the step that it names. */
  #compare({ step, digest }: Stand): void {
    if (!this.replay) return;
    const wanted = this.replay.digest;
    const state = wanted === '' ? 'unknown' : wanted === digest ? 'same' : 'different';
    this.replay = { ...this.replay, target: step, state };
    if (state === 'same') this.say(`Replayed to step ${step}: the same bits as in the link.`, true);
  }

  // ---- play ----

  protected get ready(): boolean {
    return this.at !== undefined && this.failure === undefined && this.replay?.state !== 'running';
  }

  /** Waits for the start of the run that is asked for; another one that was begun meanwhile is not meant. */
  async #there(): Promise<boolean> {
    const run = this.#run;
    await this.#begun;
    return run === this.#run && this.ready && !this.playing;
  }

  async #play(): Promise<void> {
    if (!(await this.#there())) return;
    if (this.over && !(await this.again())) return;
    const run = this.#run;
    this.playing = true;
    this.writeHash();
    this.requestUpdate();
    await this.attempt(async () => {
      if (this.still.matches) await this.#toNextStill();
      else await this.#playOn(run);
      this.checkFinite();
    });
    if (run !== this.#run) return;
    this.playing = false;
    this.#told();
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
    if (!(await this.#there()) || this.over) return;
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

  protected override forget(): void {
    super.forget();
    this.acts.text = '';
    const { kind } = this.acts;
    if (kind) this.values[kind.key] = '';
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
    this.#starting = false;
    if (this.failure.kind !== 'refused' && this.failure.kind !== 'not-finite') {
      // A trapped instance is never called again; what was under way belongs to no run.
      this.#run++;
      this.#client?.end();
      this.#client = undefined;
      this.#asked.clear();
      this.halted();
    }
    this.requestUpdate();
  }

  /** A new kernel, and the run up to the last good step; what did not come to a result, with other settings. */
  protected recover = async (): Promise<void> => {
    const failure = this.failure!;
    this.values.rehearse = '';
    if (failure.kind === 'not-finite') this.forget();
    else {
      this.values.step = this.standing?.step ?? 0;
      this.values.digest = '';
    }
    const before = JSON.stringify(this.values);
    this.mend(failure);
    const mended = failure.kind !== 'refused' || JSON.stringify(this.values) !== before;
    // What cannot be mended gives way to what ran last, or to what the page begins with.
    if (!mended) this.values = { ...(this.#good ?? defaults(this.schema)), step: this.values.step! };
    await this.start();
    // One refusal may have hidden another.
    if (mended && this.failure?.kind === 'refused') await this.recover();
    else this.writeHash();
  };

  /** Says something to a screen reader, at most once in two seconds. */
  protected say(text: string, must = false): void {
    if (text) this.#announcer.say(text, must);
  }
}

export function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}
