import { html, svg } from 'lit';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { count, significant, tick } from '../lib/format.ts';
import { linear, logarithmic, polyline, roomy } from '../lib/scale.ts';
import { METHODS, type Raced } from './protocol.ts';

const HEIGHT = 236;
const LEFT = 58;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 40;

/** How each method is drawn. */
const ROLES = ['s-a', 's-b', 's-path', 's-theory'] as const;

/** The loss of each method over its steps, on a logarithmic axis: the first step stands at 1. */
export class RaceOfMethods extends SizedPart {
  static override properties = { race: { attribute: false } };
  declare race: Raced;

  constructor() {
    super();
    this.width = 480;
  }

  protected override render() {
    const { tracks } = this.race;
    const rows = tracks.map(({ losses }) =>
      Array.from({ length: losses.length / 2 }, (_, k) => [losses[2 * k]! + 1, losses[2 * k + 1]!] as const),
    );
    const all = rows.flat();
    const values = all.map(([, loss]) => loss);
    const x = logarithmic([1, Math.max(10, ...all.map(([step]) => step))], [LEFT, this.width - RIGHT]);
    const y = linear(roomy([Math.min(...values), Math.max(...values)], 5), [HEIGHT - BOTTOM, TOP]);
    const powers = x.ticks(99).filter((v) => Number.isInteger(Math.log10(v)));
    return html`<h3 id="title-race">Four ways from the saddle: loss over steps</h3>
      <div class="plot">
        <svg class="race" viewBox="0 0 ${this.width} ${HEIGHT}" width=${this.width} height=${HEIGHT} role="img" aria-label=${summary(this.race)}>
          ${y.ticks(5).map(
            (v) => svg`<line class="grid" x1=${LEFT} x2=${this.width - RIGHT} y1=${y(v)} y2=${y(v)} />
              <text x=${LEFT - 8} y=${y(v)} dy="0.32em" text-anchor="end">${tick(v)}</text>`,
          )}
          ${powers.map((v) => svg`<text x=${x(v)} y=${HEIGHT - BOTTOM + 18} text-anchor="middle">${tick(v)}</text>`)}
          <text x=${(LEFT + this.width - RIGHT) / 2} y=${HEIGHT - 4} text-anchor="middle">step, the start counted as 1</text>
          ${rows.map((row, k) => svg`<path class="series ${ROLES[k]}" d=${polyline(row.map(([step, loss]) => [x(step), y(loss)]))} />`)}
          ${rows.map((row, k) => {
            if (k === 3) return newtonsEnd(x(row.at(-1)![0]), y(row.at(-1)![1]));
            const left = tracks[k]!.left;
            const at = left === undefined ? undefined : row.findLast(([step]) => step <= left + 1);
            if (left === undefined || !at) return svg``;
            return svg`<circle class="mark ${ROLES[k]}" cx=${px(x(left + 1))} cy=${px(y(at[1]))} r="5" />`;
          })}
        </svg>
      </div>
      <ul class="ways" aria-label="What is drawn">
        ${METHODS.map(
          (name, k) =>
            html`<li><svg width="30" height="14" aria-hidden="true"><path class="series ${ROLES[k]}" d="M1 7H29" /></svg> ${name}</li>`,
        )}
      </ul>
      <p class="readout">${summary(this.race)}</p>`;
  }
}

/** Newton's line overlaps the others, so its end is marked. */
const newtonsEnd = (x: number, y: number) =>
  svg`<rect class="mark s-theory" x=${px(x - 4.5)} y=${px(y - 4.5)} width="9" height="9" />`;

/** When each method left; a point marks it on the line. */
export function summary({ tracks, back }: Raced): string {
  const [plain, noisy, free] = tracks.map(({ left }, k) =>
    left === undefined ? `${METHODS[k]} does not leave` : `${METHODS[k]} leaves after ${count(left)}`,
  );
  const newton =
    tracks[3]?.left === undefined
      ? `Newton returns to it, to ${significant(back, 1)}`
      : `Newton goes ${significant(back, 2)} away, to another place without slope`;
  return `${[plain, noisy, free].join(', ')} steps; ${newton}.`;
}

customElements.define('lab-race', RaceOfMethods);
