import { html, nothing, svg } from 'lit';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { tick } from '../lib/format.ts';
import { linear, polyline } from '../lib/scale.ts';

const LEFT = 34;
const BOTTOM = 22;
const TOP = 6;
/** What is drawn of the line, and of the values. */
const [ENDS, RANGE] = [[-1.2, 1.2] as const, [-1.6, 1.6] as const];

/** The points that the network learns, its curve, and the curves beside it along a direction. */
export class Fit extends SizedPart {
  static override properties = {
    points: { attribute: false },
    curve: { attribute: false },
    moved: { attribute: false },
    height: { type: Number },
    summary: {},
  };
  /** x and y in turn. */
  declare points: Float64Array;
  declare curve: Float64Array | undefined;
  /** y after a step along the direction, then after a step back. */
  declare moved: Float64Array | undefined;
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.points = new Float64Array();
    this.width = 330;
    this.height = 150;
  }

  protected override render() {
    const { curve, moved, height, width } = this;
    const x = linear(ENDS, [LEFT, width - 6]);
    const y = linear(RANGE, [height - BOTTOM, TOP]);
    const clip = (v: number) => Math.min(RANGE[1], Math.max(RANGE[0], v));
    const half = (curve?.length ?? 0) / 2;
    const line = (of: (k: number) => number) =>
      polyline(Array.from({ length: half }, (_, k) => [x(curve![2 * k]!), y(clip(of(k)))]));
    let dots = '';
    for (let k = 0; k < this.points.length; k += 2)
      dots += `M${px(x(this.points[k]!))} ${px(y(this.points[k + 1]!))}h0`;
    return html`<div class="plot">
      <svg class="fit" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.summary}>
        ${[-1, 0, 1].map(
          (v) => svg`<line class="grid" x1=${LEFT} x2=${width - 6} y1=${y(v)} y2=${y(v)} />
            <text x=${LEFT - 7} y=${y(v)} dy="0.32em" text-anchor="end">${tick(v)}</text>
            <text x=${x(v)} y=${height - 5} text-anchor="middle">${tick(v)}</text>`,
        )}
        <path class="taught" d=${dots} />
        ${
          moved
            ? svg`<path class="moved" d=${line((k) => moved[k]!)} /><path class="moved back" d=${line((k) => moved[half + k]!)} />`
            : nothing
        }
        ${curve ? svg`<path class="drawn" d=${line((k) => curve[2 * k + 1]!)} />` : nothing}
      </svg>
    </div>`;
  }
}

customElements.define('lab-fit', Fit);
