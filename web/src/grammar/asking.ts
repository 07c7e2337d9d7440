/** The questions of an exhibit, the parts they hide, and the pinned run. */

import type { Requests } from '../lib/client.ts';
import { FLAGS } from '../lib/flags.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import { clamp, parse, print, type TextField, type Values } from '../lib/schema.ts';
import type { Series } from './curves.ts';
import type { NumberShown } from './numbers.ts';
import { Playing } from './playing.ts';
import { type Asked, Guesses } from './predictions.ts';
import { LONG_SLICE_MS } from './run.ts';
import { GUESSES, NO_GUESS, PIN } from './settings.ts';

/** What a link holds besides the run itself. */
const NOT_PINNED = new Set([PIN, 'digest', 'both', 'rehearse', ...GUESSES, ...FLAGS.map(({ key }) => key)]);

/** A chart over the steps of a run. */
export interface Chart {
  id: string;
  label: string;
  series: readonly Series[];
  axis?: string;
  /** Drawn against the clock of its run instead of against its steps. */
  timed?: boolean;
  log?: boolean;
  /** Where the axis ends; without, it grows with the run. */
  span?: number;
  format?: (y: number) => string;
  /** The values at the axis, if not with as few digits as they have. */
  ticks?: (y: number) => string;
  /** Steps at which a setting was changed. */
  changes?: readonly number[];
  /** Values between which something may lie: lowest and highest. */
  band?: readonly [number, number];
  /** Its own cursor, if it does not run along with the others. */
  alone?: { cursor: number | undefined };
}

/** A run kept beside the next ones. */
interface Pinned {
  /** How its own link reads, behind #. */
  link: string;
  settings: string;
  values: Record<string, string>;
  series: Record<string, readonly Series[]>;
  clock: Clock;
}

/** The progress of a run after a step, by which two runs are compared. */
export type Clock = (step: number) => number;

export abstract class Asking<
  F extends Stand,
  V = undefined,
  Own extends Requests = Record<never, never>,
  A extends Act = never,
> extends Playing<F, V, Own, A> {
  protected guesses = new Guesses();
  protected pinned: Pinned | undefined;

  /** What is asked now, in turn. */
  protected abstract get questions(): readonly Asked[];
  /** All that is asked here, now or elsewhere: what waits for a guess that is not asked now waits all the same. */
  protected get everything(): readonly Asked[] {
    return this.questions;
  }

  /** The answer, once it is known. */
  protected abstract truth(asked: Asked): number | undefined;
  protected abstract numbers(): NumberShown[];
  protected abstract moreNumbers(): NumberShown[];
  protected abstract charts(): readonly Chart[];
  /** Settings and step in words. */
  protected abstract describe(): string;

  protected override moment({ guess = false } = {}): Values {
    const standing = this.playing ? undefined : this.standing;
    const guesses = this.guesses.linked(this.everything, guess);
    return { ...this.values, step: 0, digest: '', ...guesses, ...standing };
  }

  // ---- predict ----

  protected get asked(): Asked {
    return this.guesses.asked(this.questions);
  }

  /** Whether something is still to be guessed, and therefore hidden; a lecturer may hide it altogether. */
  protected veils(what: string | undefined): boolean {
    return what !== undefined && this.guesses.hide(this.everything, what, this.hides('answer'));
  }

  /** Reveals the answers where a link leaves out the box to guess in. */
  protected reveal(): void {
    for (const asked of this.questions) {
      if (this.guesses.of(asked).state !== 'open') continue;
      this.guesses.make(asked, { state: 'skipped' });
      this.guessed(asked);
    }
    this.requestUpdate();
  }

  /** What `timed` charts are drawn against. */
  protected get clock(): Clock {
    return (step) => step;
  }

  /** Called when a question has been answered, skipped, or taken back. */
  protected guessed(_asked: Asked): void {}

  /** A link's guess keeps to the range of its question, which other settings may decide. */
  protected override async begin(): Promise<void> {
    await super.begin();
    for (const { guess, min, max } of this.questions) {
      const field = this.schema.find(({ key }) => key === guess);
      if (field?.kind !== 'number' || this.number(field.key) === NO_GUESS) continue;
      const { value, note } = clamp({ ...field, min, max }, String(this.values[field.key]));
      this.values[field.key] = value;
      if (note) this.note(...this.notes, note);
    }
  }

  // ---- pin ----

  protected pin(): void {
    if (this.pinned || !this.at) {
      this.unpin();
      return;
    }
    const shown = [...this.numbers(), ...this.moreNumbers()].filter(({ viewed }) => !viewed);
    const link = this.#pinLink();
    this.values[PIN] = link;
    this.pinned = {
      link,
      settings: this.describe(),
      values: Object.fromEntries(shown.map((item) => [item.test, item.value])),
      series: Object.fromEntries(this.charts().map(({ id, series }) => [id, series])),
      clock: this.clock,
    };
  }

  protected unpin(): void {
    this.pinned = undefined;
    this.values[PIN] = '';
  }

  /** The link of the run alone; nothing if none leads there. */
  #pinLink(): string {
    const alone = this.schema.filter(({ key }) => !NOT_PINNED.has(key));
    const link = print(alone, this.moment()).slice(1);
    const { maxLength } = this.schema.find(({ key }) => key === PIN) as TextField;
    return this.unlinkable || link.length > maxLength ? '' : link;
  }

  /** Makes the run that the link pins, unless it is pinned already. */
  protected override async beforehand(): Promise<void> {
    const link = String(this.values[PIN]);
    if (link === (this.pinned?.link ?? '')) return;
    this.pinned = undefined;
    if (link === '') return;
    const own = this.values;
    this.values = { ...own, ...parse(this.schema, link).values, [PIN]: '', rehearse: '' };
    try {
      await this.begin();
      await this.advanceTo(this.number('step'), LONG_SLICE_MS);
      await this.complete();
      this.pin();
      own[PIN] = this.values[PIN]!;
    } finally {
      this.values = own;
    }
  }

  protected withPinned(items: readonly NumberShown[]): NumberShown[] {
    return items.map((item) => {
      const pinned = item.hidden ? undefined : this.pinned?.values[item.test];
      return pinned ? { ...item, pinned } : item;
    });
  }

  /** The lines that may be seen. */
  protected seen(series: readonly Series[] = []): Series[] {
    return series.filter(({ veil }) => !this.veils(veil));
  }
}
