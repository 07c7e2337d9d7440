import { html, svg } from 'lit';
import { tick } from '../lib/format.ts';
import { pointsOf } from '../lib/rows.ts';
import { linear, polyline } from '../lib/scale.ts';
import { centred, level } from './axes.ts';
import { SizedPart } from './element.ts';
import { px } from './points.ts';

const LEFT = 34;
const BOTTOM = 22;
const TOP = 6;
/** The part of the values that is drawn. */
const RANGE = [-1.6, 1.6] as const;

/** A curve of a network: how it is drawn, and its values at the places. */
export interface FittedLine {
  kind: string;
  y: Float64Array;
}

/** Points that networks with one input and one output learn, and curves of such networks. */
export class Fit extends SizedPart {
  static override properties = {
    points: { attribute: false },
    places: { attribute: false },
    lines: { attribute: false },
    height: { type: Number },
    summary: {},
  };
  /** x and y in turn. */
  declare points: Float64Array;
  /** Where the curves are known. */
  declare places: Float64Array;
  /** Drawn in this order. */
  declare lines: readonly FittedLine[];
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.points = new Float64Array();
    this.places = new Float64Array();
    this.lines = [];
    this.width = 330;
    this.height = 150;
  }

  protected override render() {
    const { places, lines, height, width } = this;
    // Somewhat beyond the points, if the curves do not say how far.
    const x = linear([places[0] ?? -1.2, places.at(-1) ?? 1.2], [LEFT, width - 6]);
    const y = linear(RANGE, [height - BOTTOM, TOP]);
    const clip = (v: number) => Math.min(RANGE[1], Math.max(RANGE[0], v));
    const path = (line: FittedLine) => polyline([...places].map((at, k) => [x(at), y(clip(line.y[k]!))]));
    const dots = pointsOf(this.points).map((at) => `M${px(x(at.x))} ${px(y(at.y))}h0`);
    return html`<div class="plot">
      <svg class="fit" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.summary}>
        ${[-1, 0, 1].map((v) => [
          level(y(v), tick(v), LEFT, width - 6),
          centred(x(v), height - 5, v === 0 ? 'input' : tick(v)),
        ])}
        <text x=${LEFT} y=${TOP + 10}>output</text>
        <path class="taught" d=${dots.join('')} />
        ${lines.map((line) => svg`<path class=${line.kind} d=${path(line)} />`)}
      </svg>
    </div>`;
  }
}

customElements.define('lab-fit', Fit);
