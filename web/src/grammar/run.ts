/** A run: its worker, replay, and failures. `playing.ts` plays it, `exhibit.ts` shows it. */

import type { Client, Requests } from '../lib/client.ts';
import { type Failure, LabFailure } from '../lib/failure.ts';
import { newClient } from '../lib/launch.ts';
import { Lending } from '../lib/lending.ts';
import type { Act, Common, Seeing, Stand } from '../lib/protocol.ts';
import { defaults, type NumberField, type Values, views } from '../lib/schema.ts';
import { Acts } from './acts.ts';
import { Announcer } from './announcer.ts';
import { Linked } from './linked.ts';

/** A replay and a still show nothing on their way, so their slices may be longer. */
export const LONG_SLICE_MS = 40;

export type Replay = { target: number; digest: string; state: 'running' | 'same' | 'different' | 'unknown' };

/** Thrown to a caller of an earlier run, whose answer is no longer needed. */
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
  /** Everything known of the run; fields missing from a frame keep their values. */
  protected state: F | undefined;
  protected readonly acts: Acts<A> = new Acts();
  protected failure: Failure | undefined;
  protected replay: Replay | undefined;
  protected playing = false;
  #announcer = new Announcer(() => this.querySelector('[data-test=live]'));
  #client: Client<Requests> | undefined;
  #lending: Lending | undefined;
  /** Resolved when the latest run has reached its start, or the step of its link. */
  protected started: Promise<void> = Promise.resolve();
  /** Counts runs: an answer for an earlier run is dropped. */
  protected serial = 0;
  /** Whether a run is on the way to its start, or to where its link leads. */
  #starting = false;
  /** Whether the state belongs to the latest run. */
  #current = false;
  /** The settings of the last run that started. */
  #good: Values | undefined;

  // ---- what an exhibit provides ----

  /** The state in a sentence. */
  protected abstract summary(): string;

  /** The reader's view, which the worker draws into every frame. */
  protected get view(): V {
    return undefined as V;
  }

  /** Bytes of the buffer sent with every frame. */
  protected readonly bufferBytes: number = 0;

  /** The last step there is. */
  protected get total(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Called when the first frame of a new run arrives; drops data of the last run. */
  protected begun(): void {}

  /** A frame has arrived, before it is put into the state. */
  protected arrived(_frame: F): void {}

  /** The step of the run; undefined before its first frame. */
  protected get at(): Stand | undefined {
    return this.state;
  }

  /** The step and digest for a link; undefined at the start, or if no link leads there. */
  protected get standing(): Values | undefined {
    const { at } = this;
    if (this.#starting) return { step: this.number('step'), digest: String(this.values.digest) };
    if (!at || !this.#current || this.unlinkable) return undefined;
    if (at.step === 0 && this.acts.all.length === 0) return undefined;
    const last = this.schema.find(({ key }) => key === 'step') as NumberField;
    return at.step <= last.max ? { step: at.step, digest: at.digest } : { step: last.max };
  }

  /** Whether a link cannot reproduce the run. */
  protected get unlinkable(): boolean {
    return this.acts.tooMany;
  }

  /** Changes the settings that led to a failure. */
  protected mend(_failure: Failure): void {}

  /** Play, a step or a replay has ended. */
  protected paused(): void {}

  /** The worker is gone: whatever would ask it must not. */
  protected halted(): void {}

  // ---- asking the worker ----

  /** Asks the worker. If there is none, or another run has begun meanwhile, the rest is skipped. */
  protected ask<K extends keyof Own & string>(kind: K, request: Own[K]['ask']): Promise<Own[K]['answer']> {
    return this.#ask(kind, request);
  }

  async #ask<T>(kind: string, request: object): Promise<T> {
    const run = this.serial;
    if (!this.#client) throw new Stale();
    try {
      const answer = (await this.#client.ask(kind, request)) as T;
      if (run === this.serial) return answer;
      // Too late; but a buffer in it is ours.
      this.#lending?.give((answer as Partial<Stand> | undefined)?.buffer);
    } catch (error) {
      if (run === this.serial) throw error;
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

  /** The acts, as the values hold them. */
  get #actsText(): string {
    const { kind } = this.acts;
    return kind ? String(this.values[kind.key]) : '';
  }

  /** Work to do before the run itself. */
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

  /** Settings that change no run: the reader looks at something else. */
  protected get viewed(): readonly string[] {
    return views(this.schema);
  }

  protected override set(key: string, value: number | string): void {
    if (!this.viewed.includes(key)) {
      super.set(key, value);
      return;
    }
    this.values[key] = value;
    void this.lookAgain();
    this.writeHash();
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

  /** Requests in flight, and whether to repeat each. */
  #asked = new Map<string, { more: boolean; done: Promise<void> }>();

  /** Runs a request; calls made while it is in flight are merged into one repeat with the newest values. */
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

  /** Runs a request; reports a failure, and ignores a stale answer. */
  protected async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Stale)) this.failed(error);
    }
  }

  /** Invalidates whatever is in flight, for a new run. */
  protected supersede(): void {
    this.serial++;
    this.playing = false;
    this.failure = undefined;
    this.replay = undefined;
  }

  protected override start(): Promise<void> {
    this.started = this.#start();
    return this.started;
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
    // Shows a long replay immediately, together with the parts of the link that were ignored.
    this.requestUpdate();
    await this.attempt(async () => {
      await this.beforehand();
      await this.begin();
      await this.advanceTo(target, LONG_SLICE_MS);
      this.#starting = false;
      this.#compare(this.at!);
      this.checkFinite();
      if (this.failure) return;
      this.#good = { ...this.values, digest: '' };
      this.paused();
    });
    this.requestUpdate();
  }

  /** Compares the end of a replay with its link; the run may have ended before the step named there. */
  #compare({ step, digest }: Stand): void {
    if (!this.replay) return;
    const wanted = this.replay.digest;
    const state = wanted === '' ? 'unknown' : wanted === digest ? 'same' : 'different';
    this.replay = { ...this.replay, target: step, state };
    if (state === 'same') this.say(`Replayed to step ${step}: the same bits as in the link.`, true);
  }

  protected override forget(): void {
    super.forget();
    this.acts.text = '';
    const { kind } = this.acts;
    if (kind) this.values[kind.key] = '';
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
      // A trapped instance is never called again, and requests in flight are invalid.
      this.serial++;
      this.#client?.end();
      this.#client = undefined;
      this.#asked.clear();
      this.halted();
    }
    this.requestUpdate();
  }

  /** Starts a new kernel and replays to the last good step; a failed run restarts with other settings. */
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
    // If nothing can be mended, return to the last run or to the defaults.
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
