import { html, svg } from 'lit';
import { SizedPart } from '../grammar/element.ts';
import { count, significant } from '../lib/format.ts';
import { linear, polyline } from '../lib/scale.ts';
import { CHANCES, type Here, SLICE, STRIDE } from './protocol.ts';

const LEFT = 12;
const TOP = 8;
const BOTTOM = 28;

/** The curvatures along the random slices, and how many of them go down. */
function seen({ chances }: Here): { curvatures: number[]; down: number } {
  const curvatures = chances.map(({ curvature }) => curvature);
  return { curvatures, down: curvatures.filter((value) => value < 0).length };
}

/** The result of the slices, and beside it the truth, once it may be seen. */
export function slicesSay(here: Here, ways: boolean): string {
  const { curvatures, down } = seen(here);
  const slices = `Of ${CHANCES} random slices ${count(down)} ${down === 1 ? 'goes' : 'go'} down`;
  if (!ways) return `${slices}.`;
  const { values } = here;
  const true_ = [...values].filter((value) => value < -here.nearlyFlat).length;
  const [steepest, largest] = [Math.max(...curvatures), values.at(-1)!];
  return `${slices}, of ${values.length} directions ${count(true_)}. The steepest slice has a curvature of ${significant(steepest, 2)}, the steepest direction ${significant(largest, 2)}: a random slice mixes all directions and sees about their mean.`;
}

/** The loss along random directions, all from the place. */
export class Chances extends SizedPart {
  static override properties = {
    here: { attribute: false },
    height: { type: Number },
  };
  declare here: Here;
  declare height: number;

  constructor() {
    super();
    this.width = 340;
    this.height = 150;
  }

  protected override render() {
    const { here, width, height } = this;
    // Slices that go down are drawn on top.
    const slices = here.chances.toSorted((a, b) => b.curvature - a.curvature);
    const all = slices.flatMap(({ losses }) => [...losses]);
    const x = linear([-STRIDE, STRIDE], [LEFT, width - 6]);
    const y = linear([Math.min(...all), Math.max(...all)], [height - BOTTOM, TOP]);
    const place = (k: number) => x((2 * STRIDE * k) / (SLICE - 1) - STRIDE);
    const middle = slices[0]!.losses[(SLICE - 1) / 2]!;
    return html`<div class="plot">
      <svg class="chances" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${slicesSay(here, false)}>
        ${slices.map(
          ({ curvature, losses }) =>
            svg`<path class=${curvature < 0 ? 'down' : 'up'} d=${polyline([...losses].map((value, k) => [place(k), y(value)]))} />`,
        )}
        <circle class="ring" cx=${x(0)} cy=${y(middle)} r="5" />
        <text x=${x(0)} y=${height - 4} text-anchor="middle">loss along ${CHANCES} random directions</text>
      </svg>
    </div>`;
  }
}

customElements.define('lab-chances', Chances);
