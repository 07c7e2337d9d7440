/** A run of Paths, without what is seen of it. */

import { Exhibit } from '../grammar/exhibit.ts';
import type { Guess } from '../grammar/predict.ts';
import { Client } from '../lib/client.ts';
import { significant } from '../lib/format.ts';
import { clampNumber, type Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import type { NetworkFigure } from '../train/figure.ts';
import type { Look as Shown } from '../train/protocol.ts';
import {
  type Drag,
  type Frame,
  isToy,
  type Requests,
  type RouteName,
  type Setup,
  type Task,
  type ToyTask,
  type View,
} from './protocol.ts';
import { type Asked, QUESTIONS, TOY_QUESTIONS } from './questions.ts';
import {
  MAX_DRAGS,
  PLACE,
  type Preset,
  parseDrags,
  printDrags,
  RATE,
  ROUTE,
  SCHEMA,
  SEED_A,
  SEED_B,
  TASK,
  WIDTH,
} from './schema.ts';

const SLICE_MS = 8;
/** Training and a replay show nothing on their way, so their slices may be longer. */
const LONG_SLICE_MS = 40;
/** Moves of the band in one still, when nothing may move: a quarter of a cycle. */
export const STILL_STEPS = 200;

export interface Pinned {
  state: Frame;
  history: [number, number][];
  settings: string;
}

/** A run of the exhibit: its worker, its link, its settings. What is seen of it is `paths.ts`. */
export abstract class PathsRun extends Exhibit {
  protected override readonly schema = SCHEMA;
  #client: Client<Requests> | undefined;
  /** Everything known of the run; a part that a frame does not bring stays as it was. */
  protected state: Frame | undefined;
  protected moves: [number, number][] = [];
  protected drags: Drag[] = [];
  protected guesses: Guess[] = QUESTIONS.map(() => ({ state: 'open' }));
  protected asked = 0;
  protected pinned: Pinned | undefined;
  protected preset: Preset | undefined;
  protected shown: Shown = { row: 0 };
  protected cursor: number | undefined;
  #looking = false;

  // ---- the link ----

  protected override moment(): Values {
    const at = this.state && !this.playing && this.state.left === 0 ? this.state : undefined;
    const moved = at !== undefined && (at.step > 0 || this.drags.length > 0);
    return {
      ...this.values,
      drags: printDrags(this.drags),
      step: moved ? at.step : 0,
      digest: moved ? at.digest : '',
      guess: 0,
    };
  }

  protected shareLink(guess: boolean): string {
    const first = this.guesses[0]!;
    const value = guess && first.state === 'made' ? first.value : 0;
    return new URL(this.link({ ...this.moment(), guess: value }), location.href).href;
  }

  // ---- the run ----

  protected get toy(): boolean {
    return isToy(String(this.values.task));
  }

  #setup(): Setup {
    const v = this.values;
    return {
      task: v.task as Task,
      width: Number(v.width),
      a: Number(v.a),
      b: Number(v.b),
      align: v.align === 'on',
      pivots: Number(v.pivots),
      cycles: Number(v.cycles),
      rate: Number(v.rate),
      climb: v.climb === 'on',
      drags: this.drags,
    };
  }

  /** The way walked along: before the first scan, the best path that is known is the band on its way. */
  protected get route(): RouteName {
    const { cycles, step } = this.state ?? {};
    const early = cycles?.length === 0 && step !== undefined && step > 0;
    return this.values.route === 'best' && early ? 'band' : (this.values.route as RouteName);
  }

  /** Where the network shown stands: at A, while what lies on the way is still to be guessed. */
  protected get t(): number {
    return this.veils('line') ? 0 : Number(this.values.t);
  }

  #view(): View {
    return { route: this.route, t: this.t, shown: this.shown };
  }

  protected override async start(): Promise<void> {
    const run = ++this.run;
    const target = Number(this.values.step);
    this.playing = false;
    this.failure = undefined;
    this.cursor = undefined;
    this.drags = this.toy ? parseDrags(String(this.values.drags)) : [];
    const replays = target > 0 || this.drags.length > 0;
    this.replay = replays ? { target, digest: String(this.values.digest), state: 'running' } : undefined;
    try {
      this.#client ??= new Client<Requests>(
        new Worker(new URL('../worker/paths.ts', import.meta.url), { type: 'module' }),
      );
      const ask = { build: bestBuild(), setup: this.#setup(), view: this.#view() };
      let frame = await this.#client.ask('start', { ...ask, rehearse: String(this.values.rehearse) });
      if (run !== this.run) return;
      this.state = undefined;
      this.moves = [];
      this.#absorb(frame);
      while (frame.left > 0 && !frame.notFinite) {
        frame = await this.#client.ask('train', { sliceMs: LONG_SLICE_MS, view: this.#view() });
        if (run !== this.run) return;
        this.#absorb(frame);
      }
      await this.#advanceTo(target, LONG_SLICE_MS, run);
      if (run !== this.run) return;
      this.compareReplay(this.state!.digest);
      this.#checkFinite();
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.requestUpdate();
  }

  /** Moves the band to a step, without a frame in between being waited for. */
  async #advanceTo(target: number, sliceMs: number, run: number): Promise<void> {
    const goal = Math.min(target, this.state!.total);
    while ((this.state!.step < goal || !this.state!.settled) && !this.state!.notFinite) {
      const frame = await this.#client!.ask('advance', { target: goal, sliceMs, view: this.#view() });
      if (run !== this.run) return;
      this.#absorb(frame);
    }
  }

  #absorb(frame: Frame): void {
    this.state = { ...this.state, ...frame };
    for (let k = 0; k < frame.history.length; k += 2)
      this.moves.push([frame.history[k]!, frame.history[k + 1]!]);
    this.requestUpdate();
  }

  protected get over(): boolean {
    const state = this.state;
    return state?.left === 0 && state.step >= state.total && state.settled;
  }

  async #play(): Promise<void> {
    const state = this.state;
    if (!state || state.left > 0 || this.failure) return;
    if (this.over) {
      this.say('The search is done. Reset runs it again, with the same numbers.', true);
      return;
    }
    const run = this.run;
    this.playing = true;
    this.writeHash();
    this.requestUpdate();
    try {
      if (this.still.matches) {
        await this.#advanceTo(state.step + STILL_STEPS, LONG_SLICE_MS, run);
      } else {
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
      const { step, total, settled } = this.state!;
      const next = settled && this.speed !== 'max' ? step + Number(this.speed) : step;
      const target = this.speed === 'max' ? total : Math.min(total, next);
      const frame = await this.#client!.ask('advance', { target, sliceMs: SLICE_MS, view: this.#view() });
      if (run !== this.run) return;
      const cycles = this.state!.cycles.length;
      this.#absorb(frame);
      if (this.#checkFinite()) return;
      if (frame.cycles.length > cycles) this.say(this.#summary());
      if (this.speed !== 'max') await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  #pause(): void {
    this.playing = false;
    if (!this.failure) this.say(`Move ${this.state?.step ?? 0}. ${this.#summary()}`, true);
    this.writeHash();
    this.requestUpdate();
  }

  async #step(): Promise<void> {
    if (!this.state || this.state.left > 0 || this.playing || this.failure || this.over) return;
    const run = this.run;
    try {
      await this.#advanceTo(this.state.step + 1, LONG_SLICE_MS, run);
      if (run === this.run && !this.#checkFinite()) this.say(`Move ${this.state!.step}. ${this.#summary()}`);
    } catch (error) {
      this.#broke(error, run);
    }
    this.writeHash();
  }

  #reset(): void {
    this.values.step = 0;
    this.values.digest = '';
    this.values.drags = '';
    void this.start().then(() => {
      this.say('Reset: the same seeds, move 0.', true);
      this.writeHash();
    });
  }

  #newSeeds(): void {
    if (this.toy) {
      this.say('A toy has no seeds: the surface is what it is.', true);
      return;
    }
    // Which seeds come next is the page's choice, what they lead to the kernel's.
    const [a, b] = crypto.getRandomValues(new Uint32Array(2));
    this.values.a = a! % 100_000;
    this.values.b = (b! % 99_999) + 1;
    if (this.values.b === this.values.a) this.values.b = 0;
    this.#askAgain();
    this.#reset();
  }

  /** Other networks, other truths. */
  #askAgain(): void {
    this.guesses = QUESTIONS.map(() => ({ state: 'open' }));
    this.asked = 0;
  }

  #checkFinite(): boolean {
    if (!this.state?.notFinite) return false;
    this.failure = { kind: 'not-finite', step: this.state.step };
    this.playing = false;
    this.say(`The run has diverged at move ${this.state.step}.`, true);
    return true;
  }

  #broke(error: unknown, run: number): void {
    if (run !== this.run) return;
    this.failed(error, this.state?.step ?? 0);
    if (this.failure && ['panic', 'download', 'compile'].includes(this.failure.kind)) {
      // A trapped instance is never called again.
      this.#client?.end();
      this.#client = undefined;
    }
  }

  /** A new kernel, and the run up to the last good step. */
  protected recover = () => {
    const failure = this.failure;
    this.values.rehearse = '';
    this.values.digest = '';
    this.values.step = failure?.kind === 'panic' ? failure.step : 0;
    if (failure?.kind === 'not-finite') this.values.rate = clampNumber(RATE, Number(this.values.rate) / 2);
    if (failure?.kind === 'refused' && failure.field === 'seed_b')
      this.values.b = clampNumber(SEED_B, Number(this.values.a) + 1);
    void this.start().then(() => this.writeHash());
  };

  // ---- settings and views ----

  protected set(event: CustomEvent<{ key: string; value: number | string }>): void {
    const { key, value } = event.detail;
    this.values[key] = value;
    if (key === ROUTE.key || key === PLACE.key) {
      this.writeHash();
      void this.lookAgain();
      return;
    }
    this.preset = undefined;
    if (key === TASK.key) {
      this.values.drags = '';
      this.#forget();
    }
    if ([TASK, WIDTH, SEED_A, SEED_B].some((field) => field.key === key)) this.#askAgain();
    this.restart();
  }

  /** Another task has another figure; nothing of the last one is to be seen in it. */
  #forget(): void {
    this.run++;
    this.state = undefined;
    this.pinned = undefined;
  }

  protected choosePreset(preset: Preset): void {
    this.preset = preset;
    this.#forget();
    this.values.drags = '';
    this.#askAgain();
    this.choose(preset.values, ['guess', 'rehearse']);
  }

  /** While one look is on its way, the next waits for it and then takes the newest place. */
  protected async lookAgain(): Promise<void> {
    this.requestUpdate();
    if (this.toy || this.#looking || !this.#client || !this.state?.facts) return;
    this.#looking = true;
    const run = this.run;
    try {
      let seen: string;
      do {
        const view = this.#view();
        const shown = view.shown && 'ink' in view.shown ? { ink: view.shown.ink.slice() } : view.shown;
        seen = JSON.stringify(view);
        const look = await this.#client.ask('look', { view: { ...view, shown } });
        if (run !== this.run) return;
        this.state = { ...this.state!, look };
        this.requestUpdate();
      } while (seen !== JSON.stringify(this.#view()));
    } catch (error) {
      this.#broke(error, run);
    } finally {
      this.#looking = false;
    }
  }

  protected nextRow(): void {
    const rows = this.state?.facts?.rows ?? 1;
    const row = this.shown && 'row' in this.shown ? (this.shown.row + 1) % rows : 0;
    this.shown = { row };
    void this.lookAgain();
  }

  protected showInk(): void {
    this.shown = { ink: this.querySelector<NetworkFigure>('lab-network')!.ink };
    void this.lookAgain();
  }

  protected async drag({ id, x, y }: { id: string; x: number; y: number }): Promise<void> {
    if (!this.state || this.failure) return;
    const run = this.run;
    const drag = { step: this.state.step, image: Number(id), x: Math.fround(x), y: Math.fround(y) };
    const last = this.drags.at(-1);
    // Of one image's way at one step, its last place counts.
    if (last && last.step === drag.step && last.image === drag.image) this.drags.pop();
    this.drags.push(drag);
    if (this.drags.length > MAX_DRAGS)
      this.notes = [`More than ${MAX_DRAGS} drags: this run no longer fits into a link.`];
    try {
      const frame = await this.#client!.ask('drag', { drag });
      if (run === this.run) this.#absorb(frame);
    } catch (error) {
      this.#broke(error, run);
    }
    this.writeHash();
  }

  // ---- words, keys ----

  #summary(): string {
    const state = this.state;
    if (!state?.facts || this.veils('line')) return '';
    const found =
      this.veils('path') || !state.best ? '' : `, on the best path ${significant(state.best.barrier)}`;
    return `Barrier on the straight line ${significant(state.facts.straight.barrier)}${found}.`;
  }

  protected describe(): string {
    const v = this.values;
    const task = TASK.options.find((option) => option.value === v.task)!.label;
    const band = `${v.pivots} pivots, step size ${significant(Number(v.rate))}, climb ${v.climb}`;
    if (this.toy) return `${task}, ${band}, move ${this.state?.step ?? 0}`;
    return `${task}, width ${v.width}, seeds ${v.a} and ${v.b}, align ${v.align}, ${v.cycles} cycles, ${band}, move ${this.state?.step ?? 0}`;
  }

  protected override act(action: string): void {
    if (action === 'play') {
      if (this.playing) this.playing = false;
      else void this.#play();
    } else if (action === 'step') void this.#step();
    else if (action === 'reset') this.#reset();
    else if (action === 'seed') this.#newSeeds();
    else if (action === 'pin') {
      const { facts } = this.state ?? {};
      if (this.pinned) this.pinned = undefined;
      else if (this.state && facts)
        this.pinned = { state: this.state, history: [...this.moves], settings: this.describe() };
      this.requestUpdate();
    }
  }

  // ---- questions ----

  protected get questions(): readonly Asked[] {
    const { task } = this.values;
    return isToy(String(task)) ? [TOY_QUESTIONS[task as ToyTask]] : QUESTIONS;
  }

  /** Whether what a question asks for is still to be hidden: the question stands there unanswered. */
  protected veils(what: Asked['hidden']): boolean {
    if (this.hides('predict')) return false;
    return this.questions[this.asked]!.hidden === what && this.guesses[this.asked]!.state === 'open';
  }
}
