import { html, nothing } from 'lit';
import '../grammar/field.ts';
import '../grammar/fit.ts';
import '../grammar/slices.ts';
import './gauges.ts';
import './kicks.ts';
import './rescaled.ts';
import type { Chart } from '../grammar/asking.ts';
import type { HomeFile } from '../grammar/home.ts';
import type { NumberShown } from '../grammar/numbers.ts';
import { OwningPoints } from '../grammar/owning-points.ts';
import { classPoints } from '../grammar/points.ts';
import type { Asked } from '../grammar/predictions.ts';
import { ramp } from '../grammar/ramp.ts';
import { SEED } from '../grammar/settings.ts';
import { DIVERGING } from '../lib/colour.ts';
import type { Failure } from '../lib/failure.ts';
import { count, counted, significant, tick } from '../lib/format.ts';
import { OWN_SPAN, parsePoints } from '../lib/own.ts';
import { rowsOf } from '../lib/rows.ts';
import { clampNumber } from '../lib/schema.ts';
import { MOONS_SPAN } from '../lib/view.ts';
import { files } from './export.ts';
import { ROLES } from './gauges.ts';
import { moreNumbers, numbers } from './numbers.ts';
import { type Frame, median, NEW, type Sample, type View } from './protocol.ts';
import { type Plane, questions, survivor } from './questions.ts';
import {
  ALPHA,
  DATA,
  GOAL,
  HIDDEN,
  KICK,
  LARGEST,
  LENGTH,
  LOSS,
  PRESETS,
  PROTOCOL,
  RATE,
  SCHEMA,
  SMALLEST,
} from './schema.ts';

/** Shares of the edge that differ by less are the same. */
const SAME = 0.03;

/** The exhibit *Batch size*. */
export class BatchExhibit extends OwningPoints<Frame, View> {
  protected readonly schema = SCHEMA;
  protected readonly presets = PRESETS;
  protected readonly learns = DATA;
  #measured: Sample[] = [];

  /** A run ends at its last step, or where all four have stopped. */
  protected override get total(): number {
    const { state } = this;
    return state?.stops.every((step) => step > 0) ? state.step : this.number('length');
  }

  /** What the networks learn that are shown: until another run has begun, what may be seen is decided by this one. */
  get #data(): unknown {
    return this.state?.data ?? this.values.data;
  }

  /** Points of the plane, if these are learned. */
  get #plane(): Plane | undefined {
    if (this.#data === 'polynomial') return undefined;
    const own = this.#data === 'own';
    const count = this.state?.labels?.length ?? parsePoints(this.packed)?.labels.length ?? 128;
    const sizes = [this.number('largest'), this.number('smallest')].map((size) => Math.min(size, count));
    return {
      points: own ? `your ${counted(count, 'point')}` : '128 points of two moons',
      sizes: [Math.max(...sizes), Math.min(...sizes)],
      own,
    };
  }

  /** Sets apart what is known of other data, which a pinned run may hold. */
  get #prefix(): string {
    return this.#plane ? `${this.#data}-` : '';
  }

  /** The loss at which runs stop, if they do. */
  get #goal(): string | undefined {
    return this.values.protocol === 'loss' ? tick(Number(this.number('goal').toPrecision(2))) : undefined;
  }

  /** Nothing of the last run, nor its question, is to be seen beside other points. */
  protected override another(): void {
    this.state = undefined;
  }

  protected override begun(): void {
    this.cursor = undefined;
    this.#measured = [];
  }

  protected override arrived({ measured }: Frame): void {
    this.#measured.push(...measured);
  }

  protected override get view(): View {
    return {
      alpha: this.#hideRescaled ? undefined : this.number('alpha'),
      // What is around the runs takes longer than a frame of play.
      kick: this.veils('curvatures') || this.playing ? undefined : this.number('kick'),
      slices: !this.#hideSlices && !this.playing,
    };
  }

  protected override guessed(): void {
    void this.lookAgain();
  }

  protected override paused(): void {
    void this.lookAgain();
  }

  /** The rescaled network is another one. */
  protected override get viewed(): readonly string[] {
    return [...super.viewed, ALPHA.key];
  }

  protected override mend(failure: Failure): void {
    if (failure.kind === 'not-finite') this.values.rate = clampNumber(RATE, this.number('rate') / 2);
  }

  // ---- questions ----

  get #hideRescaled(): boolean {
    return this.veils('rescaled');
  }

  /** The question about them may have been answered with other data. */
  get #hideSlices(): boolean {
    return this.veils('slices') && this.veils('curvatures');
  }

  get #batches(): readonly number[] {
    return [...(this.state?.batches ?? [])];
  }

  /** The medians of the last third, once all steps are made; of runs that stop what they have stopped at. */
  #lateOf(of: (sample: Sample) => readonly number[]): readonly number[] | undefined {
    if (!this.over) return undefined;
    if (this.#goal) return this.#now && of(this.#now);
    const late = this.#measured.filter(({ step }) => 3 * step > 2 * this.total);
    return this.#batches.map((_, lane) => median(late.map((sample) => of(sample)[lane]!)) ?? Number.NaN);
  }

  get #late(): readonly number[] | undefined {
    return this.#lateOf(({ curvature }) => curvature);
  }

  protected get questions(): readonly Asked[] {
    const { rate, hidden, seed, length, loss, data, largest, smallest, own } = this.values;
    const goal = this.#goal;
    const about = [
      rate,
      hidden,
      seed,
      length,
      loss,
      data,
      largest,
      smallest,
      this.own ? own : '',
      goal ?? this.values.protocol,
    ].join();
    return questions(about, goal, this.state?.sliced, this.#plane);
  }

  protected truth({ id }: Asked): number | undefined {
    if (id === 'settles') return this.#late?.at(-1);
    if (id.endsWith('ratio')) return this.#late && this.#late[0]! / this.#late.at(-1)!;
    if (id === 'slices') return this.state?.sliced?.largest;
    return this.state?.rescaled && survivor(this.state.rescaled);
  }

  protected answer(): string | undefined {
    const late = this.#late;
    if (!late || this.veils('curvatures')) return undefined;
    const shares = late.map((share) => share.toFixed(2));
    const [batches, goal] = [this.#batches.join(', '), this.#goal];
    const plane = this.#plane ? this.#inPlane(late) : '';
    if (goal) {
      const stops = [...this.state!.stops].map((step) =>
        step ? count(step) : `over ${count(this.number('length'))}`,
      );
      const left = stops.some((_, lane) => !this.state!.stops[lane])
        ? ' A run of “over” so many has not come down.'
        : '';
      return `Runs with batches of ${batches} stop at a loss of ${goal}, after ${stops.join(', ')} steps. There the largest curvature is at ${shares.join(', ')} of 2/η${plane || '.'}${left}`;
    }
    const settles = `With batches of ${batches} the largest curvature settles at ${shares.join(', ')} of 2/η`;
    if (plane) return settles + plane;
    const ordered =
      late.every((share, k) => k === 0 || share < late[k - 1]! + SAME) && late.at(-1)! < late[0]! - SAME;
    const moral = ordered
      ? 'The smaller the batch, the flatter the place where training settles, by this measure.'
      : 'Here the order is not that of the batch sizes: the edge may not have been reached.';
    const along = this.#lateOf((sample) => sample.along)!.map((share) => share.toFixed(2));
    return `${settles}. ${moral} Along their own slopes, the batches themselves see ${along.join(', ')}.`;
  }

  /** The first run against the last, and on new points. */
  #inPlane(late: readonly number[]): string {
    const ends = (values: readonly number[], word: string) =>
      [values[0]!, values.at(-1)!].map((v) => tick(Number(v.toPrecision(3)))).join(` ${word} `);
    const ratio = `: ${significant(late[0]! / late.at(-1)!, 2)} times as large with ${ends(this.#batches, 'as with')}.`;
    if (this.#data === 'own')
      return `${ratio} You have brought no new points, so nothing tests the networks.`;
    const misread = this.#lateOf((sample) => sample.misread)!;
    const loss = this.#lateOf((sample) => sample.unseen)!;
    return `${ratio} Of ${count(NEW)} new points these two misread ${ends(misread, 'and')}, at losses of ${ends(loss, 'and')}.`;
  }

  // ---- words and numbers ----

  protected get caption(): string {
    return `Step ${count(this.state?.step ?? 0)} of ${count(this.total)}, seed ${this.values.seed}`;
  }

  protected describe(): string {
    const v = this.values;
    const of = (key: string) => significant(this.number(key));
    const plane = this.#plane;
    const [inputs, points, loss] = plane ? [2, plane.points, 'cross-entropy'] : [1, '20 points', v.loss];
    return `${inputs}-${v.hidden}-${v.hidden}-1 network, η ${of('rate')}, batches of ${this.#batches.join(', ')} of ${points}, ${loss}, compared at equal ${v.protocol}${this.#goal ? ` of ${this.#goal}` : ''}, α ${of('alpha')}, ρ ${of('kick')}, seed ${v.seed}, step ${this.state?.step ?? 0}`;
  }

  get #now(): Sample | undefined {
    return this.#measured.at(-1);
  }

  protected summary(): string {
    const { state } = this;
    const now = this.#now;
    if (!state || !now) return 'The kernel is being loaded.';
    const start = `Step ${count(state.step)} of four runs with batches of ${this.#batches.join(', ')}`;
    if (this.veils('curvatures')) return `${start}. Their curvatures are hidden until you guess.`;
    return `${start}. Largest curvatures over 2/η: ${now.curvature.map((share) => share.toFixed(2)).join(', ')}.`;
  }

  #shown() {
    return {
      state: this.state!,
      now: this.#now,
      batches: this.#batches,
      data: this.#prefix,
      rate: this.number('rate'),
      hideCurvatures: this.veils('curvatures'),
      hideRescaled: this.#hideRescaled,
    };
  }

  protected numbers(): NumberShown[] {
    return this.state ? numbers(this.#shown()) : [];
  }

  protected moreNumbers(): NumberShown[] {
    return this.state ? moreNumbers(this.#shown()) : [];
  }

  protected mainNumber() {
    const now = this.#now;
    const step = `step ${count(this.state?.step ?? 0)} of ${count(this.total)}`;
    if (!now || this.veils('curvatures'))
      return { note: `the curvatures are hidden until you guess · ${step}` };
    const [most, least] = [now.curvature[0]!, now.curvature.at(-1)!].map((share) => share.toFixed(2));
    return {
      value: `${most} · ${least}`,
      note: `of the edge, with batches of ${this.#batches[0]} and of ${this.#batches.at(-1)} · ${step}`,
    };
  }

  // ---- drawing ----

  protected figure() {
    const { state } = this;
    const hidden = this.veils('curvatures');
    const plane = this.#plane;
    const height = this.narrow.matches ? 130 : 220;
    const size = state?.places?.length ?? 0;
    const curves = state && size > 0 ? rowsOf(state.curves, size) : [];
    const lines = curves.map((y, lane) => ({ kind: ROLES[lane]!, y }));
    return html`<figure class="figure batch-figure" ?hidden=${!state} aria-label="Four runs of one network">
      <div class="here ${plane ? 'plane' : hidden ? '' : 'both'}">
        ${plane && this.narrow.matches ? nothing : this.#gauges(height)}
        ${
          plane
            ? this.#maps()
            : html`<lab-fit
                .points=${state?.points ?? new Float64Array()}
                .places=${state?.places ?? new Float64Array()}
                .lines=${lines}
                .height=${height}
                .summary=${'Twenty points, and what the four networks have learned from them'}
              ></lab-fit>`
        }
      </div>
      ${
        plane
          ? ramp('probability of squares', [0, 1], DIVERGING)
          : html`<ul class="ways" aria-label="What is drawn">
              ${this.#batches.map(
                (batch, k) =>
                  html`<li><svg width="30" height="14" aria-hidden="true"><path class="line ${ROLES[k]}" d="M1 7H29" /></svg> ${batch === 20 ? 'all 20 points' : `batches of ${batch}`}</li>`,
              )}
            </ul>`
      }
      <figcaption>
        ${
          plane
            ? `Circles, squares: the classes. Line: undecided. ${plane.own ? 'x and y from −3 to 3' : 'x from −2 to 3, y from −2.25 to 2.75'}.`
            : hidden
              ? 'Twenty points, and the curves of the four networks. The curvature of their losses is hidden until you guess.'
              : 'Bars: the largest curvature of the loss where each run is, over 2/η. Right: what the networks have learned.'
        }
      </figcaption>
    </figure>`;
  }

  #gauges(height: number) {
    const now = this.#now;
    if (this.veils('curvatures') || !now) return nothing;
    return html`<lab-gauges
      .batches=${this.#batches}
      .values=${now.curvature}
      .height=${height}
      .summary=${this.summary()}
    ></lab-gauges>`;
  }

  /** What the first and the last network say of all inputs. */
  #maps() {
    const { points = [], labels = new Uint8Array(), maps = [] } = this.state ?? {};
    return maps.map((picture, k) => {
      const of = `batches of ${this.#batches.at(-k)}`;
      return html`<div>
        <p class="part">${of}</p>
        <lab-field
          class="boundary"
          .picture=${picture}
          .span=${this.#data === 'own' ? OWN_SPAN : MOONS_SPAN}
          .above=${classPoints(points, labels, 2.5)}
          label="Decision boundary, ${of}"
          summary="${labels.length} circles and squares, and where the network draws the line between them."
        ></lab-field>
      </div>`;
    });
  }

  protected charts(): Chart[] {
    const data = this.#prefix;
    const along = (
      of: (sample: Sample, lane: number) => number,
      veil?: string,
      error?: (sample: Sample, lane: number) => number,
    ) =>
      this.#batches.map((batch, lane) => ({
        name: `b = ${batch}`,
        role: ROLES[lane]!,
        mark: lane % 2 === 0 ? ('circle' as const) : ('square' as const),
        points: this.#measured.map(
          (sample) => [sample.step, of(sample, lane), error?.(sample, lane)] as const,
        ),
        ...(veil && { veil }),
      }));
    return [
      {
        id: `${data}curvatures`,
        label: 'Largest curvature over 2/η, by batch size',
        span: this.total,
        format: (y) => y.toFixed(2),
        series: along(({ curvature }, lane) => curvature[lane]!, 'curvatures'),
      },
      {
        id: `${data}along`,
        label: 'Curvature of batches along their own slopes, over 2/η, ± its standard error',
        span: this.total,
        format: (y) => y.toFixed(2),
        series: along(
          ({ along }, lane) => along[lane]!,
          'curvatures',
          ({ along_error }, lane) => along_error[lane]!,
        ),
      },
      {
        id: 'losses',
        label: 'Loss of all points',
        span: this.total,
        log: true,
        series: along(({ loss }, lane) => loss[lane]!),
      },
    ];
  }

  protected override curves() {
    const rescaled = this.#hideRescaled ? undefined : this.state?.rescaled;
    const kicked = this.veils('curvatures') ? undefined : this.state?.kicked;
    return html`<div class="charts">
        ${this.#plane && this.narrow.matches ? this.#gauges(180) : nothing}
        ${this.others()}
        ${kicked ? html`<lab-kicks .batches=${this.#batches} .kicked=${kicked}></lab-kicks>` : nothing}
        ${this.#slices()}
        ${
          rescaled
            ? html`<lab-rescaled .rescaled=${rescaled}></lab-rescaled>`
            : html`<p class="note">What a rescaling does to measures of flatness waits for your third guess.</p>`
        }
      </div>
      ${this.pinnedNote()}`;
  }

  /** Random slices through the ReLU network, and in the end its largest curvature. */
  #slices() {
    const sliced = this.#hideSlices ? undefined : this.state?.sliced;
    if (!sliced) return nothing;
    const said = `The loss along 20 random directions${this.veils('slices') ? '' : `; the largest curvature is ${significant(sliced.largest, 2)}`}`;
    return html`<div>
      <h3 id="title-slices">Random slices through a network of eight ReLU units</h3>
      <lab-slices .slices=${sliced.chances} .summary=${said}></lab-slices>
      <p class="readout">${said}.</p>
    </div>`;
  }

  protected controls() {
    return html`${this.slider(RATE)} ${this.choice(PROTOCOL)} ${this.slider(GOAL)} ${this.slider(ALPHA, false)} ${this.slider(KICK, false)}`;
  }

  protected moreControls() {
    const sizes = this.#plane ? html`${this.slider(LARGEST)} ${this.slider(SMALLEST)}` : this.choice(LOSS);
    return html`${this.learned()} ${sizes} ${this.choice(LENGTH)} ${this.slider(HIDDEN)} ${this.slider(SEED)}`;
  }

  // ---- taking home ----

  protected files(): HomeFile[] {
    return files({
      about: this.about(),
      batches: this.#batches,
      measured: this.veils('curvatures') ? [] : this.#measured,
      rescaled: this.#hideRescaled ? undefined : this.state?.rescaled,
      kicked: this.veils('curvatures') ? undefined : this.state?.kicked,
    });
  }

  protected override stateParts(): object {
    return { ...super.stateParts(), ...(!this.veils('curvatures') && { now: this.#now }) };
  }
}

customElements.define('lab-batch', BatchExhibit);
