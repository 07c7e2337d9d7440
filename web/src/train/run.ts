/** A run of Train, without what is seen of it. */

import { Acts } from '../grammar/acts.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { Look } from '../grammar/look.ts';
import type { Speed } from '../grammar/transport.ts';
import { type Change, MAX_CHANGES, parseChanges, printChanges } from '../lib/changes.ts';
import type { Failure } from '../lib/failure.ts';
import { type Sample, settled } from '../lib/record.ts';
import { type Frame, MAX_HIDDEN, paramLen, type Requests } from './protocol.ts';
import { SCHEMA } from './schema.ts';

/** Its changes, what the network is shown. What is seen of it is `train.ts`. */
export abstract class TrainRun extends Exhibit<Frame, Look, Requests, Change> {
  protected readonly schema = SCHEMA;
  protected override readonly bufferBytes = 4 * paramLen(MAX_HIDDEN);
  protected override speed: Speed = '4';
  protected override readonly acts = new Acts<Change>({
    key: 'changes',
    name: 'changes',
    most: MAX_CHANGES,
    parse: (text) => parseChanges(SCHEMA, text),
    print: (changes) => printChanges(SCHEMA, changes),
    replaces: (later, earlier) => later.key === earlier.key,
  });
  protected samples: Sample[] = [];
  protected look: Look = { row: 0 };
  /** Whether the network came from a file. */
  #loaded = false;
  #settled = false;

  protected override get view(): Look {
    return this.look;
  }

  protected override get untold(): boolean {
    return this.#loaded || super.untold;
  }

  protected override begun(): void {
    this.samples = [];
    this.cursor = undefined;
    this.#settled = false;
    this.#loaded = false;
  }

  protected override arrived({ samples }: Frame): void {
    this.samples.push(...samples);
  }

  /** Stops by itself once nothing more is gained: no need to burn electricity. */
  protected override milestone(): boolean {
    const { step } = this.state!;
    if (!this.#settled && settled(this.samples)) {
      this.#settled = true;
      this.say(`Paused at step ${step}: the loss has settled. Play goes on.`, true);
      return true;
    }
    return false;
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.rate = Math.fround(this.number('rate') / 2);
  }

  // ---- settings that change while it runs ----

  /** The value in force now: the last change, or the start's. */
  protected now(key: string): number {
    return this.acts.all.findLast((change) => change.key === key)?.value ?? this.number(key);
  }

  protected override set(key: string, value: number | string): void {
    const field = SCHEMA.find((f) => f.key === key)!;
    const step = this.state?.step ?? 0;
    const live = field.kind === 'number' && field.live && step > 0 && !this.failure;
    if (live && typeof value === 'number') {
      this.preset = undefined;
      void this.perform({ step, key, value });
    } else super.set(key, value);
  }

  // ---- what the network is shown ----

  protected lookAt(look: Look): void {
    // A copy: a drawing goes on while it is on its way.
    this.look = 'ink' in look ? { ink: look.ink.slice() } : look;
    void this.lookAgain();
  }

  protected nextRow(): void {
    const row = 'row' in this.look ? (this.look.row + 1) % (this.state?.rows ?? 1) : 0;
    this.lookAt({ row });
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
      const { hiddenUnits } = await this.request('start', {
        settings: this.values,
        acts: [],
        rehearse: false,
        file: bytes,
      });
      this.forget();
      this.#loaded = true;
      this.values.hidden = hiddenUnits;
      this.note(`${file.name}: a network of ${hiddenUnits} hidden units was loaded; it trains on from here.`);
    });
  }
}
