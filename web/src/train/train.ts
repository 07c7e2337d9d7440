import { html, nothing } from 'lit';
import '../grammar/curves.ts';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import '../grammar/slider.ts';
import '../grammar/transport.ts';
import './figure.ts';
import type { Series } from '../grammar/curves.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import { helpDialog } from '../grammar/help.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import type { Guess, Question } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import type { Speed } from '../grammar/transport.ts';
import { type Change, MAX_CHANGES, parseChanges, printChanges, withChange } from '../lib/changes.ts';
import { Client, Ring } from '../lib/client.ts';
import { count, hexGroups, percent, significant } from '../lib/format.ts';
import { type Sample, settled, toSamples } from '../lib/record.ts';
import type { Field, NumberField, Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import { exchange, type Picture, readFile, saveAs } from './export.ts';
import type { NetworkFigure } from './figure.ts';
import { type Frame, type Look, MAX_HIDDEN, paramLen, type Requests, type Setup } from './protocol.ts';
import {
  BATCH,
  HIDDEN,
  INIT,
  L2,
  MAX_STEP,
  MOMENTUM,
  ORDER,
  PRESETS,
  type Preset,
  RATE,
  SCHEMA,
} from './schema.ts';

/** The step at which the prediction is answered. */
const ANSWER_STEP = 1000;
const SLICE_MS = 8;
/** A replay shows nothing on its way, so its slices may be longer. */
const REPLAY_SLICE_MS = 40;

const QUESTION: Question = {
  text: `It trains on 1500 digits and is asked about 297 others. After ${ANSWER_STEP} steps, how many of those will it read right?`,
  quantity: 'held-out digits read right',
  min: 10,
  max: 100,
  step: 1,
  start: 50,
  unit: '%',
  digits: 1,
  verdict: (guess, truth) => {
    const known = 'Guessing blindly gives 10 %; nothing forced it to find more.';
    if (guess === undefined) return known;
    const gap = Math.abs(guess - truth);
    if (gap <= 3) return `Very close. ${known}`;
    return guess < truth
      ? `It does better than you thought. ${known}`
      : `It does worse than you thought: look at the gap between the two curves.`;
  },
};

interface Pinned {
  samples: Sample[];
  rate: string;
  temperature: string;
  loss: string;
  held: string;
  digest: string;
}

/** The exhibit *Train*. */
export class TrainExhibit extends Exhibit {
  protected override readonly schema = SCHEMA;
  protected override speed: Speed = '4';
  #changes: Change[] = [];
  #client: Client<Requests> | undefined;
  #ring = new Ring(4 * paramLen(MAX_HIDDEN));
  #frame: Frame | undefined;
  #samples: Sample[] = [];
  #guess: Guess = { state: 'open' };
  #pinned: Pinned | undefined;
  #look: Look = { row: 0 };
  #rowLabel: number | undefined;
  #cursor: number | undefined;
  #preset: Preset | undefined;
  #loaded = false;
  #told = '';
  #settled = false;
  #lookWaiting = false;

  protected override recolour(): void {
    this.querySelector<NetworkFigure>('lab-network')?.recolour();
    super.recolour();
  }

  // ---- the link ----

  protected override moment(): Values {
    const at =
      this.#frame && !this.playing && this.#frame.step > 0 && !this.#loaded ? this.#frame : undefined;
    return {
      ...this.values,
      step: Math.min(MAX_STEP, at?.step ?? 0),
      digest: at && at.step <= MAX_STEP ? at.digest : '',
      guess: 0,
    };
  }

  #link(guess: boolean): string {
    const value = guess && this.#guess.state === 'made' ? this.#guess.value : 0;
    return new URL(this.link({ ...this.moment(), guess: value }), location.href).href;
  }

  /** Changes live in the link's form, too: it is what a replay begins with. */
  #remember(changes: Change[]): void {
    this.#changes = changes;
    this.values.changes = printChanges(SCHEMA, changes);
  }

  // ---- the run ----

  #setup(): Setup {
    const v = this.values;
    return {
      seed: Number(v.seed),
      hidden: Number(v.hidden),
      rate: Number(v.rate),
      batch: Number(v.batch),
      momentum: Number(v.momentum),
      l2: Number(v.l2),
      init: String(v.init),
      order: String(v.order),
      changes: this.#changes,
    };
  }

  /** A new run of the present settings, replayed to the step they name at once. */
  protected override async start(): Promise<void> {
    const run = ++this.run;
    const target = Number(this.values.step);
    this.playing = false;
    this.failure = undefined;
    this.#settled = false;
    this.#loaded = false;
    this.#cursor = undefined;
    this.#changes = parseChanges(SCHEMA, String(this.values.changes));
    this.replay = target > 0 ? { target, digest: String(this.values.digest), state: 'running' } : undefined;
    try {
      this.#client ??= new Client<Requests>(
        new Worker(new URL('../worker/train.ts', import.meta.url), { type: 'module' }),
      );
      const first = await this.#client.ask('start', {
        build: bestBuild(),
        setup: this.#setup(),
        params: this.#lend(),
        look: this.#look,
        rehearse: String(this.values.rehearse),
      });
      if (run !== this.run) return this.#ring.give(first.params);
      this.#samples = [];
      this.#absorb(first);
      if (this.#rowLabel === undefined) void this.#lookAt(this.#look);
      await this.#replayTo(target, run);
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.requestUpdate();
  }

  async #replayTo(target: number, run: number): Promise<void> {
    while (this.#frame!.step < target && this.#frame!.notFinite === undefined) {
      const frame = await this.#advance(target - this.#frame!.step, REPLAY_SLICE_MS);
      if (run !== this.run) return this.#ring.give(frame.params);
      this.#absorb(frame);
    }
    this.compareReplay(this.#frame!.digest);
    this.#checkFinite();
  }

  #lend(): ArrayBuffer {
    return this.#ring.take() ?? new ArrayBuffer(4 * paramLen(MAX_HIDDEN));
  }

  #advance(steps: number, sliceMs: number): Promise<Frame> {
    return this.#client!.ask('advance', { steps, sliceMs, params: this.#lend() });
  }

  #absorb(frame: Frame): void {
    if (this.#frame) this.#ring.give(this.#frame.params);
    const reading = frame.reading ?? (this.#frame?.reading && this.#look ? this.#frame.reading : undefined);
    this.#frame = { ...frame, ...(reading && { reading }) };
    this.#samples.push(...toSamples(frame.samples));
    this.requestUpdate();
  }

  async #play(): Promise<void> {
    if (!this.#frame || this.failure) return;
    if (this.still.matches) return this.#advanceStill();
    const run = this.run;
    this.playing = true;
    this.writeHash();
    this.requestUpdate();
    try {
      while (this.playing && run === this.run) {
        if (document.hidden || !this.visible) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          continue;
        }
        const fastest = this.speed === 'max';
        const frame = await this.#advance(fastest ? 1e9 : Number(this.speed), SLICE_MS);
        if (run !== this.run) return this.#ring.give(frame.params);
        this.#absorb(frame);
        if (this.#checkFinite() || this.#checkSettled()) break;
        this.#milestones();
        if (!fastest) await nextFrame();
      }
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.#pause();
  }

  /** The steps of a second's play, drawn as one still: what reduced motion asks for. */
  #stillSteps(): number {
    return this.speed === 'max' ? 2000 : 60 * Number(this.speed);
  }

  async #advanceStill(): Promise<void> {
    const run = this.run;
    const target = this.#frame!.step + this.#stillSteps();
    try {
      let step = this.#frame!.step;
      const parts: Frame[] = [];
      while (step < target) {
        const frame = await this.#advance(target - step, REPLAY_SLICE_MS);
        if (run !== this.run) return this.#ring.give(frame.params);
        this.#samples.push(...toSamples(frame.samples));
        parts.push({ ...frame, samples: new Float64Array() });
        if (parts.length > 1) this.#ring.give(parts.shift()!.params);
        step = frame.step;
        if (frame.notFinite !== undefined) break;
      }
      if (parts[0]) this.#absorb(parts[0]);
      this.#checkFinite();
    } catch (error) {
      this.#broke(error, run);
    }
    if (run === this.run) this.#pause();
  }

  #pause(): void {
    this.playing = false;
    const last = this.#samples.at(-1);
    if (this.#frame && last && !this.failure) this.say(`Step ${this.#frame.step}. ${this.#summary()}`, true);
    this.writeHash();
    this.requestUpdate();
  }

  async #step(): Promise<void> {
    if (!this.#frame || this.playing || this.failure) return;
    const run = this.run;
    try {
      const frame = await this.#advance(1, 1000);
      if (run !== this.run) return this.#ring.give(frame.params);
      this.#absorb(frame);
      if (!this.#checkFinite()) this.say(`Step ${frame.step}. ${this.#summary()}`);
    } catch (error) {
      this.#broke(error, run);
    }
    this.writeHash();
  }

  #reset(): void {
    this.values.digest = '';
    this.values.step = 0;
    this.#remember([]);
    void this.start().then(() => {
      this.say('Reset: the same seed, step 0.', true);
      this.writeHash();
    });
  }

  #newSeed(): void {
    // Which seed comes next is the page's choice, what it leads to the kernel's.
    this.values.seed = crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;
    this.#reset();
  }

  #checkFinite(): boolean {
    if (this.#frame?.notFinite === undefined) return false;
    this.failure = { kind: 'not-finite', step: this.#frame.notFinite };
    this.playing = false;
    this.say(`The run has diverged at step ${this.#frame.notFinite}.`, true);
    this.requestUpdate();
    return true;
  }

  /** Stops by itself once nothing more is gained: no need to burn electricity. */
  #checkSettled(): boolean {
    if (this.#settled || !settled(this.#samples)) return false;
    this.#settled = true;
    this.say(`Paused at step ${this.#frame!.step}: the loss has settled. Play goes on.`, true);
    return true;
  }

  #milestones(): void {
    const step = this.#frame!.step;
    if (step >= ANSWER_STEP && this.#guess.state === 'made' && this.#told !== 'answer') {
      this.#told = 'answer';
      this.say(`Step ${step}: the answer to your prediction is known.`, true);
    }
  }

  #broke(error: unknown, run: number): void {
    if (run !== this.run) return;
    this.failed(error, this.#frame?.step ?? 0);
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
    if (failure?.kind === 'panic') this.values.step = failure.step;
    if (failure?.kind === 'not-finite') {
      this.values.rate = Math.fround(Number(this.values.rate) / 2);
      this.values.step = 0;
      this.#remember([]);
    }
    void this.start().then(() => failure?.kind === 'not-finite' && this.writeHash());
  };

  // ---- settings ----

  /** The value in force now: the last change, or the start's. */
  #now(key: string): number {
    return this.#changes.findLast((c) => c.key === key)?.value ?? Number(this.values[key]);
  }

  #set(event: CustomEvent<{ key: string; value: number | string }>): void {
    const { key, value } = event.detail;
    const field = SCHEMA.find((f) => f.key === key) as Field;
    this.#preset = undefined;
    if (
      field.kind === 'number' &&
      field.live &&
      this.#frame &&
      this.#frame.step > 0 &&
      typeof value === 'number'
    ) {
      void this.#change(key, value);
      return;
    }
    this.values[key] = value;
    if (field.kind !== 'number' || !field.live) this.#remember([]);
    this.restart();
  }

  async #change(key: string, value: number): Promise<void> {
    const run = this.run;
    try {
      const change = { step: this.#frame!.step, key, value };
      this.#remember(withChange(this.#changes, change));
      this.requestUpdate();
      const frame = await this.#client!.ask('change', { change, params: this.#lend() });
      if (run !== this.run) return this.#ring.give(frame.params);
      // The worker may have been further on than the page knew: what counts is where it was applied.
      const others = this.#changes.filter((c) => c !== change);
      this.#remember(withChange(others, { ...change, step: frame.step }));
      this.#absorb(frame);
      if (this.#changes.length > MAX_CHANGES) {
        this.notes = [`More than ${MAX_CHANGES} changes: this run no longer fits into a link.`];
      }
    } catch (error) {
      this.#broke(error, run);
    }
    this.writeHash();
  }

  #choosePreset(preset: Preset): void {
    this.#remember([]);
    this.#preset = preset;
    this.choose(preset.values, ['seed', 'guess', 'rehearse']);
  }

  // ---- looking ----

  async #lookAt(look: Look): Promise<void> {
    this.#look = look;
    // While one look is on its way, the next waits for it and then takes the newest ink.
    if (this.#lookWaiting || !this.#client || !this.#frame) return;
    this.#lookWaiting = true;
    const run = this.run;
    try {
      let answer: Requests['look']['answer'];
      let shown: Look;
      do {
        shown = this.#look;
        const sent = shown && 'ink' in shown ? { ink: shown.ink.slice() } : shown;
        answer = await this.#client.ask('look', { look: sent });
      } while (shown !== this.#look && run === this.run);
      if (run !== this.run || !this.#frame) return;
      const { reading: _, ...rest } = this.#frame;
      this.#frame = { ...rest, ...(answer.reading && { reading: answer.reading }) };
      this.#rowLabel = answer.label;
      this.requestUpdate();
    } catch (error) {
      this.#broke(error, run);
    } finally {
      this.#lookWaiting = false;
    }
  }

  #nextRow(): void {
    const rows = this.#frame?.rows ?? 1;
    const row = this.#look && 'row' in this.#look ? (this.#look.row + 1) % rows : 0;
    void this.#lookAt({ row });
  }

  #inked(): void {
    const figure = this.querySelector<NetworkFigure>('lab-network')!;
    // A new object each time: that is how a waiting look knows that there is newer ink.
    void this.#lookAt({ ink: figure.ink });
    this.requestUpdate();
  }

  // ---- words ----

  #summary(): string {
    const last = this.#samples.at(-1);
    if (!last) return '';
    const held =
      this.#guess.state === 'open' ? '' : `, held-out digits read right ${percent(last.heldAccuracy)}`;
    return `Training loss ${significant(last.trainLoss)}${held}.`;
  }

  protected override act(action: string): void {
    if (action === 'play') {
      if (this.playing) this.#pause();
      else void this.#play();
    } else if (action === 'step') void this.#step();
    else if (action === 'reset') this.#reset();
    else if (action === 'seed') this.#newSeed();
    else if (action === 'pin') this.#pin();
  }

  #pin(): void {
    const last = this.#samples.at(-1);
    if (this.#pinned) this.#pinned = undefined;
    else if (this.#frame && last) {
      this.#pinned = {
        samples: [...this.#samples],
        rate: significant(this.#now('rate')),
        temperature: significant(this.#frame.temperature),
        loss: significant(last.trainLoss),
        held: percent(last.heldAccuracy),
        digest: hexGroups(this.#frame.digest),
      };
    }
    this.requestUpdate();
  }

  // ---- taking home ----

  #picture(): Picture {
    return {
      root: this,
      title: 'losscape · Train',
      settings: this.#describe(),
      digest: this.#frame?.digest ?? '',
    };
  }

  #describe(): string {
    const v = this.values;
    return `seed ${v.seed}, rate ${significant(this.#now('rate'))}, batch ${this.#now('batch')}, hidden units ${v.hidden}, step ${this.#frame?.step ?? 0}`;
  }

  async #export(what: string): Promise<void> {
    const bytes = what === 'network' ? await this.#client!.ask('save', {}) : undefined;
    const field = (f: Field): f is NumberField => f.kind === 'number';
    await saveAs(what, {
      picture: this.#picture(),
      samples: this.#samples,
      showHeld: this.#guess.state !== 'open',
      ...(bytes && { network: bytes }),
      state: {
        exhibit: 'train',
        link: this.link(),
        settings: Object.fromEntries(SCHEMA.filter(field).map((f) => [f.key, this.values[f.key]])),
        changes: this.#changes,
        step: this.#frame?.step ?? 0,
        digest: this.#frame?.digest ?? '',
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
    if (content.kind === 'unknown') {
      this.notes = [content.why];
      this.requestUpdate();
      return;
    }
    const run = ++this.run;
    this.playing = false;
    try {
      const frame = await this.#client!.ask('load', { bytes: content.bytes, params: this.#lend() });
      if (run !== this.run) return this.#ring.give(frame.params);
      this.failure = undefined;
      this.replay = undefined;
      this.#remember([]);
      this.#samples = [];
      this.#loaded = true;
      this.values.hidden = frame.hiddenUnits;
      this.#absorb(frame);
      this.notes = [
        `${file.name}: a network of ${frame.hiddenUnits} hidden units was loaded; it trains on from here.`,
      ];
    } catch (error) {
      this.#broke(error, run);
    }
    this.requestUpdate();
  }

  // ---- drawing ----

  protected override updated(): void {
    if (!this.#frame) return;
    document.querySelectorAll('lab-train > .still-figure').forEach((still) => {
      still.remove();
    });
    const figure = this.querySelector<NetworkFigure>('lab-network');
    const { params, hiddenUnits } = this.#frame;
    figure?.show(new Float32Array(params, 0, paramLen(hiddenUnits)), hiddenUnits);
  }

  #truth(): number | undefined {
    const sample = this.#samples.find((s) => s.step === ANSWER_STEP);
    return sample && 100 * sample.heldAccuracy;
  }

  #series(samples: Sample[], what: 'Loss' | 'Accuracy'): Series[] {
    const train: Series = {
      name: 'training',
      role: 's-a',
      mark: 'circle',
      points: samples.map((s) => [s.step, s[`train${what}`]] as const),
    };
    const held: Series = {
      name: 'held out',
      role: 's-b',
      mark: 'square',
      points: samples.map((s) => [s.step, s[`held${what}`]] as const),
    };
    return this.#guess.state === 'open' ? [train] : [train, held];
  }

  #numbers(): NumberShown[] {
    const last = this.#samples.at(-1);
    const frame = this.#frame;
    const a = this.#pinned;
    const open = this.#guess.state === 'open';
    return [
      {
        symbol: '',
        name: 'held-out digits read right',
        value: last ? percent(last.heldAccuracy) : '–',
        hidden: open,
        definition:
          'Share of the 297 rows kept out of training whose largest probability is at the right digit.',
        formula: 'accuracy',
        ...(a && !open && { pinned: a.held }),
        test: 'held-accuracy',
      },
      {
        symbol: 'L',
        name: 'training loss',
        value: last ? significant(last.trainLoss) : '–',
        unit: 'nats',
        definition:
          'Mean cross-entropy over all 1500 training rows, without the L2 term; ln 10 = 2.30 is blind guessing.',
        formula: 'loss',
        ...(a && { pinned: a.loss }),
        test: 'train-loss',
      },
      {
        symbol: 'T',
        name: 'temperature',
        value: frame ? significant(frame.temperature) : '–',
        definition:
          'Learning rate over twice the batch size, per unit of gradient variance; with momentum, divided by 1 − μ. A guide for small steps.',
        formula: 'temperature',
        ...(a && { pinned: a.temperature }),
        test: 'temperature',
      },
      {
        symbol: '',
        name: 'fingerprint',
        value: frame ? hexGroups(frame.digest) : '–',
        long: true,
        definition:
          'A 64-bit digest of the bits of all parameters. Equal settings, seed and step give an equal fingerprint on every machine.',
        ...(a && { pinned: a.digest }),
        test: 'digest',
      },
    ];
  }

  #moreNumbers(): NumberShown[] {
    const last = this.#samples.at(-1);
    const open = this.#guess.state === 'open';
    return [
      {
        symbol: '',
        name: 'training digits read right',
        value: last ? percent(last.trainAccuracy) : '–',
        definition: 'Share of the 1500 training rows that the network reads right.',
        formula: 'accuracy',
        test: 'train-accuracy',
      },
      {
        symbol: 'L',
        name: 'held-out loss',
        value: last ? significant(last.heldLoss) : '–',
        hidden: open,
        unit: 'nats',
        definition: 'Mean cross-entropy over the 297 held-out rows.',
        formula: 'loss',
        test: 'held-loss',
      },
      {
        symbol: '‖θ‖',
        name: 'length of the parameter vector',
        value: this.#frame ? significant(this.#frame.norm) : '–',
        definition: 'How far the parameters are from zero, all taken together.',
        formula: 'norm',
        test: 'norm',
      },
    ];
  }

  #controls() {
    const live = (field: NumberField) =>
      html`<lab-slider .field=${field} .value=${this.#now(field.key)}></lab-slider>`;
    const anew = (field: NumberField) =>
      html`<lab-slider .field=${field} .value=${Number(this.values[field.key])} restarts></lab-slider>`;
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">${live(RATE)} ${live(BATCH)}</div>
      <div class="row" role="group" aria-label="Presets">
        ${PRESETS.map(
          (preset) =>
            html`<button type="button" aria-pressed=${preset === this.#preset ? 'true' : 'false'} @click=${() => this.#choosePreset(preset)}>
              ${preset.name}
            </button>`,
        )}
      </div>
      <p class="note">${this.#preset?.says ?? 'Rate and batch size may be changed while it runs.'}</p>
      <details class="more">
        <summary>More controls</summary>
        <div class="primary-controls">
          ${live(MOMENTUM)} ${anew(HIDDEN)} ${anew(L2)} ${this.choice(INIT)} ${this.choice(ORDER)}
        </div>
        <lab-numbers label="More numbers" .items=${this.#moreNumbers()} class="numbers"></lab-numbers>
      </details>`;
  }

  protected override render() {
    const narrow = this.narrow.matches;
    const last = this.#samples.at(-1);
    const open = this.#guess.state === 'open';
    const panelRole = (narrow ? 'tabpanel' : nothing) as string;
    const cursor = (event: CustomEvent<number | undefined>) => {
      this.#cursor = event.detail;
      this.requestUpdate();
    };
    const pinned = (what: 'Loss' | 'Accuracy') =>
      this.#pinned ? this.#series(this.#pinned.samples, what) : [];
    const changes = this.#changes.map((c) => c.step);
    return html`
      ${this.banner(this.#recover)}
      <div class="side">
      <lab-predict
        class="predict panel ${narrow ? '' : 'card'}"
        id="panel-predict"
        role=${panelRole}
        aria-labelledby=${(narrow ? 'tab-predict' : nothing) as string}
        ?hidden=${this.off('predict')}
        .question=${QUESTION}
        .guess=${this.#guess}
        .truth=${this.#truth()}
        .at=${`at step ${ANSWER_STEP}`}
        .hides=${'held-out curve'}
        @lab-guess=${(event: CustomEvent<Guess>) => {
          this.#guess = event.detail;
          this.requestUpdate();
        }}
      ></lab-predict>
      <lab-numbers
        class="numbers panel"
        label="Step ${count(this.#frame?.step ?? 0)}, seed ${this.values.seed}"
        data-step=${this.#frame?.step ?? -1}
        ?hidden=${this.hides('numbers') || (narrow && this.tab !== 'predict')}
        .items=${this.#numbers()}
      ></lab-numbers>
      </div>
      <div class="main-number" aria-hidden="true">
        <span class="value">${last ? percent(open ? last.trainAccuracy : last.heldAccuracy) : '–'}</span>
        <span class="note">${open ? 'training' : 'held-out'} digits read right · step ${this.#frame?.step ?? 0}</span>
      </div>
      <div class="transport" ?hidden=${this.hides('transport')}>
        <lab-transport
          .playing=${this.playing}
          .ready=${this.#frame !== undefined && this.failure === undefined && this.replay?.state !== 'running'}
          .speed=${this.speed}
          .pinned=${this.#pinned !== undefined}
          .still=${this.still.matches ? this.#stillSteps() : 0}
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
        role=${panelRole}
        aria-labelledby=${(narrow ? 'tab-controls' : nothing) as string}
        ?hidden=${this.off('controls')}
        @lab-set=${this.#set}
        @lab-note=${(event: CustomEvent<string>) => {
          this.notes = [event.detail];
          this.requestUpdate();
        }}
      >
        ${this.#controls()}
      </div>
      <figure class="figure" ?hidden=${!this.#frame} aria-label="The network at work">
        <lab-network
          .reading=${this.#frame?.reading}
          .row=${this.#look && 'row' in this.#look ? this.#look.row : undefined}
          .rowLabel=${this.#rowLabel}
          .ready=${this.#frame !== undefined}
          .summary=${`Weights of ${this.#frame?.hiddenUnits ?? 16} hidden units at step ${this.#frame?.step ?? 0}, each an 8 by 8 picture. ${this.playing ? '' : this.#summary()}`}
          @lab-ink=${this.#inked}
          @lab-row=${this.#nextRow}
        ></lab-network>
      </figure>
      <div
        class="curves panel"
        id="panel-curves"
        role=${panelRole}
        aria-labelledby=${(narrow ? 'tab-curves' : nothing) as string}
        ?hidden=${this.off('curves')}
        @lab-cursor=${cursor}
      >
        <h2 class="visually-hidden">Curves</h2>
        <div class="charts">
          <lab-curves
            id="loss"
            label="Loss (nats)"
            log
            .series=${this.#series(this.#samples, 'Loss')}
            .pinned=${pinned('Loss')}
            .changes=${changes}
            .cursor=${this.#cursor}
            .running=${this.playing}
          ></lab-curves>
          <lab-curves
            id="accuracy"
            label="Digits read right"
            .series=${this.#series(this.#samples, 'Accuracy')}
            .pinned=${pinned('Accuracy')}
            .changes=${changes}
            .cursor=${this.#cursor}
            .running=${this.playing}
            .format=${shortPercent}
          ></lab-curves>
        </div>
        ${this.#pinned ? html`<p class="note">Thin lines: the pinned run A.</p>` : nothing}
      </div>
      <div class="home" ?hidden=${this.hides('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => this.do('share')}>Share</button>
          <button type="button" data-do="export" @click=${() => this.do('export')}>Export, save, load</button>
        </div>
      </div>
      ${this.live()}
      ${shareDialog({
        link: (guess) => this.#link(guess),
        guess: this.#guess.state === 'made',
        loaded: this.#loaded || this.#changes.length > MAX_CHANGES,
        cite: `losscape 0.1.0, Train: ${this.#describe()}, fingerprint ${this.#frame?.digest ?? ''}`,
      })}
      ${exchange(
        (what) => void this.#export(what),
        (file) => void this.#open(file),
      )}
      ${helpDialog(SCHEMA)}
    `;
  }
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => resolve()));
}

function shortPercent(x: number): string {
  return `${Number((100 * x).toFixed(1))} %`;
}

customElements.define('lab-train', TrainExhibit);
