import { html, nothing, svg } from 'lit';
import { axisName } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { count } from '../lib/format.ts';
import { linear } from '../lib/scale.ts';
import type { Haunted } from './protocol.ts';

const LEFT = 84;
const RIGHT = 12;
const ROW = 46;
const TOP = 10;

/** Curvatures of a wider network by products alone: exact stems, and what Lanczos' method says of them. Emits `lab-products`. */
export class GhostsOfLanczos extends SizedPart {
  static override properties = { ghosts: { attribute: false } };
  declare ghosts: Haunted | undefined;

  constructor() {
    super();
    this.width = 480;
  }

  protected override render() {
    const { ghosts } = this;
    if (!ghosts) return nothing;
    const most = ghosts.exact.length;
    const said =
      ghosts.copies > 1
        ? `${count(ghosts.products)} products: the largest curvature, which there is once, appears ${ghosts.copies} times without keeping the vectors apart.`
        : `${count(ghosts.products)} products: no ghosts yet.`;
    const height = TOP + 3 * ROW + 24;
    return html`<h3 id="title-ghosts">Ghosts: ${most} directions by products alone</h3>
      <div class="slider">
        <label for="products">products</label>
        <input
          id="products"
          type="range"
          min="1"
          max=${most}
          .value=${String(ghosts.products)}
          aria-valuetext="${ghosts.products} products"
          @input=${(event: Event) => this.emit('lab-products', Number((event.target as HTMLInputElement).value))}
        />
        <output for="products">${ghosts.products}</output>
      </div>
      <div class="plot">
        <svg class="haunted" viewBox="0 0 ${this.width} ${height}" width=${this.width} height=${height} role="img" aria-label=${said}>
          ${this.#rows(ghosts)}
          ${axisName((LEFT + this.width - RIGHT) / 2, height - 5, this.width, 'curvature, logarithmic where it is large', 'curvature')}
        </svg>
      </div>
      <p class="readout">${said}</p>`;
  }

  #rows({ exact, kept, lost }: Haunted) {
    // As in the figure: linear near zero.
    const unit = 0.01 * Math.max(...exact);
    const bent = (value: number) => Math.sign(value) * Math.log1p(Math.abs(value) / unit);
    const x = linear([bent(exact[0]!), bent(exact.at(-1)!)], [LEFT + 4, this.width - RIGHT]);
    const rows = [
      ['exact', exact, 'exact'],
      ['kept apart', kept, 'kept'],
      ['not kept', lost, 'lost'],
    ] as const;
    return rows.map(([name, values, kind], k) => {
      const ground = TOP + (k + 1) * ROW - 8;
      // Copies stand on each other.
      let before = Number.NaN;
      let high = 0;
      const stems = [...values].map((value) => {
        const place = px(x(bent(value)));
        high = Math.abs(place - before) < 0.5 ? high + 1 : 0;
        before = place;
        return `M${place} ${ground - 9 * Math.min(high, 3)}v-8`;
      });
      return svg`<line class="grid" x1=${LEFT} x2=${this.width - RIGHT} y1=${ground} y2=${ground} />
        <text x=${LEFT - 8} y=${ground - 8} text-anchor="end">${name}</text>
        <path class=${kind} d=${stems.join('')} />`;
    });
  }
}

customElements.define('lab-ghosts', GhostsOfLanczos);
