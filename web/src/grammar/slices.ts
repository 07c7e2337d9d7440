import { html, svg } from 'lit';
import { tick } from '../lib/format.ts';
import { linear, polyline } from '../lib/scale.ts';
import { CHANCES, SLICE, type Slice, STRIDE } from '../lib/slices.ts';
import { axisName, level } from './axes.ts';
import { SizedPart } from './element.ts';

const LEFT = 46;
const TOP = 8;
const BOTTOM = 28;

/** The loss along random directions, all from one place. */
export class Slices extends SizedPart {
  static override properties = {
    slices: { attribute: false },
    height: { type: Number },
    summary: {},
  };
  declare slices: readonly Slice[];
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.width = 340;
    this.height = 150;
  }

  protected override render() {
    const { slices, width, height } = this;
    const all = slices.flatMap(({ losses }) => [...losses]);
    const x = linear([-STRIDE, STRIDE], [LEFT, width - 6]);
    const y = linear([Math.min(...all), Math.max(...all)], [height - BOTTOM, TOP]);
    const place = (k: number) => x((2 * STRIDE * k) / (SLICE - 1) - STRIDE);
    // Slices that go down are drawn on top.
    const drawn = slices.toSorted((a, b) => b.curvature - a.curvature);
    const middle = drawn[0]!.losses[(SLICE - 1) / 2]!;
    return html`<div class="plot">
      <svg class="chances" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.summary}>
        ${y.ticks(3).map((v) => level(y(v), tick(v), LEFT, width - 6))}
        ${drawn.map(
          ({ curvature, losses }) =>
            svg`<path class=${curvature < 0 ? 'down' : 'up'} d=${polyline([...losses].map((value, k) => [place(k), y(value)]))} />`,
        )}
        <circle class="ring" cx=${x(0)} cy=${y(middle)} r="5" />
        ${axisName(x(0), height - 4, width, `loss along ${CHANCES} random directions, from −½ to ½`, 'random directions')}
      </svg>
    </div>`;
  }
}

customElements.define('lab-slices', Slices);
