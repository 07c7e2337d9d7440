/** A run of Same bits, without its view. */

import { Exhibit } from '../grammar/exhibit.ts';
import type { Values } from '../lib/schema.ts';
import type { Column, Comparison, Requests } from './protocol.ts';
import { type AskedOfTwins, questions } from './questions.ts';
import { SCHEMA } from './schema.ts';
import { sealed } from './seal.ts';

/** The twins. `bits.ts` shows them. */
export abstract class BitsRun extends Exhibit<Comparison, undefined, Requests> {
  protected readonly schema = SCHEMA;
  #columns: Column[] = [];
  /** Both fingerprints, sealed, in the link that is replayed. */
  #wanted = '';

  // ---- the link ----

  protected override moment(options: { guess?: boolean } = {}): Values {
    const moment = super.moment(options);
    if (moment.digest === '') return { ...moment, both: '' };
    return moment.digest === this.state?.digest ? { ...moment, both: this.#both } : moment;
  }

  get #both(): string {
    return sealed(this.state!.digest, this.state!.twin);
  }

  protected override forget(): void {
    super.forget();
    this.values.both = '';
  }

  // ---- the run ----

  protected override get total(): number {
    return this.number('steps');
  }

  /** The columns of the map: its own steps, and the current one. */
  protected get columns(): Column[] {
    const now = this.state?.now;
    return now && now.step > (this.#columns.at(-1)?.step ?? -1) ? [...this.#columns, now] : this.#columns;
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.#wanted = String(this.values.both);
    this.#columns = [];
  }

  protected override arrived({ columns }: Comparison): void {
    this.#columns.push(...columns);
  }

  /** A quarter of the run. */
  protected override get stillSteps(): number {
    return this.total / 4;
  }

  /** The message about the twin after a replay: its tanh is the browser's, and browsers differ. */
  protected twinReplayed(): string | undefined {
    if (this.replay?.state !== 'same' || this.#wanted === '' || !this.state) return undefined;
    if (this.state.step !== this.replay.target) return undefined;
    return this.#both === this.#wanted
      ? '✓ The twin, too, has reached its fingerprint in the link.'
      : '▲ The twin has not reached its fingerprint in the link: this browser’s tanh rounds differently from the one that made it.';
  }

  // ---- questions ----

  protected get questions(): readonly AskedOfTwins[] {
    return questions(this.values);
  }

  /** Both runs at their end. */
  protected get end(): Column | undefined {
    return this.over ? this.state!.now : undefined;
  }

  protected truth(asked: AskedOfTwins): number | undefined {
    return asked.truth(this.end);
  }
}
