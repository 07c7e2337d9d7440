import { html, svg } from 'lit';
import { axisName, centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { table } from '../grammar/table.ts';
import { count, significant, tick } from '../lib/format.ts';
import { rowsOf } from '../lib/rows.ts';
import { linear, logarithmic, oneTwoFive, polyline, type Scale } from '../lib/scale.ts';
import { ROLES } from './gauges.ts';
import { type Kicked, median } from './protocol.ts';

const LEFT = 50;
const RIGHT = 6;
const TOP = 10;
const BOTTOM = 40;
const HEIGHT = 236;
/** The share of the width that the line has, and the gap before the strips. */
const LINE = 0.52;
const GAP = 16;

/** The shares of the kicks that the table names. */
const QUARTERS = ['smallest', 'first quarter', 'median', 'third quarter', 'largest'] as const;

/** On one scale: the loss of each run along the same random line, and sorted after equal kicks in the same random directions. */
export class Kicks extends SizedPart {
  static override properties = { batches: { attribute: false }, kicked: { attribute: false } };
  declare batches: readonly number[];
  declare kicked: Kicked;

  constructor() {
    super();
    this.width = 480;
    this.batches = [];
  }

  /** The values of each run. */
  #lanes(values: Float64Array): number[][] {
    return rowsOf(values, values.length / this.batches.length).map((lane) => [...lane]);
  }

  protected override render() {
    const { batches, width } = this;
    const { step, radius, distances } = this.kicked;
    const [slices, losses] = [this.#lanes(this.kicked.slices), this.#lanes(this.kicked.losses)];
    const sorted = losses.map((lane) => lane.toSorted((a, b) => a - b));
    const all = [...this.kicked.slices, ...this.kicked.losses].filter((v) => v > 0 && Number.isFinite(v));
    const floor = HEIGHT - BOTTOM;
    const y = logarithmic([Math.min(1, ...all) / 1.2, Math.max(...all, 1e-9) * 1.2], [floor, TOP]);
    const middle = LEFT + LINE * (width - LEFT - RIGHT);
    const listed = (values: readonly number[]) => values.map((v) => significant(v, 2)).join(', ');
    const centre = distances.indexOf(0);
    const still = slices.map((lane) => lane[centre]!);
    const kicked = sorted.map((lane) => median(lane)!);
    const higher = kicked.map((loss, lane) => loss - still[lane]!);
    const said = `At step ${count(step)}, with batches of ${batches.join(', ')}, the loss is ${listed(still)}. After kicks of ${tick(radius)} its median is ${listed(kicked)}: higher by ${listed(higher)}.`;
    return html`<h3 id="title-kicks">Loss along one random line, and after ${losses[0]!.length} random kicks</h3>
      <div class="plot">
        <svg class="kicks" viewBox="0 0 ${width} ${HEIGHT}" width=${width} height=${HEIGHT} role="img" aria-label=${said}>
          ${y
            .ticks(4)
            .filter(oneTwoFive)
            .map((v) => level(y(v), tick(Number(v.toPrecision(4))), LEFT, width - RIGHT))}
          ${this.#line(slices, y, middle)} ${this.#strips(sorted, y, middle + GAP)}
        </svg>
      </div>
      <p class="readout">${said}</p>
      ${this.#table(slices, sorted)}`;
  }

  #line(slices: readonly number[][], y: Scale, right: number) {
    const { distances, radius } = this.kicked;
    const x = linear([distances[0]!, distances.at(-1)!], [LEFT, right]);
    const floor = HEIGHT - BOTTOM;
    return svg`${[-radius, radius].map((at) => svg`<line class="cursor" x1=${x(at)} x2=${x(at)} y1=${TOP} y2=${floor} />`)}
      ${[-0.5, 0, 0.5].map((v) => centred(x(v), floor + 18, tick(v)))}
      ${centred((LEFT + right) / 2, HEIGHT - 4, 'along one line')}
      ${slices.map((slice, lane) => svg`<path class=${ROLES[lane]!} d=${polyline(slice.map((v, k) => [x(distances[k]!), y(v)]))} />`)}`;
  }

  #strips(sorted: readonly number[][], y: Scale, left: number) {
    const each = (this.width - RIGHT - left) / this.batches.length;
    const floor = HEIGHT - BOTTOM;
    return svg`${sorted.map((lane, k) => {
      const from = left + each * k;
      const dots = lane
        .filter((v) => v > 0 && Number.isFinite(v))
        .map((v, rank, some) => `M${px(from + (0.1 + (0.8 * rank) / some.length) * each)} ${px(y(v))}h0`);
      const at = y(median(lane)!);
      return svg`<g class=${ROLES[k]!}><path class="dots" d=${dots.join('')} /></g>
        <line class="median" x1=${px(from)} x2=${px(from + 0.94 * each)} y1=${at} y2=${at} />
        ${centred(px(from + each / 2), floor + 18, this.batches[k]!)}`;
    })}
      ${axisName((left + this.width - RIGHT) / 2, HEIGHT - 4, this.width, 'kicks, by batch size')}`;
  }

  /** For those who cannot see it: the kicks by quarters, the line at eleven places. */
  #table(slices: readonly number[][], sorted: readonly number[][]) {
    const { distances, radius } = this.kicked;
    const row = (name: string, values: readonly number[]) => [name, ...values.map((v) => significant(v))];
    const quarter = (lane: readonly number[], k: number) =>
      lane[Math.min(lane.length - 1, Math.floor((k * lane.length) / 4))]!;
    const kicks = QUARTERS.map((name, k) =>
      row(
        `${name} of the kicks`,
        sorted.map((lane) => quarter(lane, k)),
      ),
    );
    const line = [...distances].map((at, k) =>
      row(
        `${tick(at)} along the line`,
        slices.map((slice) => slice[k]!),
      ),
    );
    return table(
      `Losses after kicks of ${tick(radius)}, and along one line at eleven places`,
      ['where', ...this.batches.map((b) => `batches of ${b}`)],
      [...kicks, ...line.filter((_, k) => k % 4 === 0)],
    );
  }
}

customElements.define('lab-kicks', Kicks);
