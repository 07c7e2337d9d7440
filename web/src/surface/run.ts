/** What Surface computes: the run, the plane, the map, the line, the point looked at. */

import { Exhibit } from '../grammar/exhibit.ts';
import { hundredths, type Zoom } from '../grammar/field.ts';
import type { Asked } from '../grammar/predictions.ts';
import { type At, nextFrame } from '../grammar/run.ts';
import type { Failure } from '../lib/failure.ts';
import { printNumber, type Values } from '../lib/schema.ts';
import type { Place, Span } from '../lib/view.ts';
import type {
  Curved,
  Facts,
  Line,
  Look,
  MapPart,
  PlaneName,
  Probe,
  Requests,
  Scene,
  Slice,
} from './protocol.ts';
import { SHARE_QUESTION, straightQuestion } from './questions.ts';
import { closer, HALF, SCHEMA, shown } from './schema.ts';
import { newWorker } from './worker.ts';

const MAP_SLICE_MS = 30;
/** While a slider moves, one map is enough. */
const MAP_WAIT_MS = 60;
/** After so long without another look the curvature is computed: it costs a hundred gradients. */
const REST_MS = 150;
/** Steps a frame at the fastest speed. */
const FASTEST = 250;

/** Where the first question wants the handles: at two networks, or across the ring. */
const ASKED_LINE = { ax: -1, ay: 0, bx: 1, by: 0 };

/** What is seen of it is `surface.ts`. */
export abstract class SurfaceRun extends Exhibit<Requests> {
  protected readonly key = 'surface';
  protected readonly schema = SCHEMA;
  protected override readonly kept = ['cells'];
  protected facts: Facts | undefined;
  protected slice: Slice | undefined;
  protected map: (MapPart & { span: Span }) | undefined;
  protected line: Line | undefined;
  protected look: Look | undefined;
  protected curved: Curved | undefined;
  /** The run at the step where it was looked at last. */
  #seen = { step: 0, digest: '' };
  #truths: Record<string, number | undefined> = {};
  /** Counts maps: a part of an earlier one is dropped. */
  #maps = 0;
  /** What is being asked, and whether it is to be asked again with newer values. */
  #asking = new Map<string, boolean>();
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #mapTimer: ReturnType<typeof setTimeout> | undefined;

  protected readonly newWorker = newWorker;

  protected get ring(): boolean {
    return this.values.scene === 'ring';
  }

  /** Whether the cross is looked at, and not the run. */
  protected get atCross(): boolean {
    return this.values.at === 'cross' && !this.playing;
  }

  // ---- the run ----

  protected get at(): At | undefined {
    const { facts } = this;
    if (!facts || !this.look) return undefined;
    return { ...this.#seen, notFinite: facts.steps < facts.planned ? facts.steps : undefined };
  }

  protected async begin(): Promise<void> {
    this.cursor = undefined;
    this.#truths = {};
    const facts = await this.ask('start', {
      setup: {
        scene: this.values.scene as Scene,
        seed: this.number('seed'),
        tilt: this.number('tilt'),
        scale: this.number('scale'),
      },
      rehearse: String(this.values.rehearse),
    });
    await this.#cut(facts, Math.min(this.number('step'), facts.steps));
  }

  protected async advanceTo(step: number): Promise<void> {
    const goal = Math.min(step, this.facts!.steps);
    if (goal === this.#seen.step) return;
    this.values.at = 'run';
    await this.#lookAt({ step: goal });
  }

  protected async frame(): Promise<void> {
    this.values.at = 'run';
    const pace = this.speed === 'max' ? FASTEST : Number(this.speed);
    await this.#lookAt({ step: Math.min(this.facts!.steps, this.#seen.step + pace) });
    // The run is there already: without a pause it would be over before it is seen.
    if (this.speed === 'max') await nextFrame();
  }

  protected get stillSteps(): number {
    return 60 * (this.speed === 'max' ? FASTEST : Number(this.speed));
  }

  protected override get over(): boolean {
    return this.#seen.step >= (this.facts?.steps ?? 0);
  }

  protected override async again(): Promise<boolean> {
    await this.attempt(() => this.advanceTo(0));
    return this.ready;
  }

  /** The run stays; only the look goes back. */
  protected override async reset(): Promise<void> {
    this.playing = false;
    this.replay = undefined;
    this.forget();
    this.values.at = 'run';
    await this.attempt(() => this.#lookAt({ step: 0 }));
    this.say(`Reset to step 0, ${this.seeds}.`, true);
    this.writeHash();
  }

  protected override paused(): void {
    this.#rest();
  }

  protected override halted(): void {
    clearTimeout(this.#restTimer);
    clearTimeout(this.#mapTimer);
    this.#asking.clear();
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.scale = this.number('scale') / 2;
    if (failure.kind === 'refused') this.values.plane = 'minima';
  }

  // ---- the plane and its map ----

  /** Another plane: everything that is seen through it anew. */
  async #cut(facts = this.facts!, step = this.#seen.step): Promise<void> {
    const plane = this.values.plane as PlaneName;
    const slice = await this.ask('cut', { plane });
    // The run first: its digest is what a link is compared with.
    const look = await this.ask('look', { probe: { step } });
    this.facts = facts;
    this.slice = slice;
    this.look = look;
    this.#seen = { step, digest: look.digest };
    this.line = undefined;
    if (!this.ring && plane === 'random' && this.guesses.of(SHARE_QUESTION).state !== 'open')
      this.#truths.share ??= 100 * slice.share;
    this.requestUpdate();
    void this.askAgain('line');
    if (this.values.at === 'cross') void this.askAgain('look');
    this.#rest();
    void this.#fill();
  }

  #replane(): void {
    this.requestUpdate();
    void this.attempt(() => this.#cut());
    this.writeHash();
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
        if (part.done) return;
      }
    });
  }

  // ---- the line and the look ----

  /** Asks for the newest values; while an answer is on its way, once more is enough. */
  protected async askAgain(what: 'line' | 'look'): Promise<void> {
    if (this.#asking.has(what)) {
      this.#asking.set(what, true);
      return;
    }
    await this.attempt(async () => {
      do {
        this.#asking.set(what, false);
        if (what === 'line') await this.#askLine();
        else await this.#lookAt(this.#probe());
      } while (this.#asking.get(what));
    });
    this.#asking.delete(what);
  }

  #probe(): Probe {
    return this.atCross ? { x: this.number('cx'), y: this.number('cy') } : { step: this.#seen.step };
  }

  async #lookAt(probe: Probe): Promise<void> {
    this.look = await this.ask('look', { probe });
    if ('step' in probe) this.#seen = { step: probe.step, digest: this.look.digest };
    this.#rest();
    this.requestUpdate();
  }

  async #askLine(): Promise<void> {
    const [ax, ay, bx, by] = ['ax', 'ay', 'bx', 'by'].map((key) => this.number(key));
    this.line = await this.ask('line', { ax: ax!, ay: ay!, bx: bx!, by: by! });
    const asked = this.questions[0]!;
    if (this.guesses.of(asked).state !== 'open' && this.#askedLine)
      this.#truths[asked.id] ??= this.line.saddle;
    this.requestUpdate();
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
    if (!['plane', 'half', 'cells', 'at'].includes(key)) {
      super.set(key, value);
      return;
    }
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.preset = undefined;
    if (key === 'plane') {
      this.#replane();
    } else if (key === 'at') {
      void this.askAgain('look');
    } else this.#remap();
    this.requestUpdate();
    this.writeHash();
  }

  #remap(): void {
    clearTimeout(this.#mapTimer);
    this.#mapTimer = setTimeout(() => void this.#fill(), MAP_WAIT_MS);
  }

  /** Closer by a factor, while a place stays where it is; 0 goes back to the default. */
  protected zoom({ by, ...place }: Zoom): void {
    this.#view(closer(this.values, by, place));
    const [left, right, low, high] = shown(this.values).map(hundredths);
    const half = printNumber(HALF, this.number('half'));
    this.say(`Half-width ${half}: x from ${left} to ${right}, y from ${low} to ${high}.`, true);
  }

  /** A place that lies outside of the map. */
  protected show({ x, y }: Place): void {
    this.#view({ mx: x, my: y });
  }

  #view(values: Values): void {
    Object.assign(this.values, values);
    this.preset = undefined;
    this.#remap();
    this.requestUpdate();
    this.writeHash();
  }

  protected moved({ id, x, y }: { id: string; x: number; y: number }): void {
    const [kx, ky] = id === 'cross' ? ['cx', 'cy'] : [`${id}x`, `${id}y`];
    this.values[kx!] = Math.fround(x);
    this.values[ky!] = Math.fround(y);
    if (id === 'cross') this.values.at = 'cross';
    void this.askAgain(id === 'cross' ? 'look' : 'line');
    this.writeHash();
    this.requestUpdate();
  }

  /** The cursor of the profile: the cross goes along. */
  protected override along(t: number | undefined): void {
    super.along(t);
    if (t === undefined) return;
    const on = (a: string, b: string) =>
      Math.round(1000 * (this.number(a) + t * (this.number(b) - this.number(a)))) / 1000;
    this.moved({ id: 'cross', x: on('ax', 'bx'), y: on('ay', 'by') });
  }

  // ---- questions ----

  /** Whether the line is the one that the first question is about. */
  get #askedLine(): boolean {
    const plane = this.ring || this.values.plane === 'minima';
    return plane && Object.entries(ASKED_LINE).every(([key, place]) => this.number(key) === place);
  }

  protected get questions(): readonly Asked[] {
    const straight = straightQuestion(this.ring, this.#askedLine ? this.line : undefined);
    return this.ring ? [straight] : [straight, SHARE_QUESTION];
  }

  protected truth({ id }: Asked): number | undefined {
    return this.#truths[id];
  }

  /** Predict, then run: what the question is about is made now, if it is not there. */
  protected override guessed(asked: Asked): void {
    const { state } = this.guesses.of(asked);
    const random = asked === SHARE_QUESTION;
    this.#truths[asked.id] = undefined;
    if (state === 'open') return;
    if (!random && this.#askedLine) this.#truths[asked.id] = this.line?.saddle;
    else if (random && this.values.plane === 'random')
      this.#truths.share = this.slice && 100 * this.slice.share;
    else if (state === 'made') {
      if (!random) Object.assign(this.values, ASKED_LINE);
      this.values.plane = random ? 'random' : 'minima';
      this.preset = undefined;
      this.#replane();
    }
  }
}
