import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import '../grammar/curves.ts';
import '../grammar/field.ts';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import '../grammar/slider.ts';
import '../grammar/transport.ts';
import type { Series } from '../grammar/curves.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { Handle } from '../grammar/field.ts';
import { helpDialog } from '../grammar/help.ts';
import type { Guess } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import { Client } from '../lib/client.ts';
import { count, hexGroups, significant } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import { boundaryPoints, legend, runPath } from './drawing.ts';
import { exchange, readFile, saveAs } from './export.ts';
import { type Measured, mainNumbers, moreNumbers } from './numbers.ts';
import {
  type Curved,
  type Facts,
  INPUTS,
  type Line,
  type Look,
  type MapPart,
  type PlaneName,
  type Probe,
  type Requests,
  type Scene,
  type Slice,
} from './protocol.ts';
import { SHARE_QUESTION, straightQuestion } from './questions.ts';
import { CELLS, HALF, PLANE, PRESETS, type Preset, SCALE, SCENE, SCHEMA, TILT } from './schema.ts';

const SLICE_MS = 30;
/** After so long without another look the curvature is computed: it costs a hundred gradients. */
const REST_MS = 150;
const FASTEST = 250;

interface Pinned {
  series: Series[];
  values: Record<string, string>;
}

/** The exhibit *Surface*. */
export class SurfaceExhibit extends Exhibit {
  protected readonly schema = SCHEMA;
  #client: Client<Requests> | undefined;
  #facts: Facts | undefined;
  #slice: Slice | undefined;
  #map: MapPart | undefined;
  #line: Line | undefined;
  #look: Look | undefined;
  #curved: Curved | undefined;
  /** The step that is asked for; the one that is shown comes with the answer. */
  #target = 0;
  /** The step the run is looked at, and the digest of its parameters there. */
  #step = 0;
  #digest = '';
  #question = 0;
  /** The ring has a question of its own. */
  #answers: Record<Scene, Guess[]> = {
    network: [{ state: 'open' }, { state: 'open' }],
    ring: [{ state: 'open' }, { state: 'skipped' }],
  };
  #truths: (number | undefined)[] = [undefined, undefined];
  #pinned: Pinned | undefined;
  #preset: Preset | undefined;
  #cursor: number | undefined;
  /** Counts maps: a part of an earlier one is dropped. */
  #maps = 0;
  /** What is being asked, and whether it is to be asked again with newer values. */
  #asking = new Map<string, boolean>();
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #mapTimer: ReturnType<typeof setTimeout> | undefined;

  // ---- the link ----

  protected moment(options: { guess?: boolean } = {}): Values {
    const at = !this.playing && this.#step > 0;
    const made = (k: number) => {
      const guess = this.#guesses[k]!;
      return options.guess && guess.state === 'made' ? guess.value : 0;
    };
    return {
      ...this.values,
      step: at ? this.#step : 0,
      digest: at ? this.#digest : '',
      guess: made(0),
      guess2: made(1),
    };
  }

  // ---- what is computed ----

  get #guesses(): Guess[] {
    return this.#answers[this.values.scene as Scene];
  }

  #number(key: string): number {
    return Number(this.values[key]);
  }

  #probe(): Probe {
    return this.values.at === 'cross' && !this.playing
      ? { x: this.#number('cx'), y: this.#number('cy') }
      : { step: this.#target };
  }

  protected async start(): Promise<void> {
    const run = ++this.run;
    this.playing = false;
    this.failure = undefined;
    this.#cursor = undefined;
    this.#truths = [undefined, undefined];
    if (this.values.scene === 'ring') this.#question = 0;
    const target = this.#number('step');
    this.replay = target > 0 ? { target, digest: String(this.values.digest), state: 'running' } : undefined;
    try {
      this.#client ??= new Client<Requests>(
        new Worker(new URL('../worker/surface.ts', import.meta.url), { type: 'module' }),
      );
      const facts = await this.#client.ask('start', {
        build: bestBuild(),
        setup: {
          scene: this.values.scene as Scene,
          seed: this.#number('seed'),
          tilt: this.#number('tilt'),
          scale: this.#number('scale'),
        },
        rehearse: String(this.values.rehearse),
      });
      if (run !== this.run) return;
      this.#target = Math.min(target, facts.steps);
      await this.#cut(run, facts);
      if (run !== this.run) return;
      this.compareReplay(this.#digest);
      if (facts.steps < facts.planned) this.failure = { kind: 'not-finite', step: facts.steps };
    } catch (error) {
      this.#failedRun(error, run);
    }
    if (run === this.run) this.requestUpdate();
  }

  /** Another plane: everything that is seen through it anew. */
  async #cut(run: number, facts = this.#facts!): Promise<void> {
    const plane = this.values.plane as PlaneName;
    const slice = await this.#client!.ask('cut', { plane });
    if (run !== this.run) return;
    const ring = this.values.scene === 'ring';
    if (!ring && plane === 'random' && this.#truths[1] === undefined && this.#guesses[1]!.state !== 'open')
      this.#truths[1] = 100 * slice.share;
    // The run first: its digest is what a link is compared with.
    const step = this.#target;
    const look = await this.#client!.ask('look', { probe: { step } });
    if (run !== this.run) return;
    this.#facts = facts;
    this.#slice = slice;
    this.#seen(look, step);
    this.#line = undefined;
    this.requestUpdate();
    void this.#again('line');
    if (this.values.at === 'cross') void this.#again('look');
    this.#rest();
    void this.#fill(run);
  }

  async #fill(run: number): Promise<void> {
    const map = ++this.#maps;
    const current = () => run === this.run && map === this.#maps;
    // The old picture stays until there is a new one, its fingerprint does not.
    if (this.#map) this.#map = { ...this.#map, done: false, digest: '' };
    this.requestUpdate();
    try {
      await this.#client!.ask('begin', { half: this.#number('half'), cells: this.#number('cells') });
      while (current()) {
        const part = await this.#client!.ask('fill', { sliceMs: SLICE_MS });
        if (!current()) return;
        if (!part.picture) continue;
        this.#map = part;
        this.requestUpdate();
        if (part.done) return;
      }
    } catch (error) {
      if (current()) this.#failedRun(error, run);
    }
  }

  /** Asks for the newest values; while an answer is on its way, once more is enough. */
  async #again(what: 'line' | 'look'): Promise<void> {
    if (this.#asking.has(what)) {
      this.#asking.set(what, true);
      return;
    }
    const run = this.run;
    try {
      do {
        this.#asking.set(what, false);
        if (what === 'line') await this.#askLine(run);
        else await this.#askLook(run);
      } while (this.#asking.get(what) && run === this.run);
    } catch (error) {
      this.#failedRun(error, run);
    } finally {
      this.#asking.delete(what);
    }
  }

  async #askLine(run: number): Promise<void> {
    const [ax, ay, bx, by] = ['ax', 'ay', 'bx', 'by'].map((key) => this.#number(key));
    const line = await this.#client!.ask('line', { ax: ax!, ay: ay!, bx: bx!, by: by! });
    if (run !== this.run) return;
    this.#line = line;
    if (this.#truths[0] === undefined && this.#guesses[0]!.state !== 'open' && this.#asked())
      this.#truths[0] = line.saddle;
    this.requestUpdate();
  }

  async #askLook(run: number): Promise<void> {
    const probe = this.#probe();
    const look = await this.#client!.ask('look', { probe });
    if (run !== this.run) return;
    if ('step' in probe) this.#seen(look, probe.step);
    else this.#look = look;
    this.#rest();
    this.requestUpdate();
  }

  /** The run at a step: what is shown of it changes together. */
  #seen(look: Look, step: number): void {
    this.#look = look;
    this.#step = step;
    this.#digest = look.digest;
  }

  /** The curvature, once the reader rests. */
  #rest(): void {
    this.#curved = undefined;
    clearTimeout(this.#restTimer);
    if (this.playing) return;
    const run = this.run;
    this.#restTimer = setTimeout(async () => {
      try {
        const looked = this.#look;
        const curved = await this.#client!.ask('curvature', {});
        if (run !== this.run || looked !== this.#look) return;
        this.#curved = curved;
        this.requestUpdate();
      } catch (error) {
        this.#failedRun(error, run);
      }
    }, REST_MS);
  }

  #failedRun(error: unknown, run: number): void {
    if (run !== this.run) return;
    this.failed(error, this.#step);
    if (this.failure!.kind !== 'refused') {
      // A trapped instance is never called again; what was under way belongs to no run.
      this.run++;
      clearTimeout(this.#restTimer);
      clearTimeout(this.#mapTimer);
      this.#client?.end();
      this.#client = undefined;
      this.#asking.clear();
    }
  }

  /** A new kernel, and the run up to the last good step; what was refused, from the defaults. */
  #recover = () => {
    const kind = this.failure?.kind;
    this.values.rehearse = '';
    this.values.step = kind === 'not-finite' ? 0 : this.#step;
    this.values.digest = '';
    if (kind === 'not-finite') this.values.scale = this.#number('scale') / 2;
    if (kind === 'refused') this.values.plane = 'minima';
    void this.start().then(() => this.writeHash());
  };

  // ---- the run ----

  async #play(): Promise<void> {
    if (!this.#ready()) return;
    this.values.at = 'run';
    if (this.#target >= this.#facts!.steps) this.#target = 0;
    if (this.still.matches) return this.#goTo(this.#target + this.#stillSteps());
    const run = this.run;
    this.playing = true;
    this.requestUpdate();
    try {
      while (this.playing && run === this.run && this.#target < this.#facts!.steps) {
        if (document.hidden || !this.visible) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          continue;
        }
        const pace = this.speed === 'max' ? FASTEST : Number(this.speed);
        this.#target = Math.min(this.#facts!.steps, this.#target + pace);
        await this.#askLook(run);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    } catch (error) {
      this.#failedRun(error, run);
    }
    if (run === this.run) this.#pause();
  }

  /** The steps of a second's play, drawn as one still: what reduced motion asks for. */
  #stillSteps(): number {
    return 60 * (this.speed === 'max' ? FASTEST : Number(this.speed));
  }

  async #goTo(step: number): Promise<void> {
    if (!this.#ready()) return;
    this.values.at = 'run';
    this.#target = Math.max(0, Math.min(this.#facts!.steps, step));
    await this.#again('look');
    this.#pause();
  }

  #pause(): void {
    this.playing = false;
    this.#rest();
    if (this.#look && !this.failure) this.say(`Step ${this.#step}. ${this.#summary()}`, true);
    this.writeHash();
    this.requestUpdate();
  }

  #ready(): boolean {
    return this.#look !== undefined && this.failure === undefined && this.replay?.state !== 'running';
  }

  protected act(action: string): void {
    switch (action) {
      case 'play':
        if (this.playing) this.playing = false;
        else void this.#play();
        break;
      case 'step':
        if (!this.playing) void this.#goTo(this.#target + 1);
        break;
      case 'reset':
        this.playing = false;
        this.replay = undefined;
        void this.#goTo(0).then(() => this.say('Reset: the same seed, step 0.', true));
        break;
      case 'seed':
        // Which seed comes next is the page's choice, what it leads to the kernel's.
        this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
        this.values.step = 0;
        this.values.digest = '';
        this.#preset = undefined;
        void this.start().then(() => this.writeHash());
        break;
      case 'pin':
        this.#pin();
        break;
    }
  }

  #pin(): void {
    if (this.#pinned) this.#pinned = undefined;
    else if (this.#line && this.#slice) {
      const shown = mainNumbers(this.#measured()).concat(moreNumbers(this.#measured()));
      this.#pinned = {
        series: this.#series(this.#line),
        values: Object.fromEntries(shown.map((item) => [item.test, item.hidden ? '' : item.value])),
      };
    }
    this.requestUpdate();
  }

  // ---- settings ----

  #set(event: CustomEvent<{ key: string; value: number | string }>): void {
    const { key, value } = event.detail;
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.#preset = undefined;
    if (key === 'plane') {
      this.#replane();
      return;
    }
    if (key === 'half' || key === 'cells') {
      this.requestUpdate();
      // While a slider moves, one map is enough.
      clearTimeout(this.#mapTimer);
      this.#mapTimer = setTimeout(() => void this.#fill(this.run), 60);
      this.writeHash();
      return;
    }
    if (key === 'at') {
      void this.#again('look');
      this.writeHash();
      return;
    }
    this.restart();
  }

  #replane(): void {
    const run = this.run;
    this.requestUpdate();
    this.#cut(run).catch((error) => this.#failedRun(error, run));
    this.writeHash();
  }

  #choosePreset(preset: Preset): void {
    this.#preset = preset;
    this.choose(preset.values, ['seed', 'cells', 'guess', 'guess2', 'rehearse']);
  }

  #moved(id: string, x: number, y: number): void {
    const [kx, ky] = id === 'cross' ? ['cx', 'cy'] : [`${id}x`, `${id}y`];
    this.values[kx!] = Math.fround(x);
    this.values[ky!] = Math.fround(y);
    if (id === 'cross') {
      this.values.at = 'cross';
      void this.#again('look');
    } else void this.#again('line');
    this.writeHash();
    this.requestUpdate();
  }

  /** The cursor of the profile: the cross goes along. */
  #along(t: number | undefined): void {
    this.#cursor = t;
    this.requestUpdate();
    if (t === undefined) return;
    const on = (a: string, b: string) =>
      Math.round(1000 * (this.#number(a) + t * (this.#number(b) - this.#number(a)))) / 1000;
    this.#moved('cross', on('ax', 'bx'), on('ay', 'by'));
  }

  /** Whether the line is the one that the first question is about: between two networks, or across the ring. */
  #asked(): boolean {
    const start: [string, number][] = [
      ['ax', -1],
      ['ay', 0],
      ['bx', 1],
      ['by', 0],
    ];
    const plane = this.values.scene === 'ring' || this.values.plane === 'minima';
    return plane && start.every(([key, at]) => this.#number(key) === at);
  }

  #guessed(guess: Guess): void {
    this.#guesses[this.#question] = guess;
    this.#truths[this.#question] = undefined;
    if (guess.state !== 'open') this.#answer(guess.state === 'made');
    this.requestUpdate();
  }

  /** Predict, then run: what the question is about is made now, if it is not there. */
  #answer(run: boolean): void {
    if (this.#question === 0 && this.#asked()) this.#truths[0] = this.#line?.saddle;
    else if (this.#question === 1 && this.values.plane === 'random')
      this.#truths[1] = this.#slice && 100 * this.#slice.share;
    else if (run) {
      const random = this.#question === 1;
      Object.assign(this.values, random ? {} : { ax: -1, ay: 0, bx: 1, by: 0 });
      this.values.plane = random ? 'random' : 'minima';
      this.#preset = undefined;
      this.#replane();
    }
  }

  // ---- words ----

  #summary(): string {
    const look = this.#look;
    if (!look) return '';
    const what = this.values.at === 'cross' && !this.playing ? 'Loss at the cross' : 'Loss of the run';
    return `${what} ${significant(look.loss)}.`;
  }

  #describe(): string {
    const v = this.values;
    const ring = v.scene === 'ring';
    const plane = ring ? `ring, tilt ${significant(this.#number('tilt'))}` : `plane ${v.plane}`;
    return `${plane}, seed ${v.seed}, initial scale ${significant(this.#number('scale'))}, step ${this.#step}`;
  }

  #mapSummary(): string {
    const { range } = this.#map ?? {};
    if (!range) return 'The map is being computed.';
    const path = this.#slice ? ` The run ends at ${this.#endText()}.` : '';
    return `Loss from ${significant(range[0])} to ${significant(range[1])} on a square of half-width ${significant(this.#number('half'))}.${path}`;
  }

  #endText(): string {
    const [x, y] = this.#slice!.ends;
    return `x ${significant(x!, 2)}, y ${significant(y!, 2)}`;
  }

  // ---- taking home ----

  async #export(what: string): Promise<void> {
    await saveAs(what, {
      root: this,
      title: 'losscape · Surface',
      settings: this.#describe(),
      digest: this.#digest,
      line: this.#guesses[0]!.state === 'open' ? undefined : this.#line,
      slice: this.#slice,
      state: {
        exhibit: 'surface',
        link: this.link(),
        settings: { ...this.values },
        step: this.#step,
        digest: this.#digest,
        map: this.#map?.digest ?? '',
        build: bestBuild(),
      },
    });
  }

  async #open(file: File): Promise<void> {
    const content = await readFile(file);
    this.querySelector<HTMLDialogElement>('#export')?.close();
    if (content.kind === 'link') {
      history.pushState(null, '', content.hash);
      this.onHash();
      return;
    }
    this.notes = [content.why];
    this.requestUpdate();
  }

  // ---- drawing ----

  protected override updated(): void {
    if (!this.#look) return;
    document.querySelectorAll('lab-surface > .still-figure, lab-surface > noscript').forEach((still) => {
      still.remove();
    });
  }

  #measured(): Measured {
    return {
      ring: this.values.scene === 'ring',
      dim: this.#facts?.dim ?? 105,
      line: this.#line,
      look: this.#look,
      atCross: this.values.at === 'cross' && !this.playing,
      curved: this.#curved,
      slice: this.#slice,
      map: this.#map,
      digest: this.#digest,
      hideLine: this.#guesses[0]!.state === 'open',
      hideShare: this.values.plane === 'random' && this.#guesses[1]!.state === 'open',
      pinned: this.#pinned?.values,
    };
  }

  #series(line: Line): Series[] {
    const last = line.losses.length - 1;
    const [a, b] = [line.losses[0]!, line.losses[last]!];
    const along = [...line.losses].map((loss, k) => [k / last, loss] as const);
    return [
      { name: 'loss', role: 's-a', mark: 'circle', points: along },
      {
        name: 'ends',
        role: 's-b',
        mark: 'square',
        points: along.map(([t]) => [t, (1 - t) * a + t * b] as const),
      },
    ];
  }

  #handles(): Handle[] {
    const at = (id: string) => ({ x: this.#number(`${id}x`), y: this.#number(`${id}y`) });
    return [
      { id: 'a', label: 'Handle A', letter: 'A', shape: 'circle', ...at('a') },
      { id: 'b', label: 'Handle B', letter: 'B', shape: 'square', ...at('b') },
      { id: 'cross', label: 'Cross: the point looked at', letter: '', shape: 'cross', ...at('c') },
    ];
  }

  #controls() {
    const ring = this.values.scene === 'ring';
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="row" role="group" aria-label="Presets">
        ${PRESETS.map(
          (preset) =>
            html`<button type="button" aria-pressed=${preset === this.#preset ? 'true' : 'false'} @click=${() => this.#choosePreset(preset)}>
              ${preset.name}
            </button>`,
        )}
      </div>
      <p class="note" data-test="says">
        ${this.#preset?.says ?? 'A, B and the cross can be dragged, or moved with the arrow keys.'}
      </p>
      <div class="primary-controls">
        ${this.choice(SCENE)} ${ring ? this.slider(TILT) : this.choice(PLANE, false)} ${this.slider(HALF, false)}
      </div>
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">${this.choice(CELLS, false)} ${this.slider(SCALE)}</div>
        <lab-numbers label="More numbers" .items=${moreNumbers(this.#measured())} class="numbers"></lab-numbers>
      </details>`;
  }

  #aside(): ReturnType<typeof html> {
    const facts = this.#facts;
    const ring = this.values.scene === 'ring';
    const whose =
      this.values.at === 'cross' && !this.playing ? 'the cross' : `the run, step ${count(this.#step)}`;
    return html`<div class="map-aside">
      ${
        ring || !facts
          ? nothing
          : html`<p class="part">Decision boundary of ${whose}</p>
            <lab-field
              class="boundary"
              .picture=${this.#look?.boundary}
              .span=${INPUTS}
              .above=${boundaryPoints(facts.points, facts.labels)}
              label="Decision boundary of ${whose}"
              summary="160 points of two moons, circles and squares, and where the network draws the line between them."
            ></lab-field>`
      }
      ${legend(this.#map, this.#slice, ring)}
    </div>`;
  }

  #profile() {
    if (this.#guesses[0]!.state === 'open')
      return html`<h3>Loss from A to B</h3>
        <p class="note" data-test="profile-hidden">Hidden until you guess: the highest loss on this line is the question.</p>`;
    return html`<lab-curves
        id="profile"
        label="Loss from A to B${this.values.scene === 'ring' ? '' : ' (nats)'}"
        axis="share of the way"
        .span=${1}
        .series=${this.#line ? this.#series(this.#line) : []}
        .pinned=${this.#pinned?.series.slice(0, 1) ?? []}
        .cursor=${this.#cursor}
        @lab-cursor=${(event: CustomEvent<number | undefined>) => this.#along(event.detail)}
      ></lab-curves>
      <p class="note">
        Dashed: the straight line between the losses of the ends, from which the barrier is measured. The cursor takes the cross
        along.${this.#pinned ? ' Thin: the pinned line A.' : nothing}
      </p>`;
  }

  protected override render() {
    const narrow = this.narrow.matches;
    const facts = this.#facts;
    const half = this.#number('half');
    const panelRole = (narrow ? 'tabpanel' : nothing) as string;
    const by = (tab: string) => (narrow ? `tab-${tab}` : nothing) as string;
    const ring = this.values.scene === 'ring';
    const measured = this.#measured();
    const question =
      this.#question === 0 ? straightQuestion(ring, this.#asked() ? this.#line : undefined) : SHARE_QUESTION;
    const showRun = this.values.at !== 'cross' || this.playing;
    const above = (x: (v: number) => number, y: (v: number) => number): SVGTemplateResult =>
      this.#slice
        ? runPath(this.#slice, this.#step, showRun ? this.#look : undefined, this.#handles(), {
            x,
            y,
            minima: !ring && this.values.plane === 'minima',
          })
        : svg``;
    return html`
      ${this.banner(this.#recover)}
      <div class="side">
        <lab-predict
          class="predict panel ${narrow ? '' : 'card'}"
          id="panel-predict"
          role=${panelRole}
          aria-labelledby=${by('predict')}
          ?hidden=${this.off('predict')}
          .question=${question}
          .guess=${this.#guesses[this.#question]!}
          .truth=${this.#truths[this.#question]}
          at=${this.#question === 0 ? 'when the plane through three networks is cut' : 'when the random plane is cut'}
          .hides=${this.#question === 0 ? 'loss along the line' : 'share'}
          ?more=${this.#question === 0 && !ring}
          @lab-guess=${(event: CustomEvent<Guess>) => this.#guessed(event.detail)}
          @lab-next=${() => {
            this.#question = 1;
            this.requestUpdate();
          }}
        ></lab-predict>
        <lab-numbers
          class="numbers panel"
          label="Step ${count(this.#step)} of ${count(facts?.steps ?? 3000)}, seed ${this.values.seed}"
          data-step=${facts ? this.#step : -1}
          ?hidden=${this.hides('numbers') || (narrow && this.tab !== 'predict')}
          .items=${mainNumbers(measured)}
        ></lab-numbers>
      </div>
      <div class="main-number" aria-hidden="true">
        <span class="value">${this.#look ? significant(this.#look.loss) : '–'}</span>
        <span class="note">${measured.atCross ? 'loss at the cross' : `loss of the run · step ${this.#step}`}</span>
      </div>
      <div class="transport" ?hidden=${this.hides('transport')}>
        <lab-transport
          .playing=${this.playing}
          .ready=${this.#ready()}
          .speed=${this.speed}
          .pinned=${this.#pinned !== undefined}
          .still=${this.still.matches ? this.#stillSteps() : 0}
          @lab-do=${(event: CustomEvent<string>) => this.do(event.detail)}
          @lab-speed=${(event: CustomEvent<typeof this.speed>) => {
            this.speed = event.detail;
            this.requestUpdate();
          }}
        ></lab-transport>
      </div>
      ${narrow ? this.tabs() : nothing}
      <div
        class="controls panel"
        id="panel-controls"
        role=${panelRole}
        aria-labelledby=${by('controls')}
        ?hidden=${this.off('controls')}
        @lab-set=${this.#set}
        @lab-note=${(event: CustomEvent<string>) => {
          this.notes = [event.detail];
          this.requestUpdate();
        }}
      >
        ${this.#controls()}
      </div>
      <figure class="figure" ?hidden=${!this.#look} aria-label="The loss on a plane">
        <div class="map-and-aside" data-cells=${this.#map?.cells ?? 0} data-map=${this.#map?.digest ?? ''}>
          <lab-field
            class="map"
            .picture=${this.#map?.picture}
            .span=${[-half, half, -half, half]}
            .handles=${this.#handles()}
            .above=${above}
            label="Map of the loss"
            summary=${this.#mapSummary()}
            @lab-handle=${(event: CustomEvent<{ id: string; x: number; y: number }>) =>
              this.#moved(event.detail.id, event.detail.x, event.detail.y)}
            @lab-place=${(event: CustomEvent<{ x: number; y: number }>) =>
              this.#moved('cross', event.detail.x, event.detail.y)}
          ></lab-field>
          ${narrow ? nothing : this.#aside()}
        </div>
        <p class="honesty" data-test="honesty">
          ${ring ? 'You see 2 of 2 directions: all there is.' : `You see 2 of ${facts?.dim ?? 105} directions.`}
        </p>
      </figure>
      <div
        class="curves panel"
        id="panel-curves"
        role=${panelRole}
        aria-labelledby=${by('curves')}
        ?hidden=${this.off('curves')}
      >
        <h2 class="visually-hidden">Curves</h2>
        <div class="profile">${this.#profile()}</div>
        ${narrow ? this.#aside() : nothing}
      </div>
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, open</button>
        </div>
      </div>
      ${this.live()}
      ${shareDialog({
        link: (guess) => new URL(this.link(this.moment({ guess })), location.href).href,
        guess: this.#guesses.some((guess) => guess.state === 'made'),
        loaded: false,
        cite: `losscape 0.1.0, Surface: ${this.#describe()}, fingerprint ${hexGroups(this.#digest)}`,
      })}
      ${exchange(
        (what) => void this.#export(what),
        (file) => void this.#open(file),
      )}
      ${helpDialog(SCHEMA)}
    `;
  }
}

customElements.define('lab-surface', SurfaceExhibit);
