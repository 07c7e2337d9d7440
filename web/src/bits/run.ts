/** A run of Same bits, without what is seen of it. */

import { Exhibit } from '../grammar/exhibit.ts';
import { SLICE_MS } from '../grammar/run.ts';
import type { Values } from '../lib/schema.ts';
import type { Column, Comparison, Requests } from './protocol.ts';
import { type AskedOfTwins, CONTROL, QUESTIONS } from './questions.ts';
import { SCHEMA } from './schema.ts';
import { newWorker } from './worker.ts';

/** Weights of the network that both runs train. */
export const WEIGHTS = 105;

/** The twins and their worker. What is seen of them is `bits.ts`. */
export abstract class BitsRun extends Exhibit<Requests> {
  protected readonly key = 'bits';
  protected readonly schema = SCHEMA;
  protected both: Comparison | undefined;
  #columns: Column[] = [];
  /** The twin's fingerprint in the link that is replayed. */
  #wantedTwin = '';

  protected readonly newWorker = newWorker;

  // ---- the link ----

  protected override moment(options: { guess?: boolean } = {}): Values {
    const moment = super.moment(options);
    return { ...moment, twin: moment.digest ? this.both!.digests[1] : '' };
  }

  protected override forget(): void {
    super.forget();
    this.values.twin = '';
  }

  // ---- the run ----

  protected get at() {
    return this.both && { step: this.both.now.step, digest: this.both.digests[0] };
  }

  protected get total(): number {
    return this.number('steps');
  }

  protected override get over(): boolean {
    return this.both !== undefined && this.both.now.step >= this.total;
  }

  /** What the map shows: its own steps, and where both runs stand now. */
  protected get columns(): Column[] {
    const now = this.both?.now;
    return now && now.step > (this.#columns.at(-1)?.step ?? -1) ? [...this.#columns, now] : this.#columns;
  }

  protected async begin(): Promise<void> {
    this.cursor = undefined;
    this.#wantedTwin = String(this.values.twin);
    const { tanh, order } = this.values;
    const answer = await this.ask('twins', {
      seed: this.number('seed'),
      tanh: tanh === 'browser',
      order: order === 'reversed',
      total: this.total,
      rehearse: String(this.values.rehearse),
    });
    this.#columns = [];
    this.#absorb(answer);
  }

  #absorb(answer: Comparison): void {
    this.both = answer;
    this.#columns.push(...answer.columns);
    if (this.#columns.length === 0) this.#columns.push(answer.now);
  }

  async #advance(target: number, sliceMs: number): Promise<void> {
    this.#absorb(await this.ask('advance', { target, sliceMs }));
  }

  protected async advanceTo(step: number, sliceMs: number): Promise<void> {
    const goal = Math.min(step, this.total);
    while (this.both!.now.step < goal) await this.#advance(goal, sliceMs);
  }

  protected frame(): Promise<void> {
    if (this.speed === 'max') return this.#advance(this.total, SLICE_MS);
    return this.advanceTo(this.both!.now.step + Number(this.speed), SLICE_MS);
  }

  /** A quarter of the run. */
  protected get stillSteps(): number {
    return this.total / 4;
  }

  /** What is said of the twin after a replay: its tanh is the browser's, and browsers differ. */
  protected twinReplayed(): string | undefined {
    if (this.replay?.state !== 'same' || this.#wantedTwin === '' || !this.both) return undefined;
    if (this.both.now.step !== this.replay.target) return undefined;
    return this.both.digests[1] === this.#wantedTwin
      ? '✓ The twin has the same bits, too.'
      : "▲ The twin's bits differ: this browser's tanh rounds otherwise than the one that made the link.";
  }

  // ---- questions ----

  /** Nothing exchanged has a question of its own. */
  protected get questions(): readonly AskedOfTwins[] {
    const control = this.values.tanh === 'kernel' && this.values.order === 'same';
    return control ? CONTROL : QUESTIONS;
  }

  protected truth(asked: AskedOfTwins): number | undefined {
    return this.both && asked.truth(this.both.first, this.over ? this.both.now : undefined);
  }
}
