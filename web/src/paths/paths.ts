import { html, nothing, svg } from 'lit';
import '../grammar/curves.ts';
import '../grammar/field.ts';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import '../grammar/slider.ts';
import '../grammar/transport.ts';
import '../train/figure.ts';
import './profile.ts';
import './projection.ts';
import type { Series } from '../grammar/curves.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { Handle } from '../grammar/field.ts';
import { helpDialog } from '../grammar/help.ts';
import type { Guess } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import type { Speed } from '../grammar/transport.ts';
import { Client } from '../lib/client.ts';
import { count, significant } from '../lib/format.ts';
import { clampNumber, type Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import type { NetworkFigure } from '../train/figure.ts';
import type { Look as Shown } from '../train/protocol.ts';
import { exportDialog, readState, saveAs } from './export.ts';
import { moreNumbers, numbers } from './numbers.ts';
import type { ProfileFigure, Way } from './profile.ts';
import {
  type Drag,
  type Facts,
  type Frame,
  isToy,
  type Look,
  type Profile,
  type Report,
  type Requests,
  type RouteName,
  type Setup,
  type Surface,
  type Task,
  type ToyTask,
  type View,
} from './protocol.ts';
import { type Asked, QUESTIONS, TOY_QUESTIONS } from './questions.ts';
import {
  ALIGN,
  CLIMB,
  CYCLES,
  MAX_DRAGS,
  PIVOTS,
  PLACE,
  PRESETS,
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
const STILL_STEPS = 200;

/** Everything known of the present run; a part that a frame does not bring stays as it was. */
export interface State extends Frame {
  facts?: Facts;
}

interface Pinned {
  state: State;
  history: [number, number][];
  settings: string;
}

const ROUTE_NAMES: Record<RouteName, string> = {
  straight: 'the straight line',
  aligned: 'the aligned line',
  band: 'the band',
  best: 'the best path',
};

/** The exhibit *Paths*. */
export class PathsExhibit extends Exhibit {
  protected override readonly schema = SCHEMA;
  #client: Client<Requests> | undefined;
  #state: State | undefined;
  #history: [number, number][] = [];
  #drags: Drag[] = [];
  #guesses: Guess[] = QUESTIONS.map(() => ({ state: 'open' }));
  #asked = 0;
  #pinned: Pinned | undefined;
  #preset: Preset | undefined;
  #shown: Shown = { row: 0 };
  #cursor: number | undefined;
  #looking = false;

  // ---- the link ----

  protected override moment(): Values {
    const at = this.#state && !this.playing && this.#state.left === 0 ? this.#state : undefined;
    const moved = at !== undefined && (at.step > 0 || this.#drags.length > 0);
    return {
      ...this.values,
      drags: printDrags(this.#drags),
      step: moved ? at.step : 0,
      digest: moved ? at.digest : '',
      guess: 0,
    };
  }

  #link(guess: boolean): string {
    const first = this.#guesses[0]!;
    const value = guess && first.state === 'made' ? first.value : 0;
    return new URL(this.link({ ...this.moment(), guess: value }), location.href).href;
  }

  // ---- the run ----

  get #toy(): boolean {
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
      drags: this.#drags,
    };
  }

  /** The way walked along: before the first scan, the best path that is known is the band on its way. */
  get #route(): RouteName {
    const { cycles, step } = this.#state ?? {};
    const early = cycles?.length === 0 && step !== undefined && step > 0;
    return this.values.route === 'best' && early ? 'band' : (this.values.route as RouteName);
  }

  #view(): View {
    return { route: this.#route, t: Number(this.values.t), shown: this.#shown };
  }

  protected override async start(): Promise<void> {
    const run = ++this.run;
    const target = Number(this.values.step);
    this.playing = false;
    this.failure = undefined;
    this.#cursor = undefined;
    this.#drags = this.#toy ? parseDrags(String(this.values.drags)) : [];
    const replays = target > 0 || this.#drags.length > 0;
    this.replay = replays ? { target, digest: String(this.values.digest), state: 'running' } : undefined;
    try {
      this.#client ??= new Client<Requests>(
        new Worker(new URL('../worker/paths.ts', import.meta.url), { type: 'module' }),
      );
      const ask = { build: bestBuild(), setup: this.#setup(), view: this.#view() };
      let frame = await this.#client.ask('start', { ...ask, rehearse: String(this.values.rehearse) });
      if (run !== this.run) return;
      this.#state = undefined;
      this.#history = [];
      this.#absorb(frame);
      while (frame.left > 0 && !frame.notFinite) {
        frame = await this.#client.ask('train', { sliceMs: LONG_SLICE_MS, view: this.#view() });
        if (run !== this.run) return;
        this.#absorb(frame);
      }
      await this.#advanceTo(target, LONG_SLICE_MS, run);
      if (run !== this.run) return;
      this.compareReplay(this.#state!.digest);
      this.#checkFinite();
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.requestUpdate();
  }

  /** Moves the band to a step, without a frame in between being waited for. */
  async #advanceTo(target: number, sliceMs: number, run: number): Promise<void> {
    const goal = Math.min(target, this.#state!.total);
    while ((this.#state!.step < goal || !this.#state!.settled) && !this.#state!.notFinite) {
      const frame = await this.#client!.ask('advance', { target: goal, sliceMs, view: this.#view() });
      if (run !== this.run) return;
      this.#absorb(frame);
    }
  }

  #absorb(frame: Frame): void {
    this.#state = { ...this.#state, ...frame };
    for (let k = 0; k < frame.history.length; k += 2)
      this.#history.push([frame.history[k]!, frame.history[k + 1]!]);
    this.requestUpdate();
  }

  get #over(): boolean {
    const state = this.#state;
    return state?.left === 0 && state.step >= state.total && state.settled;
  }

  async #play(): Promise<void> {
    const state = this.#state;
    if (!state || state.left > 0 || this.failure) return;
    if (this.#over) {
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
    while (this.playing && run === this.run && !this.#over) {
      if (document.hidden || !this.visible) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      const { step, total, settled } = this.#state!;
      const next = settled && this.speed !== 'max' ? step + Number(this.speed) : step;
      const target = this.speed === 'max' ? total : Math.min(total, next);
      const frame = await this.#client!.ask('advance', { target, sliceMs: SLICE_MS, view: this.#view() });
      if (run !== this.run) return;
      const cycles = this.#state!.cycles.length;
      this.#absorb(frame);
      if (this.#checkFinite()) return;
      if (frame.cycles.length > cycles) this.say(this.#summary());
      if (this.speed !== 'max') await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }

  #pause(): void {
    this.playing = false;
    if (!this.failure) this.say(`Move ${this.#state?.step ?? 0}. ${this.#summary()}`, true);
    this.writeHash();
    this.requestUpdate();
  }

  async #step(): Promise<void> {
    if (!this.#state || this.#state.left > 0 || this.playing || this.failure || this.#over) return;
    const run = this.run;
    try {
      await this.#advanceTo(this.#state.step + 1, LONG_SLICE_MS, run);
      if (run === this.run && !this.#checkFinite()) this.say(`Move ${this.#state!.step}. ${this.#summary()}`);
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
    if (this.#toy) {
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
    this.#guesses = QUESTIONS.map(() => ({ state: 'open' }));
    this.#asked = 0;
  }

  #checkFinite(): boolean {
    if (!this.#state?.notFinite) return false;
    this.failure = { kind: 'not-finite', step: this.#state.step };
    this.playing = false;
    this.say(`The run has diverged at move ${this.#state.step}.`, true);
    return true;
  }

  #broke(error: unknown, run: number): void {
    if (run !== this.run) return;
    this.failed(error, this.#state?.step ?? 0);
    if (this.failure && ['panic', 'download', 'compile'].includes(this.failure.kind)) {
      // A trapped instance is never called again.
      this.#client?.end();
      this.#client = undefined;
    }
  }

  /** A new kernel, and the run up to the last good step. */
  #recover = () => {
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

  #set(event: CustomEvent<{ key: string; value: number | string }>): void {
    const { key, value } = event.detail;
    this.values[key] = value;
    if (key === ROUTE.key || key === PLACE.key) {
      this.writeHash();
      void this.#lookAgain();
      return;
    }
    this.#preset = undefined;
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
    this.#state = undefined;
    this.#pinned = undefined;
  }

  #choosePreset(preset: Preset): void {
    this.#preset = preset;
    this.#forget();
    this.values.drags = '';
    this.#askAgain();
    this.choose(preset.values, ['guess', 'rehearse']);
  }

  /** While one look is on its way, the next waits for it and then takes the newest place. */
  async #lookAgain(): Promise<void> {
    this.requestUpdate();
    if (this.#toy || this.#looking || !this.#client || !this.#state?.facts) return;
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
        this.#state = { ...this.#state!, look };
        this.requestUpdate();
      } while (seen !== JSON.stringify(this.#view()));
    } catch (error) {
      this.#broke(error, run);
    } finally {
      this.#looking = false;
    }
  }

  #nextRow(): void {
    const rows = this.#state?.facts?.rows ?? 1;
    const row = this.#shown && 'row' in this.#shown ? (this.#shown.row + 1) % rows : 0;
    this.#shown = { row };
    void this.#lookAgain();
  }

  #inked(): void {
    this.#shown = { ink: this.querySelector<NetworkFigure>('lab-network')!.ink };
    void this.#lookAgain();
  }

  async #drag({ id, x, y }: { id: string; x: number; y: number }): Promise<void> {
    if (!this.#state || this.failure) return;
    const run = this.run;
    const drag = { step: this.#state.step, image: Number(id), x: Math.fround(x), y: Math.fround(y) };
    const last = this.#drags.at(-1);
    // Of one image's way at one step, its last place counts.
    if (last && last.step === drag.step && last.image === drag.image) this.#drags.pop();
    this.#drags.push(drag);
    if (this.#drags.length > MAX_DRAGS)
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
    const state = this.#state;
    if (!state?.facts || this.#hidden('line')) return '';
    const found =
      this.#hidden('path') || !state.best ? '' : `, on the best path ${significant(state.best.barrier)}`;
    return `Barrier on the straight line ${significant(state.facts.straight.barrier)}${found}.`;
  }

  #describe(): string {
    const v = this.values;
    const task = TASK.options.find((option) => option.value === v.task)!.label;
    const band = `${v.pivots} pivots, step size ${significant(Number(v.rate))}, climb ${v.climb}`;
    if (this.#toy) return `${task}, ${band}, move ${this.#state?.step ?? 0}`;
    return `${task}, width ${v.width}, seeds ${v.a} and ${v.b}, align ${v.align}, ${v.cycles} cycles, ${band}, move ${this.#state?.step ?? 0}`;
  }

  protected override act(action: string): void {
    if (action === 'play') {
      if (this.playing) this.playing = false;
      else void this.#play();
    } else if (action === 'step') void this.#step();
    else if (action === 'reset') this.#reset();
    else if (action === 'seed') this.#newSeeds();
    else if (action === 'pin') {
      const { facts } = this.#state ?? {};
      if (this.#pinned) this.#pinned = undefined;
      else if (this.#state && facts)
        this.#pinned = { state: this.#state, history: [...this.#history], settings: this.#describe() };
      this.requestUpdate();
    }
  }

  protected override recolour(): void {
    this.querySelector<NetworkFigure>('lab-network')?.recolour();
    super.recolour();
  }

  // ---- questions ----

  get #questions(): readonly Asked[] {
    const { task } = this.values;
    return isToy(String(task)) ? [TOY_QUESTIONS[task as ToyTask]] : QUESTIONS;
  }

  /** Whether what a question asks for is still to be hidden: the question stands there unanswered. */
  #hidden(what: Asked['hidden']): boolean {
    if (this.hides('predict')) return false;
    return this.#questions[this.#asked]!.hidden === what && this.#guesses[this.#asked]!.state === 'open';
  }

  #predict() {
    const questions = this.#questions;
    const question = questions[this.#asked]!;
    const facts = this.#state?.facts;
    const truth = facts && question.truth(facts, this.#over ? this.#state?.best : undefined);
    return html`<lab-predict
      class="predict panel ${this.narrow.matches ? '' : 'card'}"
      id="panel-predict"
      role=${(this.narrow.matches ? 'tabpanel' : nothing) as string}
      aria-labelledby=${(this.narrow.matches ? 'tab-predict' : nothing) as string}
      ?hidden=${this.off('predict')}
      .question=${question}
      .guess=${this.#guesses[this.#asked]!}
      .truth=${truth}
      .at=${question.at}
      .hides=${question.hides}
      ?more=${this.#asked + 1 < questions.length}
      @lab-guess=${(event: CustomEvent<Guess>) => {
        this.#guesses[this.#asked] = event.detail;
        this.requestUpdate();
      }}
      @lab-next=${() => {
        this.#asked++;
        this.requestUpdate();
        void this.updateComplete.then(() => this.querySelector<HTMLElement>('#predict-title')?.focus());
      }}
    ></lab-predict>`;
  }

  // ---- drawing ----

  protected override updated(): void {
    const state = this.#state;
    if (!state) return;
    for (const still of document.querySelectorAll('lab-paths > .still-figure')) still.remove();
    const weights = state.look?.weights;
    if (weights) this.querySelector<NetworkFigure>('lab-network')?.show(weights, Number(this.values.width));
  }

  #ways(): Way[] {
    const { facts, bandProfile, bestProfile } = this.#state ?? {};
    if (!facts || this.#hidden('line')) return [];
    const ways: Way[] = [{ name: 'straight line', role: 'straight', profile: facts.straightProfile }];
    if (!this.#toy) ways.push({ name: 'aligned line', role: 'aligned', profile: facts.alignedProfile });
    if (this.#hidden('path')) return ways;
    if (bestProfile && this.#state!.cycles.length > 0)
      ways.push({ name: 'best path', role: 'best', profile: bestProfile });
    if (bandProfile && (this.#state!.step > 0 || this.#drags.length > 0))
      ways.push({ name: 'band', role: 'band', profile: bandProfile });
    const pinned = this.#pinned?.state.bestProfile ?? this.#pinned?.state.bandProfile;
    if (pinned) ways.push({ name: 'pinned A', role: 'pinned', profile: pinned });
    return ways;
  }

  #profile() {
    const state = this.#state;
    const t = Number(this.values.t);
    const hidden = this.#hidden('line');
    const toyValue = this.#toy && state?.bandProfile ? valueAt(state.bandProfile, t) : undefined;
    return html`<lab-profile
      .ways=${this.#ways()}
      .saddle=${this.#hidden('path') || this.#toy ? undefined : state?.best}
      .place=${t}
      .value=${hidden ? undefined : (toyValue ?? state?.look?.value)}
      .walk=${this.#toy ? 'the band' : ROUTE_NAMES[this.#route]}
      ?log=${!this.#toy}
      ?running=${this.playing}
      @lab-place=${(event: CustomEvent<number>) =>
        this.#set(
          new CustomEvent('lab-set', { detail: { key: 't', value: clampNumber(PLACE, event.detail) } }),
        )}
    ></lab-profile>`;
  }

  #map() {
    const state = this.#state;
    if (this.#toy) return this.#toyMap(state?.surface, state?.images);
    if (this.values.task === 'digits') return this.#digits(state?.look);
    const { points, labels } = state?.facts ?? { points: new Float32Array(), labels: new Uint8Array() };
    const missed = state?.look ? `${state.look.missed} of ${labels.length} points on the wrong side` : '';
    return html`<lab-field
        class="boundary"
        .picture=${state?.look?.map}
        .span=${[-1.5, 2.5, -1.75, 2.25]}
        .label=${'Decision boundary'}
        .summary=${`Decision boundary at t = ${this.values.t} on ${ROUTE_NAMES[this.#route]}: ${missed}.`}
        .above=${(x: (v: number) => number, y: (v: number) => number) =>
          svg`${Array.from(labels, (label, i) => {
            const [px, py] = [x(points[2 * i]!), y(points[2 * i + 1]!)];
            return label === 0
              ? svg`<circle class="point class-a" cx=${px} cy=${py} r="3.4" />`
              : svg`<rect class="point class-b" x=${px - 3} y=${py - 3} width="6" height="6" />`;
          })}`}
      ></lab-field>
      <p class="note" data-test="missed">${missed}</p>`;
  }

  #digits(look: Look | undefined) {
    return html`<lab-network
      .reading=${look?.reading}
      .row=${this.#shown && 'row' in this.#shown ? this.#shown.row : undefined}
      .rowLabel=${look?.label}
      .ready=${this.#state?.facts !== undefined}
      .summary=${`Weights of ${this.values.width} hidden units at t = ${this.values.t} on ${ROUTE_NAMES[this.#route]}.`}
      @lab-ink=${this.#inked}
      @lab-row=${this.#nextRow}
    ></lab-network>`;
  }

  #toyMap(surface: Surface | undefined, images: Float32Array | undefined) {
    const [left, bottom, side] = surface?.square ?? [0, 0, 1];
    const total = (images?.length ?? 0) / 2;
    const handles: Handle[] = Array.from({ length: Math.max(0, total - 2) }, (_, k) => ({
      id: String(k + 1),
      label: `Image ${k + 1} of ${total - 2}`,
      letter: '',
      shape: 'circle',
      x: images![2 * k + 2]!,
      y: images![2 * k + 3]!,
    }));
    const place = Number(this.values.t);
    return html`<lab-field
      .picture=${surface?.map}
      .span=${[left, left + side, bottom, bottom + side]}
      .handles=${handles}
      .label=${'The surface from above, with the band; arrow keys move an image'}
      .summary=${`A band of ${total} images.`}
      .above=${(x: (v: number) => number, y: (v: number) => number) => {
        if (!images) return svg``;
        const at = Array.from(
          { length: total },
          (_, i) => [x(images[2 * i]!), y(images[2 * i + 1]!)] as const,
        );
        const path = `M${at.map(([px, py]) => `${px} ${py}`).join('L')}`;
        const walker = walkTo(at, place);
        return svg`<path class="chord" d="M${at[0]!.join(' ')}L${at.at(-1)!.join(' ')}" />
          <path class="halo run-halo" d=${path} /><path class="run" d=${path} />
          ${[at[0]!, at.at(-1)!].map(([px, py]) => svg`<circle class="end" cx=${px} cy=${py} r="6" />`)}
          <circle class="head" cx=${walker[0]} cy=${walker[1]} r="5" />`;
      }}
      @lab-handle=${(event: CustomEvent<{ id: string; x: number; y: number }>) => void this.#drag(event.detail)}
    ></lab-field>`;
  }

  #figure() {
    const digits = this.values.task === 'digits';
    const caption = this.#toy
      ? 'Dark is low. The band (violet) starts on the straight line; each image slides downhill across the band only, and all keep their distance. Drag one.'
      : digits
        ? 'What the network at place t looks for and answers. Drag along the curve to walk from A to B.'
        : 'The boundary that the network at place t draws: blue circles and orange squares are the points both ends were trained on.';
    return html`<figure class="figure ${digits ? 'tall' : ''}" ?hidden=${!this.#state} aria-label="The way from A to B">
      <div class="ways-figure ${digits ? 'stacked' : ''}">
        <div>${this.#map()}</div>
        <div>${this.#hidden('line') ? html`<p class="note veil">The loss along every way is hidden until you commit or skip.</p>` : nothing}${this.#profile()}</div>
      </div>
      <figcaption>${caption}</figcaption>
    </figure>`;
  }

  #controls() {
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">
        ${this.choice(TASK)}
        ${this.#toy ? this.slider(PIVOTS) : html`${this.choice(WIDTH)} ${this.choice(ALIGN)} ${this.choice(ROUTE, false)}`}
      </div>
      <div class="row" role="group" aria-label="Presets">
        ${PRESETS.map(
          (preset) =>
            html`<button type="button" aria-pressed=${preset === this.#preset ? 'true' : 'false'} @click=${() => this.#choosePreset(preset)}>
              ${preset.name}
            </button>`,
        )}
      </div>
      <p class="note">${this.#preset?.says ?? 'A preset sets everything, and says what it shows.'}</p>
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">
          ${this.#toy ? nothing : html`${this.slider(SEED_A)} ${this.slider(SEED_B)} ${this.slider(PIVOTS)} ${this.slider(CYCLES)}`}
          ${this.slider(RATE)} ${this.choice(CLIMB)}
        </div>
        ${
          this.#state?.facts
            ? html`<lab-numbers label="More numbers" class="numbers" .items=${moreNumbers(this.#state, this.#shared())}></lab-numbers>`
            : nothing
        }
      </details>`;
  }

  #shared() {
    return {
      toy: this.#toy,
      digits: this.values.task === 'digits',
      over: this.#over,
      hideLine: this.#hidden('line'),
      hidePath: this.#hidden('line') || this.#hidden('path'),
      ...(this.#pinned && { pinned: this.#pinned.state }),
    };
  }

  #series(history: readonly [number, number][], cycles: Float64Array): Series[] {
    const best: [number, number][] = [];
    for (let k = 0; k < cycles.length; k += 5) best.push([cycles[k]!, cycles[k + 2]!]);
    return [
      { name: 'band', role: 's-path', mark: 'circle', points: history },
      { name: 'best', role: 's-theory', mark: 'square', points: best },
    ];
  }

  #curves() {
    const state = this.#state;
    if (this.#toy) return nothing;
    const hide = this.#hidden('line') || this.#hidden('path');
    const cursor = (event: CustomEvent<number | undefined>) => {
      this.#cursor = event.detail;
      this.requestUpdate();
    };
    const pinned = this.#pinned;
    return html`<div class="charts" @lab-cursor=${cursor}>
        <lab-curves
          id="history"
          label="Highest image of the band (nats)"
          axis="move"
          log
          .series=${hide || !state ? [] : this.#series(this.#history, state.cycles)}
          .pinned=${pinned ? this.#series(pinned.history, pinned.state.cycles) : []}
          .cursor=${this.#cursor}
          ?running=${this.playing}
        ></lab-curves>
        <div>
          <h3>The band in one plane</h3>
          <lab-projection .band=${hide ? undefined : state?.bandPlane} .best=${hide ? undefined : state?.bestPlane}></lab-projection>
        </div>
      </div>
      ${pinned ? html`<p class="note">Thin lines: the pinned run A (${pinned.settings}).</p>` : nothing}`;
  }

  /** The band for those who cannot see it. */
  #pivots() {
    const flat = this.#state?.bandPlane;
    if (!flat || this.playing || this.#toy || this.#hidden('line') || this.#hidden('path')) return nothing;
    const profile = this.#state!.bandProfile!;
    const rows = Array.from({ length: flat.length / 3 }, (_, i) => flat.subarray(3 * i, 3 * i + 3));
    const per = (profile.length / 2 - 1) / (rows.length - 1);
    return html`<div class="visually-hidden">
      <table>
        <caption>Images of the band</caption>
        <thead><tr><th scope="col">image</th><th scope="col">loss</th><th scope="col">along A to B</th><th scope="col">beside it</th><th scope="col">out of the plane</th></tr></thead>
        <tbody>
          ${rows.map(
            (
              row,
              i,
            ) => html`<tr><th scope="row">${i}</th><td>${significant(profile[2 * Math.round(i * per) + 1] ?? Number.NaN)}</td>
              ${Array.from(row, (v) => html`<td>${significant(v, 2)}</td>`)}</tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #mainNumber() {
    const { facts, best, step, total, left } = this.#state ?? {};
    if (!facts || this.#hidden('line'))
      return html`<span class="note">${left ? 'training both networks …' : ''}</span>`;
    const path = best && !this.#hidden('path') ? ` → ${significant(best.barrier)}` : '';
    return html`<span class="value">${significant(facts.straight.barrier)}${path}</span>
      <span class="note">barrier, line${path ? ' → path' : ''} · move ${step} of ${total}</span>`;
  }

  async #export(what: string): Promise<void> {
    await saveAs(what, {
      root: this,
      title: 'losscape · Paths',
      settings: this.#describe(),
      state: this.#state!,
      history: this.#history,
      ways: this.#ways(),
      link: this.link(),
      values: this.values,
    });
  }

  async #open(file: File): Promise<void> {
    const hash = await readState(file);
    this.querySelector<HTMLDialogElement>('#export')?.close();
    if (hash === undefined) {
      this.notes = [`${file.name} is no state of this exhibit.`];
      this.requestUpdate();
      return;
    }
    history.pushState(null, '', hash);
    this.onHash();
  }

  protected override render() {
    const narrow = this.narrow.matches;
    const state = this.#state;
    const ready = state?.facts !== undefined && !this.failure && this.replay?.state !== 'running';
    const role = (narrow ? 'tabpanel' : nothing) as string;
    const labelled = (tab: string) => (narrow ? `tab-${tab}` : nothing) as string;
    const first = this.#guesses[0]!;
    return html`
      ${this.banner(this.#recover)}
      <div class="side">
        ${this.#predict()}
        <lab-numbers
          class="numbers panel"
          label=${state && state.left > 0 ? `Training both networks: ${count(state.left)} steps left` : `Move ${count(state?.step ?? 0)} of ${count(state?.total ?? 0)}`}
          data-step=${state?.facts ? state.step : -1}
          ?hidden=${this.hides('numbers') || (narrow && this.tab !== 'predict')}
          .items=${state?.facts ? numbers(state, this.#shared()) : []}
        ></lab-numbers>
      </div>
      <div class="main-number" aria-hidden="true">${this.#mainNumber()}</div>
      <div class="transport" ?hidden=${this.hides('transport')}>
        <lab-transport
          .playing=${this.playing}
          .ready=${ready}
          .speed=${this.speed}
          .pinned=${this.#pinned !== undefined}
          .still=${this.still.matches ? STILL_STEPS : 0}
          @lab-do=${(event: CustomEvent<string>) => this.do(event.detail)}
          @lab-speed=${(event: CustomEvent<Speed>) => {
            this.speed = event.detail;
            this.requestUpdate();
          }}
        ></lab-transport>
      </div>
      ${narrow ? this.tabs() : nothing}
      <div
        class="controls panel"
        id="panel-controls"
        role=${role}
        aria-labelledby=${labelled('controls')}
        ?hidden=${this.off('controls')}
        @lab-set=${this.#set}
        @lab-note=${(event: CustomEvent<string>) => {
          this.notes = [event.detail];
          this.requestUpdate();
        }}
      >
        ${this.#controls()}
      </div>
      ${this.#figure()}
      <div class="curves panel" id="panel-curves" role=${role} aria-labelledby=${labelled('curves')} ?hidden=${this.off('curves')}>
        <h2 class="visually-hidden">Curves</h2>
        ${this.#curves()} ${this.#pivots()}
      </div>
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, load</button>
        </div>
      </div>
      ${this.live()}
      ${shareDialog({
        link: (guess) => this.#link(guess),
        guess: first.state === 'made',
        loaded: this.#drags.length > MAX_DRAGS,
        cite: `losscape 0.1.0, Paths: ${this.#describe()}, fingerprint ${state?.digest ?? ''}`,
      })}
      ${exportDialog(
        (what) => void this.#export(what),
        (file) => void this.#open(file),
      )}
      ${helpDialog(SCHEMA)}
    `;
  }
}

/** The value of a profile at a place. */
function valueAt(profile: Profile, t: number): number | undefined {
  for (let k = 0; k + 3 < profile.length; k += 2) {
    const [from, to] = [profile[k]!, profile[k + 2]!];
    if (t <= to)
      return profile[k + 1]! + ((t - from) / (to - from || 1)) * (profile[k + 3]! - profile[k + 1]!);
  }
  return profile.at(-1);
}

/** The point at a fraction of a polyline's length. */
function walkTo(at: readonly (readonly [number, number])[], t: number): readonly [number, number] {
  const lengths = at.slice(1).map(([x, y], i) => Math.hypot(x - at[i]![0], y - at[i]![1]));
  let left = t * lengths.reduce((sum, length) => sum + length, 0);
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const [p, q] = [at[i]!, at[i + 1]!];
      return [p[0] + (left / length) * (q[0] - p[0]), p[1] + (left / length) * (q[1] - p[1])];
    }
    left -= length;
  }
  return at.at(-1)!;
}

export type { ProfileFigure, Report };

customElements.define('lab-paths', PathsExhibit);
