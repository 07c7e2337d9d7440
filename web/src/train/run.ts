/** A run of Train, without what is seen of it. */

import { html, type TemplateResult } from 'lit';
import { Acts } from '../grammar/acts.ts';
import { Owning } from '../grammar/owning.ts';
import type { Speed } from '../grammar/transport.ts';
import { type Change, MAX_CHANGES, parseChanges, printChanges } from '../lib/changes.ts';
import type { Failure } from '../lib/failure.ts';
import { count } from '../lib/format.ts';
import type { NetworkInput } from '../lib/look.ts';
import { type Own, parseOwn } from '../lib/own.ts';
import { type Sample, settled } from '../lib/record.ts';
import { clampNumber } from '../lib/schema.ts';
import { type Frame, MAX_PARAMS, type Requests } from './protocol.ts';
import { ALONG, BATCH, DATA, SCHEMA } from './schema.ts';

/** Its changes, what the network is shown. What is seen of it is `train.ts`. */
export abstract class TrainRun extends Owning<Frame, NetworkInput, Requests, Change> {
  protected readonly schema = SCHEMA;
  protected readonly learns = DATA;
  protected override readonly kept = [DATA.key, ALONG.key];
  protected override readonly ownTitle = 'Your own rows';
  protected override readonly reads = parseOwn;
  protected override readonly bufferBytes = 4 * MAX_PARAMS;
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
  protected look: NetworkInput = { row: 0 };
  /** Whether the network came from a file. */
  #loaded = false;
  /** The step at which it has paused because the loss had settled. */
  #settled: number | undefined;

  protected override get view(): NetworkInput {
    return this.look;
  }

  protected override get unlinkable(): boolean {
    return this.#loaded || super.unlinkable;
  }

  protected override begun(): void {
    this.samples = [];
    this.cursor = undefined;
    this.#settled = undefined;
    this.#loaded = false;
  }

  protected override arrived({ samples }: Frame): void {
    this.samples.push(...samples);
  }

  /** Stops by itself once nothing more is gained: no need to burn electricity. */
  protected override milestone(): boolean {
    const { step } = this.state!;
    if (this.#settled === undefined && settled(this.samples)) {
      this.#settled = step;
      this.say(this.stopped!, true);
      return true;
    }
    return false;
  }

  protected override get stopped(): string | undefined {
    const { state } = this;
    if (state === undefined || state.step !== this.#settled) return undefined;
    return `Paused at step ${count(state.step)}: the loss has settled. Play goes on.`;
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.rate = Math.fround(this.number('rate') / 2);
    // A batch is not larger than the rows that are trained on.
    if (failure.kind === 'refused' && failure.field === 'batch_size')
      this.values.batch = clampNumber(BATCH, this.number('batch') / 2);
  }

  // ---- the reader's own rows ----

  /** Few readers bring rows: the form is loaded when it is opened. */
  protected override ownForm(now: Own | undefined): TemplateResult {
    void import('./own-rows.ts');
    return html`<lab-own-rows .now=${now}></lab-own-rows>`;
  }

  /** Other data have another figure; nothing of the last run is to be seen in it. */
  protected override another(): void {
    this.supersede();
    this.state = undefined;
    this.look = { row: 0 };
    this.unpin();
  }

  // ---- settings that change while it runs ----

  /** The value in force now: the last change, or the start's. */
  protected now(key: string): number {
    return this.acts.all.findLast((change) => change.key === key)?.value ?? this.number(key);
  }

  protected override set(key: string, value: number | string): void {
    if (key === ALONG.key) {
      this.values[key] = value;
      this.cursor = undefined;
      this.requestUpdate();
      this.writeHash();
      return;
    }
    const field = SCHEMA.find((f) => f.key === key)!;
    const step = this.state?.step ?? 0;
    const live = field.kind === 'number' && field.live && step > 0 && !this.failure;
    if (live && typeof value === 'number') {
      this.preset = undefined;
      void this.perform({ step, key, value });
    } else {
      if (key === DATA.key) this.another();
      super.set(key, value);
    }
  }

  // ---- what the network is shown ----

  protected lookAt(look: NetworkInput): void {
    // A copy, since drawing continues while it is in flight.
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
      this.values[DATA.key] = DATA.default;
      this.values.hidden = hiddenUnits;
      this.note(
        `${file.name}: a network of ${hiddenUnits} hidden units was loaded; training goes on from here.`,
      );
    });
  }
}
