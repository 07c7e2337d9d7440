import { html, nothing, svg } from 'lit';
import { count, significant, tick, unbroken } from '../lib/format.ts';
import { linear, logarithmic, oneTwoFive, polyline, roomy, type Scale } from '../lib/scale.ts';
import { centred, level } from './axes.ts';
import { SizedPart } from './element.ts';
import { table } from './table.ts';
import { defined } from './words.ts';
import './listen.ts';

/** x, y, and the standard error of y, if it is known. */
export type Point = readonly [x: number, y: number, error?: number | undefined];

export interface Series {
  name: string;
  /** Colour role: `s-a`, `s-b`, `s-theory`; always doubled by mark and dash. */
  role: string;
  mark: 'circle' | 'square';
  points: readonly Point[];
  /** This line is hidden while an open question hides this. */
  veil?: string;
}

const TOP = 10;
const BOTTOM = 40;
const LEFT = 50;

/** Values along the run, with a cursor for pointer and keys and a table for those who cannot see it. */
export class Curves extends SizedPart {
  static override properties = {
    label: {},
    known: { attribute: false },
    log: { type: Boolean },
    series: { attribute: false },
    pinned: { attribute: false },
    changes: { attribute: false },
    band: { attribute: false },
    cursor: { attribute: false },
    running: { type: Boolean },
    format: { attribute: false },
    ticks: { attribute: false },
    axis: {},
    span: { type: Number },
    least: { type: Number },
    height: { type: Number },
  };
  declare label: string;
  /** Words that are defined elsewhere on the page; without, none is defined here. */
  declare known: readonly string[] | undefined;
  declare log: boolean;
  declare series: Series[];
  declare pinned: Series[];
  declare changes: number[];
  /** Values between which something may lie, as the noise of what is measured lets them. */
  declare band: readonly [number, number] | undefined;
  /** The step of the cursor, shared by the charts of a page. */
  declare cursor: number | undefined;
  /** While it runs the table waits. */
  declare running: boolean;
  declare format: (y: number) => string;
  /** The same for the values at the axis. */
  declare ticks: (y: number) => string;
  /** The quantity on the horizontal axis. */
  declare axis: string;
  /** Where the axis ends; 0 lets it grow with the run. With a span the values, too, take the room they need. */
  declare span: number;
  /** Growing, it reaches at least so far. */
  declare least: number;
  declare height: number;

  constructor() {
    super();
    this.series = [];
    this.pinned = [];
    this.changes = [];
    this.width = 560;
    this.format = significant;
    this.ticks = tick;
    this.axis = 'step';
    this.span = 0;
    this.least = 100;
    this.height = 236;
  }

  #scales() {
    const all = [...this.series, ...this.pinned].flatMap((s) => s.points);
    const last = this.span > 0 ? this.span : Math.max(this.least, ...all.map(([x]) => x));
    // Room for the longest name at the end of its line.
    const name = Math.max(0, ...this.series.map((s) => s.name.length));
    const right = this.width - Math.max(78, 20 + 7.6 * name);
    const end = Math.max(LEFT + 60, right);
    const x = linear([0, last], [LEFT, end]);
    const height = [this.height - BOTTOM, TOP] as const;
    if (!this.log) {
      const finite = all
        .flatMap(([, y, error]) => [y, y - (error ?? 0), y + (error ?? 0)])
        .filter(Number.isFinite);
      const some = this.span > 0 && finite.length > 0;
      const room = some ? roomy([Math.min(...finite), Math.max(...finite)], 5) : ([0, 1] as const);
      return { x, end, y: linear(room, height) };
    }
    const values = all.map(([, y]) => y).filter((y) => y > 0 && Number.isFinite(y));
    const low = Math.min(1, ...values) / 1.2;
    const high = Math.max(2, ...values) * 1.2;
    return { x, end, y: logarithmic([low, high], height) };
  }

  /** The sample at or before a step. */
  #at(series: Series, step: number): Point | undefined {
    return series.points.findLast(([x]) => x <= step);
  }

  #said([, y, error]: Point): string {
    return `${this.format(y)}${error === undefined ? '' : ` ± ${this.format(error)}`}`;
  }

  #steps(): number[] {
    return this.series[0]?.points.map(([x]) => x) ?? [];
  }

  #key(event: KeyboardEvent): void {
    const steps = this.#steps();
    if (steps.length === 0) return;
    const now = this.cursor === undefined ? steps.length - 1 : steps.findLastIndex((x) => x <= this.cursor!);
    const jump = event.shiftKey ? 10 : 1;
    let next: number;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowDown':
        next = now - jump;
        break;
      case 'ArrowRight':
      case 'ArrowUp':
        next = now + jump;
        break;
      case 'Home':
        next = 0;
        break;
      case 'End':
        next = steps.length - 1;
        break;
      case 'Escape':
        this.emit('lab-cursor', undefined);
        return;
      default:
        return;
    }
    event.preventDefault();
    this.emit('lab-cursor', steps[Math.min(steps.length - 1, Math.max(0, next))]);
  }

  #point(event: PointerEvent): void {
    const svgElement = this.querySelector('svg')!;
    const x = this.#scales().x.invert(event.clientX - svgElement.getBoundingClientRect().left);
    const steps = this.#steps();
    if (steps.length === 0) return;
    const nearest = steps.reduce((best, s) => (Math.abs(s - x) < Math.abs(best - x) ? s : best), steps[0]!);
    this.emit('lab-cursor', nearest);
  }

  #reading(): string {
    const steps = this.#steps();
    const step = this.cursor ?? steps.at(-1);
    if (step === undefined) return 'no values yet';
    const parts = [this.series, this.pinned].flatMap((lines, k) =>
      lines.flatMap((series) => {
        const point = this.#at(series, step);
        // A name that ends in a number must not run into its value.
        const name = series.name.replace(/\d$/, '$&:');
        return point ? [`${k === 1 ? 'pinned ' : ''}${name} ${this.#said(point)}`] : [];
      }),
    );
    return `${this.axis} ${Number.isInteger(step) ? count(step) : significant(step)}: ${parts.join(', ')}`;
  }

  protected override render() {
    const { x, y, end: right } = this.#scales();
    const path = (series: Series) => polyline(series.points.map(([step, v]) => [x(step), y(v)]));
    const steps = this.#steps();
    const reading = this.#reading();
    const now = this.cursor ?? steps.at(-1) ?? 0;
    // Beside the figure the chart is low: one line of text per tick, with some space.
    const most = Math.max(2, Math.min(5, Math.floor((this.height - BOTTOM - TOP) / 24)));
    const yTicks = this.log ? y.ticks(4).filter(oneTwoFive) : y.ticks(most);
    return html`<h3 id="title-${this.id}">${this.known ? defined(this.label, this.known) : this.label}</h3>
      <div
        class="plot"
        tabindex="0"
        role="slider"
        aria-label="${this.label}: cursor"
        aria-valuemin=${steps[0] ?? 0}
        aria-valuemax=${steps.at(-1) ?? 0}
        aria-valuenow=${now}
        aria-valuetext=${reading}
        @keydown=${this.#key}
        @pointerdown=${this.#point}
        @pointermove=${this.#point}
        @pointerleave=${() => this.emit('lab-cursor', undefined)}
      >
        <svg viewBox="0 0 ${this.width} ${this.height}" width=${this.width} height=${this.height} aria-hidden="true">
          ${yTicks.map((v) => level(y(v), this.ticks(Number(v.toPrecision(4))), LEFT, right))}
          ${x
            .ticks(Math.max(2, Math.floor(this.width / 110)))
            .map((v) => centred(x(v), this.height - BOTTOM + 18, tick(v)))}
          ${centred((LEFT + right) / 2, this.height - 4, this.axis)}
          ${this.#band(y, right)}
          ${this.changes.map((step) => {
            const at = x(step);
            const base = this.height - BOTTOM;
            return svg`<path class="change" d="M${at} ${base - 7}l4 7h-8z"><title>step ${step}</title></path>`;
          })}
          ${this.pinned.map((s) => svg`<path class="pinned ${s.role}" d=${path(s)} />`)}
          ${this.#whiskers(x, y)} ${this.series.map((s) => svg`<path class="series ${s.role}" d=${path(s)} />`)}
          ${
            this.cursor === undefined
              ? nothing
              : svg`<line class="cursor" x1=${x(now)} x2=${x(now)} y1=${TOP} y2=${this.height - BOTTOM} />`
          }
          ${this.#marks(x, y, now)} ${this.#labels(y, right)}
        </svg>
      </div>
      <div class="under">
        <p class="readout">${unbroken(reading)}</p>
        <lab-listen .points=${this.series[0]?.points ?? []} ?log=${this.log} .label=${`${this.label}: ${this.series[0]?.name ?? ''}`}></lab-listen>
      </div>
      ${this.running ? nothing : this.#table()}`;
  }

  #band(y: Scale, right: number) {
    if (!this.band) return nothing;
    // A logarithmic axis has no place for values of 0 or less: they lie at the bottom.
    const place = (value: number) => (Number.isFinite(y(value)) ? y(value) : this.height - BOTTOM);
    const [low, high] = this.band.map((value) => Math.min(this.height - BOTTOM, Math.max(TOP, place(value))));
    return svg`<rect class="band" x=${LEFT} width=${right - LEFT} y=${high} height=${Math.max(1, low! - high!)} />`;
  }

  /** Standard errors, up and down from each value that has one. */
  #whiskers(x: Scale, y: Scale) {
    const gap = [Number.NaN, Number.NaN] as const;
    return this.series.map(({ role, points }) => {
      const ends = points.flatMap(([at, value, error = Number.NaN]) => [
        [x(at), y(value - error)] as const,
        [x(at), y(value + error)] as const,
        gap,
      ]);
      const d = polyline(ends);
      return d ? svg`<path class="whisker ${role}" d=${d} />` : nothing;
    });
  }

  #marks(x: Scale, y: Scale, now: number) {
    return this.series.map((s) => {
      const point = this.#at(s, now);
      if (!point || !Number.isFinite(y(point[1]))) return nothing;
      const [px, py] = [x(point[0]), y(point[1])];
      return s.mark === 'circle'
        ? svg`<circle class="mark ${s.role}" cx=${px} cy=${py} r="5" />`
        : svg`<rect class="mark ${s.role}" x=${px - 4.5} y=${py - 4.5} width="9" height="9" />`;
    });
  }

  /** Names at the ends of the lines, spread out in the margin so that no text covers data. */
  #labels(y: Scale, right: number) {
    const ends = this.series
      .flatMap((s) => {
        const last = s.points.at(-1);
        return last && Number.isFinite(y(last[1])) ? [{ s, at: y(last[1]) }] : [];
      })
      .sort((p, q) => p.at - q.at);
    for (let i = 1; i < ends.length; i++) ends[i]!.at = Math.max(ends[i]!.at, ends[i - 1]!.at + 16);
    const overflow = (ends.at(-1)?.at ?? 0) - (this.height - BOTTOM);
    if (overflow > 0) for (const end of ends) end.at -= overflow;
    return ends.map(
      ({ s, at }) => svg`<text class="label ${s.role}" x=${right + 12} y=${at} dy="0.32em">${s.name}</text>`,
    );
  }

  #table() {
    const steps = this.#steps();
    const stride = Math.max(1, Math.ceil(steps.length / 24));
    const rows = steps.filter((_, i) => i % stride === 0 || i === steps.length - 1).slice(-25);
    return table(
      `${this.label}, at most 25 rows`,
      [this.axis, ...this.series.map(({ name }) => name)],
      rows.map((step) => [
        Number.isInteger(step) ? step : significant(step),
        ...this.series.map((s) => {
          const point = this.#at(s, step);
          return point ? this.#said(point) : '';
        }),
      ]),
    );
  }
}

customElements.define('lab-curves', Curves);
