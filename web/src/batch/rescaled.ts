import { html, svg } from 'lit';
import { centred } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { significant, tick } from '../lib/format.ts';
import { logarithmic } from '../lib/scale.ts';
import { MEASURES, type Measured } from './protocol.ts';

const ROW = 30;
const LEFT = 190;
const RIGHT = 16;
const TOP = 8;
const BOTTOM = 40;

/** Each measure of sharpness of a rescaled network, over what it was: a bar to the left is flatter, to the right sharper. */
export class RescaledNetwork extends SizedPart {
  static override properties = { rescaled: { attribute: false } };
  declare rescaled: Measured;

  constructor() {
    super();
    this.width = 480;
  }

  protected override render() {
    const { ratios, alpha, differs } = this.rescaled;
    const most = Math.max(10, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio)));
    const x = logarithmic([1 / most, most], [LEFT, this.width - RIGHT]);
    const height = TOP + ROW * MEASURES.length + BOTTOM;
    const floor = height - BOTTOM;
    const same =
      differs === 0
        ? 'not one bit of an output changes'
        : `no output changes by more than ${significant(differs, 1)}`;
    const said = `At α = ${tick(alpha)} ${same}; the measures are ${ratios
      .map((ratio, k) => `${MEASURES[k]![1]} ${significant(ratio, 2)}`)
      .join(', ')} times what they were.`;
    return html`<h3 id="title-rescaled">The same function, rescaled by α = ${tick(alpha)}: measures over what they were</h3>
      <div class="plot">
        <svg class="rescaled" viewBox="0 0 ${this.width} ${height}" width=${this.width} height=${height} role="img" aria-label=${said}>
          ${x
            .ticks(4)
            .filter((v) => Number.isInteger(Math.round(1e6 * Math.log10(v)) / 1e6))
            .map(
              (v) => svg`<line class="grid" x1=${x(v)} x2=${x(v)} y1=${TOP} y2=${floor} />
                ${centred(x(v), floor + 16, tick(v))}`,
            )}
          <text x=${this.width - RIGHT} y=${height - 4} text-anchor="end">flatter on the left, sharper on the right</text>
          ${MEASURES.map(([, name], k) => {
            const [from, to] = [x(1), x(ratios[k]!)];
            const y = TOP + ROW * k;
            return svg`<text x=${LEFT - 8} y=${y + ROW / 2} dy="0.32em" text-anchor="end">${name}</text>
              <rect class="bar ${ratios[k]! > 1 ? 'sharper' : 'flatter'}" x=${px(Math.min(from, to))} width=${px(Math.max(1.5, Math.abs(to - from)))} y=${y + 7} height=${ROW - 14} />`;
          })}
        </svg>
      </div>
      <p class="readout">${said}</p>`;
  }
}

customElements.define('lab-rescaled', RescaledNetwork);
