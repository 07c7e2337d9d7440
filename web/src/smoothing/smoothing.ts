import { html, nothing } from 'lit';
import './check.ts';
import './landscape.ts';
import type { Chart } from '../grammar/asking.ts';
import { Exhibit } from '../grammar/exhibit.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import type { Asked } from '../grammar/predictions.ts';
import { SEED } from '../grammar/settings.ts';
import { count, significant } from '../lib/format.ts';
import { files } from './export.ts';
import { moreNumbers, numbers } from './numbers.ts';
import type { Frame, Sample } from './protocol.ts';
import { arrived, questions } from './questions.ts';
import {
  AMPLITUDE,
  BATCH,
  CURVATURE,
  KERNEL,
  NOISE,
  PHASE,
  PRESETS,
  RATE,
  RUNS,
  SCHEMA,
  START,
  TOTAL,
  WAVENUMBER,
} from './schema.ts';

/** The exhibit *Smoothing*. */
export class SmoothingExhibit extends Exhibit<Frame> {
  protected readonly schema = SCHEMA;
  protected readonly presets = PRESETS;
  /** Step, mean of the runs, place of the point. */
  #measured: Sample[] = [];
  /** Where the reader looks, if not at the start. */
  #look: number | undefined;

  protected override get total(): number {
    return TOTAL;
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.#measured = [];
  }

  protected override arrived({ measured }: Frame): void {
    this.#measured.push(...measured);
  }

  // ---- questions ----

  protected get questions(): readonly Asked[] {
    return questions(this.values, this.state?.facts?.last !== undefined);
  }

  protected truth({ id }: Asked): number | undefined {
    const { state } = this;
    if (!state) return undefined;
    if (id === 'last') return state.facts!.last;
    return this.over ? arrived(state, this.number('waves')) : undefined;
  }

  protected answer(): string | undefined {
    const { state } = this;
    if (!state || !this.over || this.veils('ends')) return undefined;
    const { minima, width } = state.facts!;
    if (width === 0)
      return 'Without noise nothing is smoothed, and the runs stay in the first dip below their start.';
    const left = `${minima.smooth.length} of ${minima.true.length} dips`;
    const ends = `Descent on it ends at ${place(state.smooth)}, the runs at ${place(state.mean)} on average.`;
    const moral = [
      'Here the smoothing is enough.',
      'The traps have not vanished: noise that adds up over many steps carries the runs out of them.',
      'The runs are slower than the point.',
      'The traps hold both.',
    ][arrived(state, this.number('waves'))]!;
    return `The smoothed curve has ${left}. ${ends} ${moral}`;
  }

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(TOTAL)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const v = this.values;
    const { label } = KERNEL.options.find(({ value }) => value === v.kernel)!;
    const of = (key: string) => significant(this.number(key));
    return `η ${of('rate')}, σ ${of('noise')} (${label}), batch ${v.batch}, ${v.runs} runs from ${of('start')}, λ ${of('bowl')}, a ${of('height')}, k ${of('waves')}, φ ${of('phase')}, seed ${v.seed}, step ${this.state?.step ?? 0}`;
  }

  protected summary(): string {
    const { state } = this;
    if (!state) return 'The kernel is being loaded.';
    const { facts, step, mean, smooth } = state;
    const drawn = `A bowl with ripples: ${facts!.minima.true.length} dips between −4 and 4`;
    if (this.veils('ends')) return `Step ${count(step)}. ${drawn}; who goes where is hidden until you guess.`;
    return `Step ${count(step)}. ${drawn}, ${facts!.minima.smooth.length} of them on the smoothed curve. Mean of the runs ${place(mean)}, point on the smoothed curve ${place(smooth)}.`;
  }

  #shown() {
    return { state: this.state!, hideEnds: this.veils('ends'), hideTree: this.#hideTree };
  }

  /** The tree shows the dips of the smoothed curve, too. */
  get #hideTree(): boolean {
    return this.veils('tree') || this.veils('ends');
  }

  protected numbers(): NumberShown[] {
    return this.state ? numbers(this.#shown()) : [];
  }

  protected moreNumbers(): NumberShown[] {
    return this.state ? moreNumbers(this.#shown()) : [];
  }

  protected mainNumber() {
    const step = `step ${count(this.state?.step ?? 0)} of ${count(TOTAL)}`;
    if (!this.state || this.veils('ends'))
      return { note: `who goes where is hidden until you guess · ${step}` };
    const { mean, smooth } = this.state;
    return {
      value: `${place(mean)} · ${place(smooth)}`,
      note: `runs · point · ${step}`,
    };
  }

  // ---- drawing ----

  protected figure() {
    const { state } = this;
    const hidden = this.veils('ends');
    return html`<figure class="figure" ?hidden=${!state} aria-label="The curve, smoothed and with runs on it">
      ${
        state
          ? html`<lab-landscape
              .facts=${state.facts}
              ?uniform=${this.values.kernel === 'uniform'}
              ?smoothed=${!hidden}
              ?branches=${!this.#hideTree}
              .places=${hidden ? undefined : { runs: state.runs, mean: state.mean, smooth: state.smooth }}
              .start=${this.number('start')}
              .cursor=${this.#look}
              .summary=${this.summary()}
              @lab-look=${(event: CustomEvent<number | undefined>) => {
                this.#look = event.detail;
                this.requestUpdate();
              }}
            ></lab-landscape>`
          : nothing
      }
      <figcaption>
        ${
          hidden
            ? 'Short strokes mark the dips; the bump is the noise of one step, where you point.'
            : 'Short strokes mark the dips: above of the true curve, below of the smoothed one.'
        }
        ${!hidden && this.#hideTree ? 'The tree of dips waits for your second guess.' : nothing}
        ${!hidden && this.values.kernel === 'uniform' ? 'Smoothing by uniform noise brings dips back: see the tree.' : nothing}
      </figcaption>
    </figure>`;
  }

  protected charts(): Chart[] {
    const along = (of: 'mean' | 'smooth') => this.#measured.map((at) => [at.step, at[of]] as const);
    return [
      {
        id: 'places',
        label: 'Where they are (x)',
        span: TOTAL,
        format: place,
        series: [
          { name: 'runs, mean', role: 's-a', mark: 'circle', points: along('mean'), veil: 'ends' },
          { name: 'point', role: 's-b', mark: 'square', points: along('smooth'), veil: 'ends' },
        ],
      },
    ];
  }

  protected override curves() {
    return html`<div class="charts">
        ${this.others()}
        ${
          // The slope of the smoothed curve reveals its dips.
          this.veils('ends')
            ? this.undrawn
            : html`<lab-check .checks=${this.state?.checks ?? []} ?running=${this.playing}></lab-check>`
        }
      </div>
      ${this.pinnedNote()}`;
  }

  protected controls() {
    return html`${this.slider(RATE)} ${this.slider(NOISE)} ${this.slider(BATCH)} ${this.slider(START)}`;
  }

  protected moreControls() {
    return html`${this.choice(KERNEL)} ${this.choice(RUNS)}
    ${[CURVATURE, AMPLITUDE, WAVENUMBER, PHASE, SEED].map((field) => this.slider(field))}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    const hidden = this.veils('ends');
    return files({
      about: this.about(),
      facts: this.state?.facts,
      measured: hidden ? [] : this.#measured,
      smoothed: !hidden,
    });
  }

  protected override stateParts(): object {
    const { facts, mean, smooth } = this.state ?? {};
    return this.veils('ends') ? {} : { width: facts?.width, mean, smooth };
  }
}

function place(x: number): string {
  return x.toFixed(2).replace('-', '−');
}

customElements.define('lab-smoothing', SmoothingExhibit);
