import { html, nothing, svg } from 'lit';
import { Part } from '../grammar/element.ts';
import { table } from '../grammar/table.ts';
import { significant } from '../lib/format.ts';
import type { Plane, Profile } from './protocol.ts';

const WIDTH = 300;
const HEIGHT = 190;
const MARGIN = 22;

/** An image in the plane: along the line from A to B, beside it, and out of the plane. */
interface Image {
  along: number;
  beside: number;
  outside: number;
}

const A: Image = { along: 0, beside: 0, outside: 0 };
const B: Image = { along: 1, beside: 0, outside: 0 };

function imagesOf(plane: Plane | undefined): Image[] {
  if (!plane) return [];
  const { beside, outside } = plane;
  return Array.from(plane.along, (along, i) => ({ along, beside: beside[i]!, outside: outside[i]! }));
}

/** The images in the plane of A, B and the best path's highest place. It is a projection, and says so. */
export class ProjectionFigure extends Part {
  static override properties = {
    band: { attribute: false },
    best: { attribute: false },
    profile: { attribute: false },
  };
  declare band: Plane | undefined;
  declare best: Plane | undefined;
  /** Values of the band; there are none while it moves, and the table waits. */
  declare profile: Profile | undefined;

  protected override render() {
    const [band, best] = [imagesOf(this.band), imagesOf(this.best)];
    const all = [...band, ...best, A, B];
    const span = (key: 'along' | 'beside') =>
      [Math.min(...all.map((p) => p[key])), Math.max(...all.map((p) => p[key]))] as const;
    const [[left, right], [low, high]] = [span('along'), span('beside')];
    // One scale for both directions preserves angles.
    const unit = Math.min(
      (WIDTH - 2 * MARGIN) / (right - left),
      (HEIGHT - 2 * MARGIN) / Math.max(0.2, high - low),
    );
    const x = (p: Image) => WIDTH / 2 + (p.along - (left + right) / 2) * unit;
    const y = (p: Image) => HEIGHT / 2 - (p.beside - (low + high) / 2) * unit;
    const path = (points: readonly Image[]) =>
      points.length ? `M${points.map((p) => `${x(p)} ${y(p)}`).join('L')}` : '';
    const off = Math.max(0, ...band.map((p) => p.outside));
    const ends = [A, B];
    return html`<svg class="projection" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"
        aria-label="The band seen in one plane: ${band.length} images, at most ${significant(off, 2)} of the distance from A to B away from the plane.">
        <path class="way w-straight" d=${path(ends)} />
        ${best.length > 0 ? svg`<path class="halo" d=${path(best)} /><path class="way w-best" d=${path(best)} />` : nothing}
        <path class="way w-band" d=${path(band)} />
        ${band.slice(1, -1).map((p) => svg`<circle class="bead" cx=${x(p)} cy=${y(p)} r="4" />`)}
        ${ends.map(
          (p, k) => svg`<circle class="end" cx=${x(p)} cy=${y(p)} r="6" />
            <text x=${x(p) + (k === 0 ? -10 : 10)} y=${y(p)} dy="0.35em" text-anchor=${k === 0 ? 'end' : 'start'}>${k === 0 ? 'A' : 'B'}</text>`,
        )}
      </svg>
      <p class="note">A projection onto the plane of A, B and the highest place: images lie up to
        ${significant(off, 2)} of the distance from A to B outside of it.</p>
      ${this.profile ? this.#table(band, this.profile) : nothing}`;
  }

  /** The band for those who cannot see it. Between two images the profile has the same number of places. */
  #table(band: readonly Image[], { value }: Profile) {
    const stride = (value.length - 1) / (band.length - 1);
    return table(
      'Images of the band',
      ['image', 'loss', 'along A to B', 'beside it', 'out of the plane'],
      band.map(({ along, beside, outside }, i) => [
        i,
        significant(value[Math.round(i * stride)] ?? Number.NaN),
        ...[along, beside, outside].map((v) => significant(v, 2)),
      ]),
    );
  }
}

customElements.define('lab-projection', ProjectionFigure);
