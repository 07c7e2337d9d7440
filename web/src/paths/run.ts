/** A run of Paths, without what is seen of it. */

import { Exhibit } from '../grammar/exhibit.ts';
import { SLICE_MS } from '../grammar/run.ts';
import type { Preset } from '../grammar/settings.ts';
import type { Failure } from '../lib/failure.ts';
import { significant } from '../lib/format.ts';
import { clampNumber, type Values } from '../lib/schema.ts';
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
import { type AskedOfPaths, QUESTIONS, TOY_QUESTIONS } from './questions.ts';
import {
  MAX_DRAGS,
  PLACE,
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
import { newWorker } from './worker.ts';

/** While both ends are trained there is little to see. */
const TRAINING_SLICE_MS = 100;

/** Its worker, its drags, its views. What is seen of it is `paths.ts`. */
export abstract class PathsRun extends Exhibit<Requests> {
  protected readonly key = 'paths';
  protected readonly schema = SCHEMA;
  /** Everything known of the run; a part that a frame does not bring stays as it was. */
  protected state: Frame | undefined;
  /** Move and highest image of the band. */
  protected moves: [number, number][] = [];
  protected drags: Drag[] = [];
  protected shown: Shown = { row: 0 };
  #cycles = 0;
  #looking = false;

  protected readonly newWorker = newWorker;

  protected get toy(): boolean {
    return isToy(String(this.values.task));
  }

  // ---- the link ----

  protected override get replays(): boolean {
    return this.toy && this.values.drags !== '';
  }

  protected override get standing(): Values | undefined {
    const { at } = this;
    const moved = at && (at.step > 0 || this.drags.length > 0);
    return moved ? { step: at.step, digest: at.digest } : undefined;
  }

  protected override forget(): void {
    super.forget();
    this.values.drags = '';
  }

  protected override get untold(): boolean {
    return this.drags.length > MAX_DRAGS;
  }

  // ---- the run ----

  protected get at() {
    const { state } = this;
    if (!state?.facts && !state?.notFinite) return undefined;
    return { step: state.step, digest: state.digest, notFinite: state.notFinite ? state.step : undefined };
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
    return this.veils('line') ? 0 : this.number('t');
  }

  #view(): View {
    return { route: this.route, t: this.t, shown: this.shown };
  }

  protected async begin(): Promise<void> {
    this.cursor = undefined;
    this.drags = this.toy ? parseDrags(String(this.values.drags)) : [];
    const ask = { setup: this.#setup(), view: this.#view() };
    let frame = await this.ask('start', { ...ask, rehearse: String(this.values.rehearse) });
    this.state = undefined;
    this.moves = [];
    this.#cycles = 0;
    this.#absorb(frame);
    while (frame.left > 0 && !frame.notFinite) {
      frame = await this.ask('train', { sliceMs: TRAINING_SLICE_MS, view: this.#view() });
      this.#absorb(frame);
      this.requestUpdate();
    }
  }

  #absorb(frame: Frame): void {
    this.state = { ...this.state, ...frame };
    for (let k = 0; k < frame.history.length; k += 2)
      this.moves.push([frame.history[k]!, frame.history[k + 1]!]);
  }

  async #advance(target: number, sliceMs: number): Promise<void> {
    this.#absorb(await this.ask('advance', { target, sliceMs, view: this.#view() }));
  }

  protected async advanceTo(step: number, sliceMs: number): Promise<void> {
    const goal = Math.min(step, this.state!.total);
    while ((this.state!.step < goal || !this.state!.settled) && !this.state!.notFinite)
      await this.#advance(goal, sliceMs);
  }

  protected frame(): Promise<void> {
    const { step, total, settled } = this.state!;
    if (this.speed === 'max') return this.#advance(total, SLICE_MS);
    return this.#advance(Math.min(total, settled ? step + Number(this.speed) : step), SLICE_MS);
  }

  /** A quarter of a cycle. */
  protected get stillSteps(): number {
    return 200;
  }

  protected override get over(): boolean {
    const { state } = this;
    return state?.left === 0 && state.step >= state.total && state.settled;
  }

  protected override async again(): Promise<boolean> {
    this.say('The search is done. Reset runs it again, with the same numbers.', true);
    return false;
  }

  protected override milestone(): boolean {
    const cycles = this.state!.cycles.length;
    if (cycles > this.#cycles) this.say(this.summary());
    this.#cycles = cycles;
    return false;
  }

  protected summary(): string {
    const { facts, best, step } = this.state ?? {};
    if (!facts || this.veils('line')) return `Move ${step ?? 0}.`;
    const found = this.veils('path') || !best ? '' : `, on the best path ${significant(best.barrier)}`;
    return `Move ${step}. Barrier on the straight line ${significant(facts.straight.barrier)}${found}.`;
  }

  protected override get seeds(): string {
    return this.toy ? 'the same surface' : `seeds ${this.values.a} and ${this.values.b}`;
  }

  protected override reseed(): boolean {
    if (this.toy) {
      this.say('A toy has no seeds: the surface is what it is.', true);
      return false;
    }
    const [a, b] = crypto.getRandomValues(new Uint32Array(2));
    this.values.a = a! % 100_000;
    this.values.b = (b! % 99_999) + 1;
    if (this.values.b === this.values.a) this.values.b = 0;
    this.guesses.forget();
    return true;
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.rate = clampNumber(RATE, this.number('rate') / 2);
    if (failure.kind === 'refused' && failure.field === 'seed_b')
      this.values.b = clampNumber(SEED_B, this.number('a') + 1);
  }

  // ---- settings and views ----

  protected override set(key: string, value: number | string): void {
    if (key === ROUTE.key || key === PLACE.key) {
      this.values[key] = value;
      this.writeHash();
      void this.lookAgain();
      return;
    }
    if (key === TASK.key) this.#clear();
    if ([TASK, WIDTH, SEED_A, SEED_B].some((field) => field.key === key)) this.guesses.forget();
    super.set(key, value);
  }

  protected override choose(preset: Preset): void {
    this.#clear();
    this.guesses.forget();
    super.choose(preset);
  }

  /** Another task has another figure; nothing of the last one is to be seen in it. */
  #clear(): void {
    this.supersede();
    this.state = undefined;
    this.pinned = undefined;
  }

  /** While one look is on its way, the next waits for it and then takes the newest place. */
  protected async lookAgain(): Promise<void> {
    this.requestUpdate();
    if (this.toy || this.#looking || !this.state?.facts || this.failure) return;
    this.#looking = true;
    await this.attempt(async () => {
      let seen: string;
      do {
        const view = this.#view();
        const shown = view.shown && 'ink' in view.shown ? { ink: view.shown.ink.slice() } : view.shown;
        seen = JSON.stringify(view);
        const look = await this.ask('look', { view: { ...view, shown } });
        this.state = { ...this.state!, look };
        this.requestUpdate();
      } while (seen !== JSON.stringify(this.#view()));
    });
    this.#looking = false;
  }

  protected nextRow(): void {
    const rows = this.state?.facts?.rows ?? 1;
    const row = this.shown && 'row' in this.shown ? (this.shown.row + 1) % rows : 0;
    this.shown = { row };
    void this.lookAgain();
  }

  protected async drag({ id, x, y }: { id: string; x: number; y: number }): Promise<void> {
    if (!this.state || this.failure) return;
    const drag = { step: this.state.step, image: Number(id), x: Math.fround(x), y: Math.fround(y) };
    const last = this.drags.at(-1);
    // Of one image's way at one step, its last place counts.
    if (last && last.step === drag.step && last.image === drag.image) this.drags.pop();
    this.drags.push(drag);
    this.values.drags = printDrags(this.drags);
    if (this.drags.length > MAX_DRAGS)
      this.note(`More than ${MAX_DRAGS} drags: this run no longer fits into a link.`);
    await this.attempt(async () => {
      this.#absorb(await this.ask('drag', { drag }));
      this.requestUpdate();
      this.writeHash();
    });
  }

  // ---- questions ----

  protected get questions(): readonly AskedOfPaths[] {
    return this.toy ? [TOY_QUESTIONS[this.values.task as ToyTask]] : QUESTIONS;
  }

  protected truth(asked: AskedOfPaths): number | undefined {
    const facts = this.state?.facts;
    return facts && asked.truth(facts, this.over ? this.state!.best : undefined);
  }

  protected override guessed(): void {
    void this.lookAgain();
  }

  /** What the question that stands there asks for is hidden; the line hides the path with it. */
  protected override veils(what: string | undefined): boolean {
    if (this.hides('predict')) return false;
    const { hidden } = this.asked as AskedOfPaths;
    const open = this.guesses.of(this.asked).state === 'open';
    return open && (hidden === what || (hidden === 'line' && what === 'path'));
  }
}
