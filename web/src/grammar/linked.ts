/** An exhibit's settings, and the link that holds them. */

import { applyFlags, hides } from '../lib/flags.ts';
import { clampNumber, parse, print, type Schema, type Values } from '../lib/schema.ts';
import { Part } from './element.ts';
import { GUESSES, NO_GUESS, type Preset } from './settings.ts';

export abstract class Linked extends Part {
  /** One schema drives controls, link, clamping and help. */
  protected abstract readonly schema: Schema;
  /** Settings that a preset leaves as they are. */
  protected readonly kept: readonly string[] = [];
  protected values: Values = {};
  protected notes: string[] = [];
  protected preset: Preset | undefined;
  #hash = '';
  #urlTimer: ReturnType<typeof setTimeout> | undefined;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;

  /** Starts over with `values`, replayed to the step they name. */
  protected abstract start(): Promise<void>;
  /** The values of a link to the present moment; it includes a guess only on request. */
  protected abstract moment(options?: { guess?: boolean }): Values;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#readHash();
    addEventListener('hashchange', this.#onHash);
    addEventListener('popstate', this.#onHash);
  }

  #readHash(): void {
    const { values, notes } = parse(this.schema, location.hash);
    this.values = values;
    this.notes = notes;
    this.preset = undefined;
    this.#hash = location.hash;
    applyFlags(values);
  }

  #onHash = () => {
    if (location.hash === this.#hash) return;
    // An anchor of the page, as the link that skips to the exhibit has one, asks for no other run.
    if (/^#[^=]+$/.test(location.hash)) {
      this.writeHash();
      return;
    }
    this.#readHash();
    void this.start();
  };

  /** Goes to a link of this exhibit, also to the one that stood there before a change was written; Back returns. */
  protected follow(hash: string): void {
    clearTimeout(this.#urlTimer);
    history.pushState(null, '', hash);
    this.#readHash();
    void this.start();
  }

  protected link(values: Values = this.moment()): string {
    return print(this.schema, values);
  }

  /** While a slider moves the link is replaced; a preset adds an entry to the history. */
  protected writeHash(how: 'replace' | 'push' = 'replace'): void {
    clearTimeout(this.#urlTimer);
    const write = () => {
      this.#hash = this.link();
      if (this.#hash === location.hash) return;
      if (how === 'push') history.pushState(null, '', this.#hash);
      else history.replaceState(null, '', this.#hash);
    };
    if (how === 'push') write();
    else this.#urlTimer = setTimeout(write, 250);
  }

  protected number(key: string): number {
    return Number(this.values[key]);
  }

  /** Returns to the start of the run and drops the acts made during it. */
  protected forget(): void {
    this.values.step = 0;
    this.values.digest = '';
  }

  /** Drops the guess of the link's maker, which was for a different truth. */
  protected elsewhere(): void {
    for (const key of GUESSES) this.values[key] = NO_GUESS;
  }

  /** A control has been moved. What is no part of the run is for an exhibit to take out before. */
  protected set(key: string, value: number | string): void {
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.preset = undefined;
    this.restart();
  }

  /** Restarts soon: while a slider moves, one start is enough. */
  protected restart(): void {
    this.elsewhere();
    this.forget();
    this.requestUpdate();
    clearTimeout(this.#restartTimer);
    this.#restartTimer = setTimeout(() => {
      void this.start();
      this.writeHash();
    }, 120);
  }

  /** The defaults, with a preset's values; the seed, and what a lecturer has put into the link, stay. */
  protected choose(preset: Preset): void {
    const kept = ['seed', 'rehearse', ...this.kept];
    for (const field of this.schema) {
      if ((field.kind !== 'number' && field.kind !== 'choice') || kept.includes(field.key)) continue;
      const chosen = preset.values[field.key] ?? field.default;
      // Rounded as a link's numbers are: a preset and the link to it must not differ in the last place.
      this.values[field.key] = field.kind === 'number' ? clampNumber(field, Number(chosen)) : chosen;
    }
    this.forget();
    this.preset = preset;
    void this.start();
    this.writeHash('push');
  }

  protected hides(part: string): boolean {
    return hides(this.values, part);
  }

  protected note(...notes: string[]): void {
    this.notes = notes;
    this.requestUpdate();
  }
}
