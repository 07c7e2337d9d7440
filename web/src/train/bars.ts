import { html, nothing, svg } from 'lit';
import { answers } from '../grammar/answers.ts';
import { Part } from '../grammar/element.ts';
import { saturation } from '../grammar/units.ts';
import { significant } from '../lib/format.ts';
import type { Reading } from '../lib/look.ts';

const [WIDTH, HEIGHT] = [120, 44];

/** A network on rows of the reader's own: the values of a row, the weights of each unit, the output. */
export class BarsFigure extends Part {
  static override properties = {
    reading: { attribute: false },
    row: { type: Number },
    rowLabel: { attribute: false },
    classes: { type: Number },
    summary: {},
    drawn: { state: true },
  };
  declare reading: Reading | undefined;
  /** The held-out row that is looked at, and its class. */
  declare row: number;
  declare rowLabel: number | undefined;
  declare classes: number;
  declare summary: string;
  /** Weights of the first layer, input × unit. */
  declare drawn: { weights: Float32Array; units: number } | undefined;

  constructor() {
    super();
    this.row = 0;
    this.classes = 2;
    this.summary = '';
  }

  /** Takes the parameters, of which the weights of the first layer are the first. */
  show(params: Float32Array, units: number, inputs: number): void {
    this.drawn = { weights: params.slice(0, inputs * units), units };
  }

  protected override render() {
    const { reading, drawn } = this;
    const limit = drawn ? saturation(drawn.weights) : 1;
    const columns = (drawn?.units ?? 0) <= 9 ? 3 : (drawn?.units ?? 0) <= 16 ? 4 : 6;
    const inputs = reading?.pixels ?? new Float32Array();
    return html`<div class="network bars">
        <div>
          <p class="part">Held-out row ${this.row + 1}${this.rowLabel === undefined ? '' : `, class ${this.rowLabel}`}</p>
          ${bars(inputs, Math.max(1, ...inputs.map(Math.abs)))}
          <div class="look-tools">
            <button type="button" data-do="held-out" @click=${() => this.emit('lab-row')}>Next row</button>
          </div>
        </div>
        <div>
          <p class="part">${drawn?.units ?? ''} hidden units</p>
          <div class="unit-bars unit-bars-${columns}" role="img" aria-label=${this.summary}>
            ${drawn ? Array.from({ length: drawn.units }, (_, unit) => bars(weightsOf(drawn, unit), limit)) : nothing}
          </div>
          <p class="legend">Bars up to ±${significant(limit, 2)}, one for each input</p>
        </div>
        <div>
          <p class="part">It reads</p>
          ${answers(reading?.probabilities, this.classes, 'class')}
        </div>
      </div>
      <figcaption>Each bar is the weight of one input: orange, upwards, makes the unit say yes, blue no.</figcaption>`;
  }
}

function weightsOf({ weights, units }: { weights: Float32Array; units: number }, unit: number): Float32Array {
  return weights.filter((_, k) => k % units === unit);
}

/** One bar a value, from the middle; all that point one way are one path. */
function bars(values: Float32Array, limit: number) {
  const wide = WIDTH / Math.max(1, values.length);
  const middle = HEIGHT / 2;
  const path = (sign: number) =>
    [...values]
      .map((v, k) => {
        const high = Math.min(1, (sign * v) / limit) * (middle - 1);
        return high > 0
          ? `M${(k * wide).toFixed(2)} ${middle}h${(0.85 * wide).toFixed(2)}v${(-sign * high).toFixed(2)}h${(-0.85 * wide).toFixed(2)}z`
          : '';
      })
      .join('');
  return html`<svg class="unit" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<path class="rail" d="M0 ${middle}H${WIDTH}" /><path class="yes" d=${path(1)} /><path class="no" d=${path(-1)} />`}
  </svg>`;
}

customElements.define('lab-bars', BarsFigure);
