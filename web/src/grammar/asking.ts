/** What an exhibit asks, what it hides until it is guessed, and the run that is pinned to compare others with. */

import type { Values } from '../lib/schema.ts';
import type { Series } from './curves.ts';
import type { NumberShown } from './numbers.ts';
import { type Asked, Guesses } from './predictions.ts';
import { Run } from './run.ts';

/** A chart over the steps of a run. */
export interface Chart {
  id: string;
  label: string;
  series: readonly Series[];
  axis?: string;
  log?: boolean;
  /** Where the axis ends; without, it grows with the run. */
  span?: number;
  format?: (y: number) => string;
  /** The values at the axis, if not with as few digits as they have. */
  ticks?: (y: number) => string;
  /** Steps at which a setting was changed. */
  changes?: readonly number[];
}

/** A run kept beside the next ones. */
interface Pinned {
  settings: string;
  values: Record<string, string>;
  series: Record<string, readonly Series[]>;
}

export abstract class Asking<
  Requests extends Record<string, { ask: object; answer: unknown }>,
> extends Run<Requests> {
  protected guesses = new Guesses();
  protected pinned: Pinned | undefined;

  /** What is asked now, in turn. */
  protected abstract get questions(): readonly Asked[];
  /** The answer, once it is known. */
  protected abstract truth(asked: Asked): number | undefined;
  protected abstract numbers(): NumberShown[];
  protected abstract moreNumbers(): NumberShown[];
  protected abstract charts(): readonly Chart[];
  /** Settings and step in words. */
  protected abstract describe(): string;

  protected override moment({ guess = false } = {}): Values {
    const standing = this.playing ? undefined : this.standing;
    const guesses = this.guesses.told(this.questions, guess);
    return { ...this.values, step: 0, digest: '', ...guesses, ...standing };
  }

  // ---- predict ----

  protected get asked(): Asked {
    return this.guesses.asked(this.questions);
  }

  /** Whether something is still to be guessed, and therefore hidden. */
  protected veils(what: string | undefined): boolean {
    return what !== undefined && !this.hides('predict') && this.guesses.hide(this.questions, what);
  }

  /** Called when a question has been answered, skipped, or taken back. */
  protected guessed(_asked: Asked): void {}

  // ---- pin ----

  protected pin(): void {
    if (this.pinned || !this.at) {
      this.pinned = undefined;
      return;
    }
    const shown = [...this.numbers(), ...this.moreNumbers()];
    this.pinned = {
      settings: this.describe(),
      values: Object.fromEntries(shown.map((item) => [item.test, item.value])),
      series: Object.fromEntries(this.charts().map(({ id, series }) => [id, series])),
    };
  }

  protected withPinned(items: readonly NumberShown[]): NumberShown[] {
    return items.map((item) => {
      const pinned = item.hidden ? undefined : this.pinned?.values[item.test];
      return pinned ? { ...item, pinned } : item;
    });
  }

  /** What of some lines may be seen. */
  protected seen(series: readonly Series[] = []): Series[] {
    return series.filter(({ veil }) => !this.veils(veil));
  }
}
