/** A run of Paths, without its view. */

import { Acts } from '../grammar/acts.ts';
import { OwningPoints } from '../grammar/owning-points.ts';
import type { Preset } from '../grammar/settings.ts';
import type { Failure } from '../lib/failure.ts';
import { significant } from '../lib/format.ts';
import type { NetworkInput } from '../lib/look.ts';
import type { Stand } from '../lib/protocol.ts';
import { asHeld, clampNumber } from '../lib/schema.ts';
import type { Drag, Frame, Requests, View } from './protocol.ts';
import { type AskedOfPaths, answer, questions, TOYS } from './questions.ts';
import { MAX_DRAGS, PLACE, parseDrags, printDrags, RATE, ROUTE, SCHEMA, SEED_B, TASK } from './schema.ts';

/** After so long without another look the curvatures are computed. */
const REST_MS = 150;

/** Its drags, its views. What is seen of it is `paths.ts`. */
export abstract class PathsRun extends OwningPoints<Frame, View, Requests, Drag> {
  protected readonly schema = SCHEMA;
  protected readonly learns = TASK;
  protected override readonly acts = new Acts<Drag>({
    key: 'drags',
    name: 'drags',
    most: MAX_DRAGS,
    parse: (text) => (this.toy ? parseDrags(text) : []),
    print: printDrags,
    replaces: (later, earlier) => later.image === earlier.image,
  });
  /** Move and highest image of the band. */
  protected moves: [number, number][] = [];
  protected shown: NetworkInput = { row: 0 };
  /** Curvatures of the network that is looked at, and whether the reader has asked for them. */
  protected curvatures: Float64Array | undefined;
  protected curving = false;
  #cycles = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;

  protected get toy(): boolean {
    return String(this.values.task) in TOYS;
  }

  // ---- the run ----

  protected override get at(): Stand | undefined {
    const { state } = this;
    return state?.facts || state?.notFinite !== undefined ? state : undefined;
  }

  protected override get total(): number {
    return this.state?.total ?? 0;
  }

  /** The way walked along: the straight line while the band may not be seen, the band while no best path is known. */
  protected get route(): string {
    const route = String(this.values.route);
    if (route !== 'best' && route !== 'band') return route;
    const { cycles, step } = this.state ?? {};
    if (this.veils('path') || !step) return 'straight';
    return cycles?.length === 0 ? 'band' : route;
  }

  protected get t(): number {
    return this.number('t');
  }

  protected override get view(): View {
    return { route: this.route, t: this.t, shown: this.shown };
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.moves = [];
    this.#cycles = 0;
  }

  protected override arrived({ history, look }: Frame): void {
    if (look) this.#rest();
    for (const [k, step] of history.step.entries()) this.moves.push([step, history.value[k]!]);
  }

  /** Asks for the curvatures from now on, wherever the reader looks. */
  protected curve(): void {
    this.curving = true;
    void import('../grammar/spectrum.ts');
    this.#rest();
  }

  /** The curvatures, once the reader rests. */
  #rest(): void {
    this.curvatures = undefined;
    clearTimeout(this.#restTimer);
    if (this.playing || !this.curving || this.toy || this.values.task === 'digits') return;
    this.#restTimer = setTimeout(() => {
      void this.attempt(async () => {
        const looked = this.state?.look;
        const { values } = await this.ask('curvatures', {});
        if (looked !== this.state?.look) return;
        this.curvatures = values;
        this.requestUpdate();
      });
    }, REST_MS);
  }

  protected override paused(): void {
    this.#rest();
  }

  protected override halted(): void {
    clearTimeout(this.#restTimer);
  }

  /** A quarter of a cycle. */
  protected override get stillSteps(): number {
    return 200;
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
    if (!facts) return `Move ${step ?? 0}.`;
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
    super.set(key, value);
  }

  protected override choose(preset: Preset): void {
    this.#clear();
    super.choose(preset);
  }

  protected override another(): void {
    this.#clear();
  }

  /** A different task has a different figure, which must not show parts of the last one. */
  #clear(): void {
    this.supersede();
    this.state = undefined;
    this.unpin();
  }

  protected show(shown: NetworkInput): void {
    // A copy, since drawing continues while it is in flight.
    this.shown = 'ink' in shown ? { ink: shown.ink.slice() } : shown;
    void this.lookAgain();
  }

  protected nextRow(): void {
    const rows = this.state?.facts?.rows ?? 1;
    this.show({ row: 'row' in this.shown ? (this.shown.row + 1) % rows : 0 });
  }

  protected drag({ id, x, y }: { id: string; x: number; y: number }): void {
    if (!this.state || this.failure) return;
    const place = { x: asHeld(x), y: asHeld(y) };
    void this.perform({ step: this.state.step, image: Number(id), ...place });
  }

  // ---- questions ----

  protected get questions(): readonly AskedOfPaths[] {
    return questions(this.values, this.state?.facts);
  }

  protected answer(): string | undefined {
    const { state } = this;
    if (!this.over || !state?.facts || !state.best || this.veils('path')) return undefined;
    return answer(String(this.values.task), state);
  }

  protected truth(asked: AskedOfPaths): number | undefined {
    const facts = this.state?.facts;
    return facts && asked.truth(facts, this.over ? this.state!.best : undefined);
  }

  protected override guessed(): void {
    void this.lookAgain();
  }
}
