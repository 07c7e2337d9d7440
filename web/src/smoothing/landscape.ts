import { html, nothing, svg } from 'lit';
import { centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { table } from '../grammar/table.ts';
import { significant, tick } from '../lib/format.ts';
import { type Linear, linear, polyline } from '../lib/scale.ts';
import { ENDS, type Facts, height, WIDEST } from './protocol.ts';

const LEFT = 50;
const RIGHT = 12;
const TOP = 8;
/** Room below the curves for two rows of ticks, and below all for the axis. */
const TICKS = 34;
const AXIS = 40;

/** Who is where. */
export interface Positions {
  runs: Float32Array;
  mean: number;
  smooth: number;
}

/**
 * The true curve and the smoothed one over x, with the kernel at the cursor, the runs and the point; below, on the same x,
 * the tree of minima over the width. What is not to be seen is not given to it.
 */
export class Landscape extends SizedPart {
  static override properties = {
    facts: { attribute: false },
    uniform: { type: Boolean },
    smoothed: { type: Boolean },
    branches: { type: Boolean },
    places: { attribute: false },
    start: { type: Number },
    cursor: { attribute: false },
    summary: {},
  };
  declare facts: Facts;
  /** The shape of the kernel. */
  declare uniform: boolean;
  /** Whether the smoothed curve and its dips may be seen. */
  declare smoothed: boolean;
  /** Whether the tree may be seen. */
  declare branches: boolean;
  declare places: Positions | undefined;
  declare start: number;
  /** The place that is read off. */
  declare cursor: number | undefined;
  declare summary: string;

  constructor() {
    super();
    this.width = 640;
  }

  get #heights(): { curves: number; tree: number } {
    const narrow = this.width < 480;
    return { curves: narrow ? 102 : 168, tree: narrow ? 60 : 80 };
  }

  #x(): Linear {
    return linear(ENDS, [LEFT, this.width - RIGHT]);
  }

  #set(x: number | undefined): void {
    const clipped = x === undefined ? x : Math.round(100 * Math.min(ENDS[1], Math.max(ENDS[0], x))) / 100;
    if (clipped !== this.cursor) this.emit('lab-look', clipped);
  }

  #key(event: KeyboardEvent): void {
    const far = event.shiftKey ? 0.5 : 0.05;
    const now = this.cursor ?? this.start;
    const to: Record<string, number | undefined> = {
      ArrowLeft: now - far,
      ArrowDown: now - far,
      ArrowRight: now + far,
      ArrowUp: now + far,
      Home: ENDS[0],
      End: ENDS[1],
      Escape: undefined,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    this.#set(to[event.key]);
  }

  #point(event: PointerEvent): void {
    const box = this.querySelector('svg')!.getBoundingClientRect();
    this.#set(this.#x().invert(((event.clientX - box.left) / box.width) * this.width));
  }

  get #reading(): string {
    const x = this.cursor ?? this.start;
    const of = (which: 'true' | 'smooth') => significant(height(this.facts.curves, which, x));
    return `x = ${tick(x)}: true ${of('true')}${this.smoothed ? `, smoothed ${of('smooth')}` : ''}`;
  }

  protected override render() {
    const { curves: high, tree } = this.#heights;
    const all = this.branches ? high + TICKS + tree + AXIS : high + TICKS + AXIS;
    const reading = this.#reading;
    return html`<div
        class="plot"
        tabindex="0"
        role="slider"
        aria-label="Place on the curve"
        aria-valuemin=${ENDS[0]}
        aria-valuemax=${ENDS[1]}
        aria-valuenow=${this.cursor ?? this.start}
        aria-valuetext=${reading}
        @keydown=${this.#key}
        @pointerdown=${this.#point}
        @pointermove=${this.#point}
        @pointerleave=${() => this.#set(undefined)}
      >
        <svg class="landscape" viewBox="0 0 ${this.width} ${all}" width=${this.width} height=${all} role="img" aria-label=${this.summary}>
          ${this.#curves(high)} ${this.branches ? this.#tree(high + TICKS, tree) : nothing} ${this.#axis(all)}
        </svg>
      </div>
      <div class="under">
        <ul class="ways" aria-label="What is drawn">
          ${this.#legend()}
        </ul>
        <p class="readout">${reading}</p>
      </div>
      ${this.#table()}`;
  }

  #axis(all: number) {
    const x = this.#x();
    return [
      ...x.ticks(this.width < 480 ? 5 : 9).map((v) => centred(x(v), all - AXIS + 17, tick(v))),
      centred((LEFT + this.width - RIGHT) / 2, all - 4, 'x'),
    ];
  }

  #curves(high: number) {
    const { curves, minima, width } = this.facts;
    const x = this.#x();
    const values = curves.flatMap(({ true: f, smooth }) => (this.smoothed ? [f, smooth] : [f]));
    const [low, top] = [Math.min(...values), Math.max(...values)];
    const room = 0.06 * (top - low);
    const y = linear([low - room, top + room], [high, TOP]);
    const line = (which: 'true' | 'smooth') => polyline(curves.map((at) => [x(at.x), y(at[which])]));
    const ticks = (at: Float64Array, from: number) => [...at].map((m) => `M${px(x(m))} ${from}v10`).join('');
    const bump = width > 0 ? this.#bump(x, high) : nothing;
    return svg`${y.ticks(4).map((v) => level(y(v), tick(v), LEFT, this.width - RIGHT))}
      ${bump}
      ${this.smoothed ? svg`<path class="halo" d=${line('smooth')} /><path class="smoothed" d=${line('smooth')} />` : nothing}
      <path class="true" d=${line('true')} />
      <path class="dips of-true" d=${ticks(minima.true, high + 3)} />
      ${this.smoothed ? svg`<path class="dips of-smoothed" d=${ticks(minima.smooth, high + 16)} />` : nothing}
      ${this.places ? this.#places(this.places, x, y, high) : this.#begin(x, y)}`;
  }

  /** The kernel, standing on the ground at the cursor. */
  #bump(x: Linear, ground: number) {
    const { width } = this.facts;
    const at = this.cursor ?? this.start;
    const tall = 0.3 * (ground - TOP);
    const reach = this.uniform ? Math.sqrt(3) * width : 3.5 * width;
    const shape = (u: number) => (this.uniform ? 1 : Math.exp(-0.5 * (u / width) ** 2));
    const points = Array.from({ length: 41 }, (_, k) => {
      const u = reach * (k / 20 - 1);
      return [x(at + u), ground - tall * shape(u)] as const;
    });
    const [first, last] = [points[0]![0], points.at(-1)![0]];
    return svg`<path class="bump" d="M${px(first)} ${ground}L${polyline(points).slice(1)}L${px(last)} ${ground}Z" />`;
  }

  #begin(x: Linear, y: Linear) {
    const [cx, cy] = [x(this.start), y(height(this.facts.curves, 'true', this.start))];
    return svg`<circle class="run-mean" cx=${cx} cy=${cy} r="6" />`;
  }

  /** Runs on the true curve, their mean below it, the point on the smoothed one. Those beyond the ends are drawn at the end. */
  #places({ runs, mean, smooth }: Positions, x: Linear, y: Linear, ground: number) {
    const { curves } = this.facts;
    const clip = (v: number) => Math.min(ENDS[1], Math.max(ENDS[0], v));
    let dots = '';
    for (const run of runs) dots += `M${px(x(clip(run)))} ${px(y(height(curves, 'true', clip(run))))}h0`;
    const [mx, sx] = [x(clip(mean)), x(clip(smooth))];
    const sy = y(height(curves, 'smooth', clip(smooth)));
    return svg`<path class="runs" d=${dots} />
      <path class="run-mean" d="M${px(mx)} ${ground - 12}l7 12h-14z" />
      ${this.smoothed ? svg`<rect class="smooth-point" x=${px(sx) - 6} y=${px(sy) - 6} width="12" height="12" />` : nothing}`;
  }

  #tree(top: number, tall: number) {
    const { tree, width } = this.facts;
    const x = this.#x();
    const y = linear([0, WIDEST], [top + tall, top + 18]);
    let dots = '';
    for (const dip of tree) dots += `M${px(x(dip.x))} ${px(y(dip.width))}h0`;
    const now = y(Math.min(width, WIDEST));
    return svg`<text class="part-name" x=${LEFT} y=${top + 8}>dips left, by the width of the smoothing</text>
      ${[0, 0.2, 0.4, WIDEST].map((v) => level(y(v), tick(v), LEFT, this.width - RIGHT))}
      <path class="tree" d=${dots} />
      <line class="cursor" x1=${LEFT} x2=${this.width - RIGHT} y1=${now} y2=${now} />`;
  }

  #legend() {
    const item = (mark: unknown, name: string) =>
      html`<li><svg width="30" height="14" aria-hidden="true">${mark}</svg> ${name}</li>`;
    return html`${item(svg`<path class="true" d="M1 7H29" />`, 'true curve')}
      ${this.smoothed ? item(svg`<path class="smoothed" d="M1 7H29" />`, 'smoothed') : nothing}
      ${this.facts.width > 0 ? item(svg`<path class="bump" d="M3 13Q10 13 12 6T18 6Q20 13 27 13z" />`, 'noise of a step') : nothing}
      ${
        this.places
          ? html`${item(svg`<path class="runs" d="M6 7h0M15 7h0M24 7h0" />`, 'runs')}
            ${item(svg`<path class="run-mean" d="M15 1l7 12h-14z" />`, 'mean')}
            ${this.smoothed ? item(svg`<rect class="smooth-point" x="9" y="1" width="12" height="12" />`, 'point') : nothing}`
          : item(svg`<circle class="run-mean" cx="15" cy="7" r="6" />`, 'start of all')
      }`;
  }

  /** For those who cannot see it: both curves at 17 places. */
  #table() {
    const places = Array.from({ length: 17 }, (_, k) => ENDS[0] + (k * (ENDS[1] - ENDS[0])) / 16);
    const both = this.smoothed ? (['true', 'smooth'] as const) : (['true'] as const);
    return table(
      `The curve${this.smoothed ? ', and smoothed' : ''}, at 17 places`,
      ['x', 'true', ...(this.smoothed ? ['smoothed'] : [])],
      places.map((at) => [at, ...both.map((which) => significant(height(this.facts.curves, which, at)))]),
    );
  }
}

customElements.define('lab-landscape', Landscape);
