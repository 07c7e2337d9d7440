import { html, svg } from 'lit';
import { centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { table } from '../grammar/table.ts';
import { significant, tick } from '../lib/format.ts';
import { linear } from '../lib/scale.ts';
import type { Check } from './protocol.ts';

const SIDE = 236;
const LEFT = 50;
const BOTTOM = 40;
const TOP = 10;

/** Single noisy steps on average against the smoothed slope: on the diagonal if one step is a step on the smoothed curve. */
export class OneStep extends SizedPart {
  static override properties = { checks: { attribute: false }, running: { type: Boolean } };
  declare checks: readonly Check[];
  declare running: boolean;

  constructor() {
    super();
    this.checks = [];
    this.width = 480;
  }

  protected override render() {
    const rows = this.checks;
    const known = rows.filter(({ error }) => Number.isFinite(error));
    const most = 1.1 * Math.max(1, ...rows.map(({ slope }) => Math.abs(slope)));
    const x = linear([-most, most], [LEFT, this.width - 16]);
    const y = linear([-most, most], [SIDE - BOTTOM, TOP]);
    const clip = (v: number) => Math.min(most, Math.max(-most, v));
    return html`<h3 id="title-check">One step, on average</h3>
      <div class="plot">
        <svg class="check" viewBox="0 0 ${this.width} ${SIDE}" width=${this.width} height=${SIDE} aria-hidden="true">
          ${y.ticks(5).map((v) => level(y(v), tick(v), LEFT, this.width - 16))}
          ${x.ticks(5).map((v) => centred(x(v), SIDE - BOTTOM + 18, tick(v)))}
          ${centred((LEFT + this.width - 16) / 2, SIDE - 4, 'slope of the smoothed curve')}
          <path class="diagonal" d="M${x(-most)} ${y(-most)}L${x(most)} ${y(most)}" />
          ${known.map(({ slope, average, error }) => {
            const cx = px(x(slope));
            return svg`<path class="bar" d="M${cx} ${px(y(clip(average - 2 * error)))}V${px(y(clip(average + 2 * error)))}" />
              <circle class="mark s-a" cx=${cx} cy=${px(y(clip(average)))} r="4" />`;
          })}
        </svg>
      </div>
      <p class="readout">${known.length === 0 ? 'known after two steps' : 'upwards: average slope of noisy steps, at 24 places, with bars of two standard errors'}</p>
      ${
        this.running
          ? ''
          : table(
              'Average slope of single noisy steps, and slope of the smoothed curve, at 24 places',
              ['x', 'smoothed', 'average', 'standard error'],
              rows.map(({ x, slope, average, error }) =>
                [x, slope, average, error].map((v) => significant(v)),
              ),
            )
      }`;
  }
}

customElements.define('lab-check', OneStep);
