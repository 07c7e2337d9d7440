/** A run of Same bits, without what is seen of it. */

import type { Series } from '../grammar/curves.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { Guess } from '../grammar/predict.ts';
import type { Client } from '../lib/client.ts';
import { count } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import { newWorker } from './digests.ts';
import { type Column, type Comparison, differing, lossDifference, type Requests } from './protocol.ts';
import { type Asked, CONTROL, QUESTIONS } from './questions.ts';
import { type Preset, SCHEMA } from './schema.ts';

/** Weights of the network that both runs train. */
export const WEIGHTS = 105;

const SLICE_MS = 8;
/** A replay and a still show nothing on their way, so their slices may be longer. */
const LONG_SLICE_MS = 40;

interface Pinned {
  series: { differing: Series[]; losses: Series[] };
  settings: string;
  values: Record<string, string>;
}

/** The twins: their worker, their link, their settings. What is seen of them is `bits.ts`. */
export abstract class BitsRun extends Exhibit {
  protected override readonly schema = SCHEMA;
  #client: Client<Requests> | undefined;
  protected at: Comparison | undefined;
  #columns: Column[] = [];
  /** Nothing exchanged has a question of its own. */
  #answers: Record<'exchanged' | 'control', Guess[]> = {
    exchanged: QUESTIONS.map(() => ({ state: 'open' })),
    control: CONTROL.map(() => ({ state: 'open' })),
  };
  #asked = 0;
  protected pinned: Pinned | undefined;
  protected preset: Preset | undefined;
  protected cursor: number | undefined;
  /** The twin's fingerprint in the link that is replayed. */
  #wantedTwin = '';

  // ---- the link ----

  protected override moment(options: { guess?: boolean } = {}): Values {
    const at = this.at && !this.playing && this.at.now.step > 0 ? this.at : undefined;
    const made = (k: number) => {
      const guess = this.#answers.exchanged[k]!;
      return options.guess && guess.state === 'made' ? guess.value : 0;
    };
    return {
      ...this.values,
      step: at?.now.step ?? 0,
      digest: at?.digests[0] ?? '',
      twin: at?.digests[1] ?? '',
      guess: made(0),
      guess2: made(1),
    };
  }

  protected get guessed(): boolean {
    return this.#answers.exchanged.some((guess) => guess.state === 'made');
  }

  // ---- predict ----

  get #control(): boolean {
    return this.values.tanh === 'kernel' && this.values.order === 'same';
  }

  get #guesses(): Guess[] {
    return this.#answers[this.#control ? 'control' : 'exchanged'];
  }

  protected get question(): { asked: Asked; guess: Guess; truth: number | undefined; more: boolean } {
    const list = this.#control ? CONTROL : QUESTIONS;
    const k = Math.min(this.#asked, list.length - 1);
    const asked = list[k]!;
    return {
      asked,
      guess: this.#guesses[k]!,
      truth: this.at && asked.truth(this.at.first, this.over ? this.at.now : undefined),
      more: k + 1 < list.length,
    };
  }

  protected guess(guess: Guess): void {
    this.#guesses[Math.min(this.#asked, this.#guesses.length - 1)] = guess;
    this.requestUpdate();
  }

  protected nextQuestion(): void {
    this.#asked++;
    this.requestUpdate();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('#predict-title')?.focus());
  }

  /** Whether something is still to be guessed, and therefore hidden. */
  protected veils(what: Asked['hidden']): boolean {
    const list = this.#control ? CONTROL : QUESTIONS;
    return list.some((asked, k) => asked.hidden === what && this.#guesses[k]!.state === 'open');
  }

  // ---- the run ----

  protected get total(): number {
    return Number(this.values.steps);
  }

  protected get over(): boolean {
    return this.at !== undefined && this.at.now.step >= this.total;
  }

  /** Steps of one still, when nothing may move: a quarter of the run. */
  protected get stillSteps(): number {
    return this.total / 4;
  }

  /** What the map shows: its own steps, and where both runs stand now. */
  protected get columns(): Column[] {
    const now = this.at?.now;
    return now && now.step > (this.#columns.at(-1)?.step ?? -1) ? [...this.#columns, now] : this.#columns;
  }

  protected override async start(): Promise<void> {
    const run = ++this.run;
    const target = Math.min(Number(this.values.step), this.total);
    this.playing = false;
    this.failure = undefined;
    this.cursor = undefined;
    this.#wantedTwin = String(this.values.twin);
    this.replay = target > 0 ? { target, digest: String(this.values.digest), state: 'running' } : undefined;
    try {
      this.#client ??= newWorker();
      const { seed, tanh, order } = this.values;
      const answer = await this.#client.ask('twins', {
        build: bestBuild(),
        seed: Number(seed),
        tanh: tanh === 'browser',
        order: order === 'reversed',
        total: this.total,
      });
      if (run !== this.run) return;
      this.#columns = [];
      this.#absorb(answer);
      await this.#advanceTo(target, LONG_SLICE_MS, run);
      if (run !== this.run) return;
      this.compareReplay(this.at!.digests[0]);
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.requestUpdate();
  }

  #absorb(answer: Comparison): void {
    this.at = answer;
    this.#columns.push(...answer.columns);
    if (this.#columns.length === 0) this.#columns.push(answer.now);
  }

  /** Without a frame in between being waited for, or drawn. */
  async #advanceTo(target: number, sliceMs: number, run: number): Promise<void> {
    const goal = Math.min(target, this.total);
    while (this.at!.now.step < goal) {
      const answer = await this.#client!.ask('advance', { target: goal, sliceMs });
      if (run !== this.run) return;
      this.#absorb(answer);
    }
  }

  protected get ready(): boolean {
    return this.at !== undefined && !this.failure && this.replay?.state !== 'running';
  }

  async #play(): Promise<void> {
    if (!this.ready || this.playing) return;
    if (this.over) {
      // What has ended is seen once more, from its start.
      await this.#reset();
      if (!this.ready) return;
    }
    const run = this.run;
    try {
      if (this.still.matches) {
        await this.#advanceTo(this.at!.now.step + this.stillSteps, LONG_SLICE_MS, run);
      } else {
        this.playing = true;
        this.requestUpdate();
        await this.#playOn(run);
      }
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.#pause();
  }

  async #playOn(run: number): Promise<void> {
    while (this.playing && run === this.run && !this.over) {
      if (document.hidden || !this.visible) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      if (this.speed === 'max') {
        this.#absorb(await this.#client!.ask('advance', { target: this.total, sliceMs: SLICE_MS }));
      } else {
        await this.#advanceTo(this.at!.now.step + Number(this.speed), SLICE_MS, run);
      }
      if (run !== this.run) return;
      this.requestUpdate();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  #pause(): void {
    this.playing = false;
    if (!this.failure) this.say(this.summary(), true);
    this.writeHash();
    this.requestUpdate();
  }

  async #step(): Promise<void> {
    if (!this.ready || this.playing || this.over) return;
    const run = this.run;
    try {
      await this.#advanceTo(this.at!.now.step + 1, LONG_SLICE_MS, run);
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.#pause();
  }

  async #reset(): Promise<void> {
    this.#forgetMoment();
    await this.start();
    this.say('Reset: the same seed, step 0.', true);
    this.writeHash();
  }

  #forgetMoment(): void {
    this.values.step = 0;
    this.values.digest = '';
    this.values.twin = '';
  }

  #broke(error: unknown, run: number): void {
    if (run !== this.run) return;
    this.failed(error, this.at?.now.step ?? 0);
    // A trapped instance is never called again.
    this.run++;
    this.#client?.end();
    this.#client = undefined;
  }

  /** A new kernel, and both runs up to the last good step. */
  protected recover = () => {
    const step = this.failure?.kind === 'not-finite' ? 0 : (this.at?.now.step ?? 0);
    this.#forgetMoment();
    this.values.step = step;
    void this.start().then(() => this.writeHash());
  };

  protected act(action: string): void {
    switch (action) {
      case 'play':
        if (this.playing) this.playing = false;
        else void this.#play();
        break;
      case 'step':
        void this.#step();
        break;
      case 'reset':
        void this.#reset();
        break;
      case 'seed':
        // Which seed comes next is the page's choice, what it leads to the kernel's.
        this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
        void this.#reset();
        break;
      case 'pin':
        this.#pin();
        break;
    }
  }

  #pin(): void {
    if (this.pinned) this.pinned = undefined;
    else if (this.at)
      this.pinned = { series: this.series(), settings: this.describe(), values: this.readOuts() };
    this.requestUpdate();
  }

  /** The values of all numbers, as they are shown. */
  protected abstract readOuts(): Record<string, string>;

  // ---- settings ----

  protected set(event: CustomEvent<{ key: string; value: number | string }>): void {
    const { key, value } = event.detail;
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.values.twin = '';
    this.preset = undefined;
    this.restart();
  }

  protected choosePreset(preset: Preset): void {
    this.preset = preset;
    this.values.twin = '';
    this.choose(preset.values, ['seed', 'guess', 'guess2']);
  }

  // ---- words and curves ----

  protected describe(): string {
    const v = this.values;
    const exchanged = [
      ...(v.tanh === 'browser' ? ["the browser's tanh"] : []),
      ...(v.order === 'reversed' ? ['sums from last to first'] : []),
    ];
    return `twin with ${exchanged.join(' and ') || 'nothing exchanged'}, seed ${v.seed}, step ${this.at?.now.step ?? 0} of ${this.total}`;
  }

  protected summary(): string {
    const { at } = this;
    if (!at) return 'The kernel is being loaded.';
    if (at.now.step === 0) return 'Both runs are at their start, equal in every bit.';
    if (this.veils('bits')) return `Step ${count(at.now.step)}. What differs is hidden until you guess.`;
    const n = differing(at.now);
    if (n === 0) return `After ${count(at.now.step)} steps not one bit differs.`;
    return `After ${count(at.now.step)} steps ${n} of ${WEIGHTS} weights differ; the first bit differed after step ${at.first}.`;
  }

  /** What is said of the twin after a replay: its tanh is the browser's, and browsers differ. */
  protected twinReplayed(): string | undefined {
    if (this.replay?.state !== 'same' || this.#wantedTwin === '' || !this.at) return undefined;
    if (this.at.now.step !== this.replay.target) return undefined;
    return this.at.digests[1] === this.#wantedTwin
      ? '✓ The twin has the same bits, too.'
      : "▲ The twin's bits differ: this browser's tanh rounds otherwise than the one that made the link.";
  }

  protected series(): { differing: Series[]; losses: Series[] } {
    const along = (of: (column: Column) => number) =>
      this.columns.map((column) => [column.step, of(column)] as const);
    return {
      differing: this.veils('bits')
        ? []
        : [{ name: 'weights', role: 's-a', mark: 'circle', points: along(differing) }],
      losses: this.veils('losses')
        ? []
        : [
            { name: 'kernel', role: 's-a', mark: 'circle', points: along(({ losses }) => losses[0]) },
            { name: 'difference', role: 's-b', mark: 'square', points: this.#differences() },
          ],
    };
  }

  /** A logarithm has no place for what does not differ. */
  #differences(): [number, number][] {
    return this.columns.flatMap((column) => {
      const difference = lossDifference(column) * column.losses[0];
      return difference > 0 ? [[column.step, difference]] : [];
    });
  }
}
