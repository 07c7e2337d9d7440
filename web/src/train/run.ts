/** A run of Train, without what is seen of it. */

import { Exhibit } from '../grammar/exhibit.ts';
import { SLICE_MS } from '../grammar/run.ts';
import type { Speed } from '../grammar/transport.ts';
import { type Change, MAX_CHANGES, parseChanges, printChanges, withChange } from '../lib/changes.ts';
import { Ring } from '../lib/client.ts';
import type { Failure } from '../lib/failure.ts';
import { type Sample, settled, toSamples } from '../lib/record.ts';
import type { Values } from '../lib/schema.ts';
import { type Frame, type Look, MAX_HIDDEN, paramLen, type Requests } from './protocol.ts';
import { ANSWER_STEP, QUESTION } from './questions.ts';
import { MAX_STEP, SCHEMA } from './schema.ts';
import { newWorker } from './worker.ts';

const BUFFER_BYTES = 4 * paramLen(MAX_HIDDEN);
/** Steps of a still at the fastest speed. */
const STILL_FASTEST = 2000;

/** Its worker, its changes, what the network is shown. What is seen of it is `train.ts`. */
export abstract class TrainRun extends Exhibit<Requests> {
  protected readonly key = 'train';
  protected readonly schema = SCHEMA;
  protected override speed: Speed = '4';
  protected shown: Frame | undefined;
  protected samples: Sample[] = [];
  protected changes: Change[] = [];
  protected look: Look = { row: 0 };
  protected rowLabel: number | undefined;
  /** Whether the network came from a file. */
  #loaded = false;
  #ring = new Ring(BUFFER_BYTES);
  #settled = false;
  #answered = false;
  #looking = false;

  protected readonly newWorker = newWorker;

  // ---- the link ----

  /** Changes live in the link's form, too: it is what a replay begins with. */
  #remember(changes: Change[]): void {
    this.changes = changes;
    this.values.changes = printChanges(SCHEMA, changes);
  }

  protected override forget(): void {
    super.forget();
    this.#remember([]);
  }

  protected override get standing(): Values | undefined {
    const { at } = this;
    if (!at || at.step === 0 || this.#loaded) return undefined;
    return { step: Math.min(MAX_STEP, at.step), digest: at.step <= MAX_STEP ? at.digest : '' };
  }

  protected override get untold(): boolean {
    return this.#loaded || this.changes.length > MAX_CHANGES;
  }

  // ---- the run ----

  protected get at(): Frame | undefined {
    return this.shown;
  }

  protected async begin(): Promise<void> {
    this.#settled = false;
    this.#answered = false;
    this.#loaded = false;
    this.cursor = undefined;
    this.changes = parseChanges(SCHEMA, String(this.values.changes));
    const first = await this.ask('start', {
      setup: {
        seed: this.number('seed'),
        hidden: this.number('hidden'),
        rate: this.number('rate'),
        batch: this.number('batch'),
        momentum: this.number('momentum'),
        l2: this.number('l2'),
        init: String(this.values.init),
        order: String(this.values.order),
        changes: this.changes,
      },
      params: this.#lend(),
      look: this.look,
      rehearse: String(this.values.rehearse),
    });
    this.samples = [];
    this.#absorb(first);
    if (this.rowLabel === undefined) void this.lookAt(this.look);
  }

  #lend(): ArrayBuffer {
    return this.#ring.take() ?? new ArrayBuffer(BUFFER_BYTES);
  }

  protected override late(answer: unknown): void {
    const { params } = answer as Partial<Frame>;
    if (params) this.#ring.give(params);
  }

  #absorb(frame: Frame): void {
    if (this.shown) this.#ring.give(this.shown.params);
    const reading = frame.reading ?? this.shown?.reading;
    this.shown = { ...frame, ...(reading && { reading }) };
    this.samples.push(...toSamples(frame.samples));
  }

  async #advance(steps: number, sliceMs: number): Promise<void> {
    this.#absorb(await this.ask('advance', { steps, sliceMs, params: this.#lend() }));
  }

  protected async advanceTo(step: number, sliceMs: number): Promise<void> {
    while (this.shown!.step < step && this.shown!.notFinite === undefined)
      await this.#advance(step - this.shown!.step, sliceMs);
  }

  protected frame(): Promise<void> {
    return this.#advance(this.speed === 'max' ? 1e9 : Number(this.speed), SLICE_MS);
  }

  /** The steps of a second's play. */
  protected get stillSteps(): number {
    return this.speed === 'max' ? STILL_FASTEST : 60 * Number(this.speed);
  }

  /** Stops by itself once nothing more is gained: no need to burn electricity. */
  protected override milestone(): boolean {
    const { step } = this.shown!;
    if (!this.#settled && settled(this.samples)) {
      this.#settled = true;
      this.say(`Paused at step ${step}: the loss has settled. Play goes on.`, true);
      return true;
    }
    if (!this.#answered && step >= ANSWER_STEP && this.guesses.of(QUESTION).state === 'made') {
      this.#answered = true;
      this.say(`Step ${step}: the answer to your prediction is known.`, true);
    }
    return false;
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.rate = Math.fround(this.number('rate') / 2);
  }

  // ---- settings that change while it runs ----

  /** The value in force now: the last change, or the start's. */
  protected now(key: string): number {
    return this.changes.findLast((change) => change.key === key)?.value ?? this.number(key);
  }

  protected override set(key: string, value: number | string): void {
    const field = SCHEMA.find((f) => f.key === key)!;
    const live = field.kind === 'number' && field.live && this.shown !== undefined && this.shown.step > 0;
    if (live && typeof value === 'number' && !this.failure) {
      this.preset = undefined;
      void this.attempt(() => this.#change(key, value));
    } else super.set(key, value);
  }

  async #change(key: string, value: number): Promise<void> {
    const change = { step: this.shown!.step, key, value };
    this.#remember(withChange(this.changes, change));
    this.requestUpdate();
    const frame = await this.ask('change', { change, params: this.#lend() });
    // The worker may have been further on than the page knew: what counts is where it was applied.
    const others = this.changes.filter((c) => c !== change);
    this.#remember(withChange(others, { ...change, step: frame.step }));
    this.#absorb(frame);
    if (this.changes.length > MAX_CHANGES)
      this.note(`More than ${MAX_CHANGES} changes: this run no longer fits into a link.`);
    this.requestUpdate();
    this.writeHash();
  }

  // ---- what the network is shown ----

  /** While one look is on its way, the next waits for it and then takes the newest ink. */
  protected async lookAt(look: Look): Promise<void> {
    this.look = look;
    if (this.#looking || !this.shown || this.failure) return;
    this.#looking = true;
    await this.attempt(async () => {
      let answer: Requests['look']['answer'];
      let seen: Look;
      do {
        seen = this.look;
        const sent = seen && 'ink' in seen ? { ink: seen.ink.slice() } : seen;
        answer = await this.ask('look', { look: sent });
      } while (seen !== this.look);
      const { reading: _, ...rest } = this.shown!;
      this.shown = { ...rest, ...(answer.reading && { reading: answer.reading }) };
      this.rowLabel = answer.label;
      this.requestUpdate();
    });
    this.#looking = false;
  }

  protected nextRow(): void {
    const row = this.look && 'row' in this.look ? (this.look.row + 1) % (this.shown?.rows ?? 1) : 0;
    void this.lookAt({ row });
  }

  // ---- files ----

  protected save(): Promise<Uint8Array> {
    return this.ask('save', {});
  }

  protected override async open(file: File): Promise<void> {
    if (file.name.endsWith('.json')) return super.open(file);
    const bytes = new Uint8Array(await file.arrayBuffer());
    this.supersede();
    await this.attempt(async () => {
      const frame = await this.ask('load', { bytes, params: this.#lend() });
      this.#remember([]);
      this.samples = [];
      this.#loaded = true;
      this.values.hidden = frame.hiddenUnits;
      this.#absorb(frame);
      this.note(
        `${file.name}: a network of ${frame.hiddenUnits} hidden units was loaded; it trains on from here.`,
      );
    });
  }
}
