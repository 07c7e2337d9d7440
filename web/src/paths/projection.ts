import { html, nothing, svg } from 'lit';
import { Part } from '../grammar/element.ts';
import { significant } from '../lib/format.ts';
import type { Profile } from './protocol.ts';

const WIDTH = 300;
const HEIGHT = 190;
const MARGIN = 22;

/** The images in the plane of A, B and the best path's highest place. It is a projection, and says so. */
export class ProjectionFigure extends Part {
  static override properties = {
    band: { attribute: false },
    best: { attribute: false },
    profile: { attribute: false },
  };
  declare band: Float32Array | undefined;
  declare best: Float32Array | undefined;
  /** Of the band; while it moves there is none, and the table waits. */
  declare profile: Profile | undefined;

  protected override render() {
    const rows = (flat: Float32Array | undefined) =>
      Array.from(
        { length: (flat?.length ?? 0) / 3 },
        (_, i) => [...flat!.subarray(3 * i, 3 * i + 3)] as number[],
      );
    const [band, best] = [rows(this.band), rows(this.best)];
    const all = [...band, ...best, [0, 0, 0], [1, 0, 0]];
    const span = (k: number) =>
      [Math.min(...all.map((p) => p[k]!)), Math.max(...all.map((p) => p[k]!))] as const;
    const [[left, right], [low, high]] = [span(0), span(1)];
    // One scale for both directions: angles are what they are.
    const unit = Math.min(
      (WIDTH - 2 * MARGIN) / (right - left),
      (HEIGHT - 2 * MARGIN) / Math.max(0.2, high - low),
    );
    const x = (p: number[]) => WIDTH / 2 + (p[0]! - (left + right) / 2) * unit;
    const y = (p: number[]) => HEIGHT / 2 - (p[1]! - (low + high) / 2) * unit;
    const path = (points: number[][]) =>
      points.length ? `M${points.map((p) => `${x(p)} ${y(p)}`).join('L')}` : '';
    const off = Math.max(0, ...band.map((p) => p[2]!));
    const ends = [
      [0, 0],
      [1, 0],
    ];
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
  #table(band: readonly number[][], profile: Profile) {
    const stride = (profile.length / 2 - 1) / (band.length - 1);
    return html`<div class="visually-hidden">
      <table>
        <caption>
          Images of the band
        </caption>
        <thead>
          <tr>
            <th scope="col">image</th><th scope="col">loss</th><th scope="col">along A to B</th>
            <th scope="col">beside it</th><th scope="col">out of the plane</th>
          </tr>
        </thead>
        <tbody>
          ${band.map(
            (row, i) => html`<tr>
              <th scope="row">${i}</th>
              <td>${significant(profile[2 * Math.round(i * stride) + 1] ?? Number.NaN)}</td>
              ${row.map((v) => html`<td>${significant(v, 2)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

customElements.define('lab-projection', ProjectionFigure);
