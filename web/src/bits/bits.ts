import { html, nothing, svg } from 'lit';
import '../grammar/numbers.ts';
import '../grammar/predict.ts';
import { open as openDialog } from '../grammar/dialog.ts';
import { Part } from '../grammar/element.ts';
import { failureMessage, notesMessage } from '../grammar/failure.ts';
import { helpDialog } from '../grammar/help.ts';
import { icon } from '../grammar/icons.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import type { Guess, Question } from '../grammar/predict.ts';
import { shareDialog } from '../grammar/share.ts';
import { Client } from '../lib/client.ts';
import { type Failure, LabFailure } from '../lib/failure.ts';
import { applyFlags, hides } from '../lib/flags.ts';
import { count, hexGroups } from '../lib/format.ts';
import { actionOf } from '../lib/keys.ts';
import { goToExhibit } from '../lib/navigate.ts';
import { saveBlob, saveText, toCsv } from '../lib/save.ts';
import { parse, print, type Values } from '../lib/schema.ts';
import { type Build, bestBuild } from '../lib/simd.ts';
import { digestIn, identicon } from './columns.ts';
import { drawMap } from './map.ts';
import type { Column, Comparison, Requests, Row } from './protocol.ts';
import { SCHEMA } from './schema.ts';

const WEIGHTS = 105;

interface Recorded {
  date: string;
  toolchain: string;
  rows: { target: string; how: string; experiment: string; digest: string }[];
}

/** Written by `cargo xtask fingerprint --record`; a checkout that never ran it has none. */
const RECORDED = Object.values(
  import.meta.glob<Recorded>('../recorded.json', { eager: true, import: 'default' }),
)[0];

const QUESTION: Question = {
  text: `The twin's tanh is the browser's; everything else is equal. After 1000 steps, in how many of the ${WEIGHTS} weights does at least one bit differ?`,
  quantity: 'weights that differ',
  min: 0,
  max: WEIGHTS,
  step: 1,
  start: 20,
  unit: 'weights',
  digits: 0,
  verdict: (guess, truth) => {
    const also = 'Yet the loss agrees to several digits: bits are far more sensitive than results.';
    if (guess === undefined) return also;
    return Math.abs(guess - truth) <= 10 ? `Close. ${also}` : also;
  },
};

const BUILDS: readonly Build[] = ['scalar', 'simd'];
const NAMES: Record<Build, string> = { scalar: 'this browser, scalar', simd: 'this browser, SIMD' };

/** The exhibit *Same bits*. */
export class BitsExhibit extends Part {
  #values: Values = {};
  #notes: string[] = [];
  #failure: Failure | undefined;
  #guess: Guess = { state: 'open' };
  #here = new Map<Build, Row[]>();
  #computing = false;
  #experiment = '';
  #columns: Column[] = [];
  #last: Comparison | undefined;
  #running = false;
  #truth: number | undefined;
  #run = 0;
  #client: Client<Requests> | undefined;
  #pasted = '';
  #hash = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.#readHash();
    addEventListener('hashchange', this.#onHash);
    document.addEventListener('lab-help', () => openDialog(this, 'help'));
    document.addEventListener('keydown', (event) => {
      const action = actionOf(event);
      if (!action) return;
      event.preventDefault();
      if (action === 'play') void this.#compare();
      else if (action === 'reset') this.#clear();
      else if (action === 'share' || action === 'help') openDialog(this, action);
      else if (action === 'predict') this.querySelector<HTMLElement>('#predict-title')?.focus();
      else if (action.startsWith('exhibit-')) goToExhibit(Number(action.slice(8)));
    });
    for (const still of this.querySelectorAll('.still-figure, noscript')) still.remove();
  }

  #onHash = () => {
    if (location.hash === this.#hash) return;
    this.#readHash();
    this.#clear();
  };

  #readHash(): void {
    const { values, notes } = parse(SCHEMA, location.hash);
    this.#values = values;
    this.#notes = notes;
    this.#hash = location.hash;
    applyFlags(values);
  }

  #worker(): Client<Requests> {
    return new Client<Requests>(
      new Worker(new URL('../worker/bits.ts', import.meta.url), { type: 'module' }),
    );
  }

  // ---- digests ----

  /** One worker a build, one after the other: each loads one module and ends. */
  async #compute(): Promise<void> {
    if (this.#computing) return;
    this.#computing = true;
    this.#failure = undefined;
    this.requestUpdate();
    try {
      for (const build of BUILDS) {
        if (build === 'simd' && bestBuild() !== 'simd') continue;
        const client = this.#worker();
        try {
          this.#here.set(build, await client.ask('experiments', { build }));
        } finally {
          client.end();
        }
        this.requestUpdate();
      }
      const all = this.#rows().every((row) => row.same !== false);
      this.#say(all ? 'Every row has the same digest.' : 'A row differs.');
    } catch (error) {
      this.#failed(error);
    }
    this.#computing = false;
    this.requestUpdate();
  }

  #experiments(): string[] {
    const names = new Set<string>();
    for (const rows of this.#here.values()) for (const row of rows) names.add(row.experiment);
    for (const row of RECORDED?.rows ?? []) names.add(row.experiment);
    return [...names];
  }

  /** The digests of one experiment, and whether each equals the first one known. */
  #rows() {
    const names = this.#experiments();
    const name = names.includes(this.#experiment)
      ? this.#experiment
      : (names.find((n) => /train/.test(n)) ?? names[0]);
    const rows: { target: string; how: string; digest?: string; same?: boolean }[] = BUILDS.map((build) => {
      const digest = this.#here.get(build)?.find((row) => row.experiment === name)?.digest;
      return { target: NAMES[build], how: 'computed in this tab', ...(digest && { digest }) };
    });
    for (const row of RECORDED?.rows ?? []) if (row.experiment === name) rows.push({ ...row });
    const reference = rows.findLast((row) => row.digest)?.digest;
    return rows.map((row) => (row.digest ? { ...row, same: row.digest === reference } : row));
  }

  // ---- twins ----

  async #compare(): Promise<void> {
    if (this.#running) return;
    const run = ++this.#run;
    this.#running = true;
    this.#failure = undefined;
    this.#columns = [];
    this.requestUpdate();
    const total = Number(this.#values.steps);
    const tanh = this.#values.tanh === 'browser';
    const order = this.#values.order === 'reversed';
    try {
      this.#client ??= this.#worker();
      const seed = Number(this.#values.seed);
      let answer = await this.#client.ask('twins', { build: bestBuild(), seed, tanh, order, total });
      while (run === this.#run) {
        this.#columns.push(...answer.columns);
        this.#last = answer;
        this.requestUpdate();
        if (answer.step >= total) break;
        answer = await this.#client.ask('advance', { sliceMs: 8 });
      }
      const at1000 = this.#columns.find((column) => column.step === 1000);
      if (run === this.#run && at1000 && tanh && !order) this.#truth = differing(at1000);
      if (run === this.#run) this.#say(this.#summary());
    } catch (error) {
      this.#client?.end();
      this.#client = undefined;
      this.#failed(error);
    }
    if (run === this.#run) this.#running = false;
    this.#writeHash();
    this.requestUpdate();
  }

  #clear(): void {
    this.#run++;
    this.#running = false;
    this.#columns = [];
    this.#last = undefined;
    this.requestUpdate();
  }

  #set(key: string, value: number | string): void {
    this.#values[key] = value;
    this.#clear();
    this.#writeHash();
  }

  #writeHash(): void {
    this.#hash = print(SCHEMA, this.#values);
    history.replaceState(null, '', this.#hash);
  }

  #failed(error: unknown): void {
    this.#failure =
      error instanceof LabFailure ? error.failure : { kind: 'panic', detail: String(error), step: 0 };
    this.requestUpdate();
  }

  #say(text: string): void {
    const region = this.querySelector('[data-test=live]');
    if (region) region.textContent = text;
  }

  #summary(): string {
    const last = this.#columns.at(-1);
    if (!last || !this.#last) return 'No run yet.';
    const n = differing(last);
    if (n === 0) return `After ${count(last.step)} steps not one bit differs.`;
    return `After ${count(last.step)} steps ${n} of ${WEIGHTS} weights differ; the first bit differed after step ${this.#last.first}.`;
  }

  // ---- what is drawn ----

  #numbers(): NumberShown[] {
    const last = this.#columns.at(-1);
    const hidden = this.#guess.state === 'open' && last !== undefined && differing(last) > 0;
    const [ours, theirs] = this.#last?.losses ?? [];
    return [
      {
        symbol: '',
        name: 'weights that differ',
        value: last ? `${differing(last)} of ${WEIGHTS}` : '–',
        hidden,
        definition: 'Weights with at least one differing bit at the last step.',
        test: 'differing',
      },
      {
        symbol: '',
        name: 'first differing bit',
        value: last ? (this.#last?.first === undefined ? 'none' : `step ${count(this.#last.first)}`) : '–',
        definition: 'The first step after which any bit of any weight differs between the runs.',
        test: 'first',
      },
      {
        symbol: 'L',
        name: 'loss, kernel and twin',
        value:
          ours === undefined || theirs === undefined
            ? '–'
            : `${ours.toPrecision(8)} ${theirs.toPrecision(8)}`,
        long: true,
        definition:
          'Mean of half the squared error over 160 points, for the parameters of both runs, both measured by the kernel.',
        test: 'losses',
      },
      {
        symbol: '',
        name: 'fingerprints',
        value: this.#last ? `${hexGroups(this.#last.digests[0])} ${hexGroups(this.#last.digests[1])}` : '–',
        long: true,
        definition:
          "The digest of the kernel's parameters, then of the twin's. One differing bit makes another digest.",
        test: 'twins',
      },
    ];
  }

  protected override updated(): void {
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.bits-map');
    if (canvas)
      drawMap(canvas, this.#guess.state === 'open' ? [] : this.#columns, WEIGHTS, Number(this.#values.steps));
  }

  #mark(digest: string | undefined) {
    if (!digest) return nothing;
    return svg`<svg class="identicon" viewBox="0 0 8 8" aria-hidden="true"><path d=${identicon(digest)} /></svg>`;
  }

  #table() {
    const names = this.#experiments();
    const rows = this.#rows();
    return html`<h2>The digests</h2>
      <div class="row">
        <button type="button" class="primary" data-do="compute" ?disabled=${this.#computing} @click=${this.#compute}>
          ${this.#computing ? 'Computing …' : 'Compute here'}
        </button>
        ${
          names.length === 0
            ? nothing
            : html`<label class="speed">
                <span>Experiment</span>
                <select
                  @change=${(event: Event) => {
                    this.#experiment = (event.target as HTMLSelectElement).value;
                    this.requestUpdate();
                  }}
                >
                  ${names.map((name) => html`<option value=${name} ?selected=${name === this.#experiment || (this.#experiment === '' && name === names.find((n) => /train/.test(n)))}>${name}</option>`)}
                </select>
              </label>`
        }
      </div>
      <div class="scroll" tabindex="0" role="group" aria-label="Digests by target">
        <table class="digests">
          <caption class="visually-hidden">
            Digest of the experiment on each target
          </caption>
          <thead>
            <tr><th scope="col">target</th><th scope="col">how</th><th scope="col">digest</th><th scope="col">same</th></tr>
          </thead>
          <tbody>
            ${rows.map(
              (row) => html`<tr data-same=${row.same === undefined ? 'unknown' : String(row.same)}>
                <th scope="row">${row.target}</th>
                <td>${row.how}</td>
                <td class="mono">${this.#mark(row.digest)} ${row.digest ? hexGroups(row.digest) : 'not computed yet'}</td>
                <td>${row.same === undefined ? '' : row.same ? '✓ same' : '▲ differs'}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="note">
        ${
          RECORDED
            ? `Recorded ${RECORDED.date} with ${RECORDED.toolchain}. Rows that name QEMU are an emulator's; no physical board has been run.`
            : 'No targets have been recorded in this checkout: cargo xtask fingerprint --record writes them down.'
        }
      </p>
      ${this.#paste()}`;
  }

  #paste() {
    const digest = digestIn(this.#pasted);
    const known = [
      ...[...this.#here.values()].flat(),
      ...(RECORDED?.rows ?? []).map(({ experiment, digest }) => ({ experiment, digest })),
    ];
    const found = known.find((row) => row.digest === digest)?.experiment;
    return html`<div class="field">
      <label for="paste">A board's line, or any 16 hexadecimal digits</label>
      <input
        id="paste"
        type="text"
        class="mono"
        autocomplete="off"
        spellcheck="false"
        .value=${this.#pasted}
        @input=${(event: Event) => {
          this.#pasted = (event.target as HTMLInputElement).value;
          this.requestUpdate();
        }}
      />
      <p class="note" role="status" data-test="pasted">
        ${
          this.#pasted.trim() === ''
            ? 'Firmware prints one line an experiment; paste it here.'
            : digest === undefined
              ? 'No 16 hexadecimal digits in it.'
              : found
                ? html`${this.#mark(digest)} ✓ Same bits as ${found}.`
                : known.length === 0
                  ? 'Nothing to compare with yet: compute here first.'
                  : html`${this.#mark(digest)} ▲ Equal to none of ${count(known.length)} known digests.`
        }
      </p>
    </div>`;
  }

  #controls() {
    const choice = (key: string) => {
      const field = SCHEMA.find((f) => f.key === key)!;
      if (field.kind !== 'choice') return nothing;
      return html`<div class="field">
        <label for="set-${key}">${key === 'steps' ? nothing : "the twin's "}${field.name}</label>
        <select id="set-${key}" @change=${(event: Event) => this.#set(key, (event.target as HTMLSelectElement).value)}>
          ${field.options.map((o) => html`<option value=${o.value} ?selected=${o.value === this.#values[key]}>${o.label}</option>`)}
        </select>
      </div>`;
    };
    return html`<h2 class="visually-hidden">Controls</h2>
      <div class="primary-controls">${choice('tanh')} ${choice('order')} ${choice('steps')}</div>`;
  }

  #mapTable() {
    if (this.#guess.state === 'open' || this.#running || this.#columns.length === 0) return nothing;
    const stride = Math.ceil(this.#columns.length / 24);
    const rows = this.#columns
      .filter((_, i) => i % stride === 0 || i === this.#columns.length - 1)
      .slice(-25);
    return html`<div class="visually-hidden">
      <table>
        <caption>
          Weights that differ, at most 25 rows
        </caption>
        <thead>
          <tr><th scope="col">step</th><th scope="col">weights that differ</th></tr>
        </thead>
        <tbody>
          ${rows.map((c) => html`<tr><th scope="row">${c.step}</th><td>${differing(c)}</td></tr>`)}
        </tbody>
      </table>
    </div>`;
  }

  async #export(what: string): Promise<void> {
    if (what === 'csv') {
      const header = ['step', ...Array.from({ length: WEIGHTS }, (_, k) => `weight_${k}`)];
      saveText(
        'losscape-bits.csv',
        'text/csv',
        toCsv(
          header,
          this.#columns.map((c) => [c.step, ...c.bits]),
        ),
      );
    } else if (what === 'json') {
      const state = {
        exhibit: 'bits',
        link: print(SCHEMA, this.#values),
        digests: this.#last?.digests,
        losses: this.#last?.losses,
        here: Object.fromEntries(this.#here),
      };
      saveText('losscape-bits.json', 'application/json', `${JSON.stringify(state, null, 2)}\n`);
    } else {
      const canvas = this.querySelector<HTMLCanvasElement>('canvas.bits-map')!;
      canvas.toBlob((blob) => blob && saveBlob('losscape-bits.png', blob));
    }
  }

  protected override render() {
    const v = this.#values;
    const off = (part: string) => hides(v, part);
    const total = Number(v.steps);
    const decades = [1, 10, 100, 1000, 10_000, 100_000].filter((step) => step <= total);
    return html`
      <div class="banner" data-test="banner">
        ${
          this.#failure
            ? failureMessage(this.#failure, () => {
                this.#failure = undefined;
                this.requestUpdate();
              })
            : nothing
        }
        ${notesMessage(this.#notes, () => {
          this.#notes = [];
          this.requestUpdate();
        })}
      </div>
      <div class="side">
        <lab-predict
          class="predict panel card"
          ?hidden=${off('predict')}
          .question=${QUESTION}
          .guess=${this.#guess}
          .truth=${this.#truth}
          .hides=${'map'}
          .at=${"when both have run with the browser's tanh"}
          @lab-guess=${(event: CustomEvent<Guess>) => {
            this.#guess = event.detail;
            this.requestUpdate();
          }}
        ></lab-predict>
        <lab-numbers
          class="numbers panel"
          label="Step ${count(this.#columns.at(-1)?.step ?? 0)}, seed ${v.seed}"
          data-step=${this.#columns.at(-1)?.step ?? -1}
          ?hidden=${off('numbers')}
          .items=${this.#numbers()}
        ></lab-numbers>
      </div>
      <div class="transport" ?hidden=${off('transport')}>
        <div class="row" role="group" aria-label="Run">
          <button type="button" class="primary" data-do="play" ?disabled=${this.#running} @click=${this.#compare}>
            ${icon('play')} ${this.#running ? 'Running …' : 'Run both'}
          </button>
          <button type="button" data-do="reset" @click=${this.#clear}>${icon('reset')} Reset</button>
          <button
            type="button"
            data-do="seed"
            @click=${() => this.#set('seed', crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000)}
          >
            ${icon('seed')} New seed
          </button>
        </div>
      </div>
      <div class="controls panel" ?hidden=${off('controls')}>${this.#controls()}</div>
      <figure class="figure">
        <p class="part">Bits that differ: ${WEIGHTS} weights, from top to bottom, against steps</p>
        <canvas
          class="bits-map"
          role="img"
          aria-label=${this.#guess.state === 'open' ? 'The map is hidden until you guess.' : this.#summary()}
        ></canvas>
        <div class="decades" aria-hidden="true">
          ${decades.map((step) => html`<span>${count(step)}</span>`)}
        </div>
        <figcaption>
          ${
            this.#guess.state === 'open'
              ? 'The map appears once you have committed or skipped.'
              : 'Paper: the same 32 bits. The darker, the more bits differ; steps on a logarithmic axis.'
          }
        </figcaption>
        ${this.#mapTable()}
      </figure>
      <div class="curves panel">${this.#table()}</div>
      <div class="home" ?hidden=${off('home')}>
        <div class="row">
          <button type="button" data-do="share" @click=${() => openDialog(this, 'share')}>Share</button>
          ${[
            ['png', 'Map (PNG)'],
            ['csv', 'Map (CSV)'],
            ['json', 'State (JSON)'],
          ].map(
            ([what, label]) =>
              html`<button type="button" data-export=${what!} @click=${() => this.#export(what!)}>${label}</button>`,
          )}
        </div>
      </div>
      <p class="visually-hidden" role="status" aria-live="polite" data-test="live"></p>
      ${shareDialog({
        link: () => new URL(print(SCHEMA, v), location.href).href,
        guess: false,
        loaded: false,
        cite: `losscape 0.1.0, Same bits: seed ${v.seed}, ${total} steps, fingerprints ${this.#last?.digests.join(' and ') ?? 'not computed'}`,
      })}
      ${helpDialog(SCHEMA)}
    `;
  }
}

function differing(column: Column): number {
  return column.bits.reduce((n, bits) => n + Number(bits > 0), 0);
}

customElements.define('lab-bits', BitsExhibit);
