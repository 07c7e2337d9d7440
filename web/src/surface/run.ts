/** The computations of Surface: run, plane, map, line, and the point looked at. */

import { hundredths, type Zoom } from '../grammar/field.ts';
import { OwningPoints } from '../grammar/owning-points.ts';
import { nextFrame } from '../grammar/playing.ts';
import type { Asked } from '../grammar/predictions.ts';
import type { Failure } from '../lib/failure.ts';
import { asHeld, printNumber, type Values } from '../lib/schema.ts';
import type { Point, Span } from '../lib/view.ts';
import {
  type Beside,
  type Curved,
  type Facts,
  type Frame,
  HALF_OF,
  type Line,
  type Look,
  type MapPart,
  type Requests,
  type Slice,
  type View,
} from './protocol.ts';
import { shareQuestion, straightQuestion } from './questions.ts';
import { closer, HALF, SCENE, SCHEMA, shown } from './schema.ts';

const MAP_SLICE_MS = 30;
/** While a slider moves, one map is enough. */
const MAP_WAIT_MS = 60;
/** After so long without another look the curvature is computed: it costs a hundred gradients. */
const REST_MS = 150;
/** Steps a frame at the fastest speed. */
const FASTEST = 250;

/** The handles for the question about the line: at two networks, or across the ring. */
const ASKED_LINE = { ax: -1, ay: 0, bx: 1, by: 0 };

/** `surface.ts` shows it. */
export abstract class SurfaceRun extends OwningPoints<Frame, View, Requests> {
  protected readonly schema = SCHEMA;
  protected readonly learns = SCENE;
  protected override readonly kept = ['cells'];
  protected map: (MapPart & { span: Span }) | undefined;
  protected line: Line | undefined;
  protected curved: Curved | undefined;
  /** The cursor's place on the line, as a share of its length. */
  protected place: number | undefined;
  /** The second plane. */
  protected other: Beside | undefined;
  /** How much of the run lies in each plane that has been cut. */
  protected shares: Record<string, number | undefined> = {};
  #truths: Record<string, number | undefined> = {};
  /** Counts maps: a part of an earlier one is dropped. */
  #maps = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #mapTimer: ReturnType<typeof setTimeout> | undefined;

  protected get facts(): Facts | undefined {
    return this.state?.facts;
  }

  protected get slice(): Slice | undefined {
    return this.state?.slice;
  }

  protected get look(): Look | undefined {
    return this.state?.look;
  }

  protected get ring(): boolean {
    return this.values.scene === 'ring';
  }

  /** Whether the cross is looked at, and not the run. */
  protected get atCross(): boolean {
    return this.values.at === 'cross' && !this.playing;
  }

  protected override get view(): View {
    const cross = this.atCross ? { x: this.number('cx'), y: this.number('cy') } : undefined;
    return { plane: String(this.values.plane), cross };
  }

  // ---- the run ----

  protected override get total(): number {
    return this.facts?.steps ?? 0;
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.place = undefined;
    this.#truths = {};
    this.shares = {};
    this.other = undefined;
  }

  protected override arrived({ slice }: Frame): void {
    this.#rest();
    // Recomputes everything seen through a new plane, once this frame is shown.
    if (slice) queueMicrotask(() => this.#recut(slice));
  }

  protected override async advanceTo(step: number, sliceMs: number): Promise<void> {
    // A link may show the cross at some step; playing shows the run.
    const replayed = this.replay?.state === 'running';
    if (!replayed && Math.min(step, this.total) !== this.state!.step) this.values.at = 'run';
    await super.advanceTo(step, sliceMs);
  }

  protected override async frame(): Promise<void> {
    this.values.at = 'run';
    const pace = this.speed === 'max' ? FASTEST : Number(this.speed);
    await super.advanceTo(this.state!.step + pace, 0);
    // The run is there already: without a pause it would be over before it is seen.
    if (this.speed === 'max') await nextFrame();
  }

  protected override get stillSteps(): number {
    return 60 * (this.speed === 'max' ? FASTEST : Number(this.speed));
  }

  /** Resets the view only; the run stays. */
  protected override async reset(): Promise<void> {
    this.playing = false;
    this.replay = undefined;
    this.forget();
    this.values.at = 'run';
    await this.attempt(async () => {
      await this.request('advance', { target: 0, sliceMs: 0 });
    });
    this.say(`Reset to step 0, ${this.seeds}.`, true);
    this.writeHash();
  }

  protected override paused(): void {
    this.#rest();
  }

  protected override halted(): void {
    clearTimeout(this.#restTimer);
    clearTimeout(this.#mapTimer);
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.scale = this.number('scale') / 2;
    if (failure.kind === 'refused') this.values.plane = 'minima';
  }

  // ---- the plane and its map ----

  #recut(slice: Slice): void {
    this.line = undefined;
    this.shares[String(this.values.plane)] = slice.share;
    this.requestUpdate();
    void this.#askLine();
    void this.#fill();
  }

  async #fill(): Promise<void> {
    const map = ++this.#maps;
    // The old picture stays until there is a new one, its fingerprint does not.
    if (this.map) this.map = { ...this.map, done: false, digest: '' };
    this.requestUpdate();
    await this.attempt(async () => {
      const span = shown(this.values);
      const [left, right, low, high] = span;
      const middle = { x: (left + right) / 2, y: (low + high) / 2 };
      await this.ask('begin', { ...middle, half: (right - left) / 2, cells: this.number('cells') });
      while (map === this.#maps) {
        const part = await this.ask('fill', { sliceMs: MAP_SLICE_MS });
        if (map !== this.#maps || !part.picture) continue;
        this.map = { ...part, span };
        this.requestUpdate();
        if (part.done) break;
      }
    });
    if (map === this.#maps) void this.#askBeside();
  }

  /**
   * The second plane, once the first has its map: cutting it would end that. After a guess the planes that the answer compares
   * are cut, wherever the reader looks.
   */
  #askBeside(): Promise<void> {
    return this.newest('beside', async () => {
      const plane = String(this.values.beside);
      if (this.ring || !this.map?.done) return;
      if (this.other?.plane !== plane) {
        this.other = await this.ask('beside', { plane });
        this.shares[plane] = this.other.share;
      }
      for (const asked of this.guesses.answered('share') ? ['random', 'run'] : [])
        this.shares[asked] ??= (await this.ask('beside', { plane: asked })).share;
      this.requestUpdate();
    });
  }

  // ---- the line and the curvature ----

  #askLine(): Promise<void> {
    return this.newest('line', async () => {
      const [ax, ay, bx, by] = ['ax', 'ay', 'bx', 'by'].map((key) => this.number(key));
      // Only there do both ends lie in the plane; dragged onto each other they are the ends of no line.
      if (!this.holdsLine || (ax === bx && ay === by)) {
        this.line = undefined;
        return;
      }
      this.line = await this.ask('line', { ax: ax!, ay: ay!, bx: bx!, by: by! });
      if (this.askedLine) this.#truths[this.#lineId] ??= this.line.saddle;
      this.requestUpdate();
    });
  }

  protected override async complete(): Promise<void> {
    await this.#askLine();
    this.curved = await this.ask('curvature', {});
  }

  /** The curvature, once the reader rests. */
  #rest(): void {
    this.curved = undefined;
    clearTimeout(this.#restTimer);
    if (this.playing) return;
    this.#restTimer = setTimeout(() => {
      void this.attempt(async () => {
        const looked = this.look;
        const curved = await this.ask('curvature', {});
        if (looked !== this.look) return;
        this.curved = curved;
        this.requestUpdate();
      });
    }, REST_MS);
  }

  // ---- settings and handles ----

  protected override set(key: string, value: number | string): void {
    if (!['plane', 'beside', 'half', 'cells', 'at'].includes(key)) {
      super.set(key, value);
      return;
    }
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.preset = undefined;
    if (key === 'plane') Object.assign(this.values, { half: HALF_OF[String(value)]!, mx: 0, my: 0 });
    if (key === 'beside') void this.#askBeside();
    else if (key === 'plane' || key === 'at') void this.lookAgain();
    else this.#remap();
    this.requestUpdate();
    this.writeHash();
  }

  #remap(): void {
    clearTimeout(this.#mapTimer);
    this.#mapTimer = setTimeout(() => void this.#fill(), MAP_WAIT_MS);
  }

  /** Closer by a factor, while a place stays where it is; 0 goes back to the default. */
  protected zoom({ by, ...place }: Zoom): void {
    this.#show(closer(this.values, by, place));
    const [left, right, low, high] = shown(this.values).map(hundredths);
    const half = printNumber(HALF, this.number('half'));
    this.say(`Half-width ${half}: x from ${left} to ${right}, y from ${low} to ${high}.`, true);
  }

  /** A place that lies outside of the map. */
  protected show({ x, y }: Point): void {
    this.#show({ mx: x, my: y });
  }

  #show(values: Values): void {
    Object.assign(this.values, values);
    this.preset = undefined;
    this.#remap();
    this.requestUpdate();
    this.writeHash();
  }

  protected moved({ id, x, y }: { id: string; x: number; y: number }): void {
    const [kx, ky] = id === 'cross' ? ['cx', 'cy'] : [`${id}x`, `${id}y`];
    this.values[kx!] = asHeld(x);
    this.values[ky!] = asHeld(y);
    if (id === 'cross') {
      this.values.at = 'cross';
      void this.lookAgain();
    } else void this.#askLine();
    this.writeHash();
    this.requestUpdate();
  }

  /** The cursor of the line's chart: the cross goes along. */
  protected onLine(event: CustomEvent<number | undefined>): void {
    event.stopPropagation();
    const t = event.detail;
    this.place = t;
    this.requestUpdate();
    if (t === undefined) return;
    const on = (a: string, b: string) =>
      Math.round(1000 * (this.number(a) + t * (this.number(b) - this.number(a)))) / 1000;
    this.moved({ id: 'cross', x: on('ax', 'bx'), y: on('ay', 'by') });
  }

  // ---- questions ----

  /** Whether A and B lie in the plane that is shown. */
  protected get holdsLine(): boolean {
    return this.ring || this.values.plane === 'minima';
  }

  /** Whether the line is the one that is asked about. */
  protected get askedLine(): boolean {
    return this.holdsLine && Object.entries(ASKED_LINE).every(([key, place]) => this.number(key) === place);
  }

  get #lineId(): string {
    return this.ring ? 'ring' : 'line';
  }

  protected get questions(): readonly Asked[] {
    const { scene, seed, tilt, scale, own } = this.values;
    const about = [scene, seed, tilt, scale, this.own ? own : ''].join();
    const straight = straightQuestion(this.ring, about, this.askedLine ? this.line : undefined);
    return this.ring ? [straight] : [shareQuestion(this.facts?.dim ?? 105, about), straight];
  }

  protected truth({ id }: Asked): number | undefined {
    if (id !== 'share') return this.#truths[id];
    const { random } = this.shares;
    return random === undefined ? undefined : 100 * random;
  }

  /** Predict, then run: cuts the plane that the question is about, if needed. */
  protected override guessed(asked: Asked): void {
    if (this.guesses.of(asked).state === 'open') return;
    if (asked.id === 'share') {
      if (this.values.plane !== 'random') this.set('beside', 'random');
      void this.#askBeside();
    } else if (this.#truths[asked.id] === undefined) {
      Object.assign(this.values, ASKED_LINE);
      this.preset = undefined;
      if (this.holdsLine) void this.#askLine();
      else this.set('plane', 'minima');
      this.writeHash();
    }
  }
}
