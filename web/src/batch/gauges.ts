import { html, svg } from 'lit';
import { axisName, centred } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { tick } from '../lib/format.ts';
import { linear } from '../lib/scale.ts';

const LEFT = 34;
const TOP = 14;
const BOTTOM = 38;

/** The colour and the dash of each run. */
export const ROLES = ['s-a', 's-b', 's-path', 's-theory'] as const;

/** A bar for each batch size: the largest curvature there, over that of the edge, which is a line across. */
export class Gauges extends SizedPart {
  static override properties = {
    batches: { attribute: false },
    values: { attribute: false },
    height: { type: Number },
    summary: {},
  };
  declare batches: readonly number[];
  declare values: readonly number[];
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.width = 340;
    this.height = 200;
    this.batches = [];
    this.values = [];
  }

  protected override render() {
    const { batches, values, width, height } = this;
    const most = Math.max(1.25, ...values.filter(Number.isFinite));
    const y = linear([0, most], [height - BOTTOM, TOP]);
    const each = (width - LEFT - 6) / batches.length;
    const floor = height - BOTTOM;
    return html`<div class="plot">
      <svg class="gauges" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.summary}>
        ${[0, 0.5, 1].map(
          (
            v,
          ) => svg`<line class=${v === 1 ? 'edge' : 'grid'} x1=${LEFT} x2=${width - 6} y1=${y(v)} y2=${y(v)} />
            <text x=${LEFT - 7} y=${y(v)} dy="0.32em" text-anchor="end">${tick(v)}</text>`,
        )}
        <text x=${width - 8} y=${y(1) - 6} text-anchor="end">edge, 2/η</text>
        ${batches.map((batch, k) => {
          const middle = LEFT + (k + 0.5) * each;
          const top = y(Math.max(0, values[k]!));
          return svg`<rect class="bar ${ROLES[k]}" x=${px(middle - 0.28 * each)} width=${px(0.56 * each)} y=${px(top)} height=${px(Math.max(1, floor - top))} />
            ${centred(px(middle), floor + 16, batch)}`;
        })}
        ${axisName((LEFT + width) / 2, height - 4, width, 'largest curvature, by batch size', 'batch size')}
      </svg>
    </div>`;
  }
}

customElements.define('lab-gauges', Gauges);
