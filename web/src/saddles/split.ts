import { html, nothing } from 'lit';
import '../grammar/spectrum.ts';
import { SizedPart } from '../grammar/element.ts';
import { count, counted, significant } from '../lib/format.ts';
import type { Halved } from './protocol.ts';

/** Curvatures below this share of the steepest are drawn as flat: far below what a way down has here. */
const FLAT = 1e-8;

const ways = (n: number) => `${counted(n, 'way')} down`;

/** A hidden unit of another network is split in two. Emits `lab-halves` with the unit and the share of its weight that it keeps. */
export class SplitUnit extends SizedPart {
  static override properties = { split: { attribute: false } };
  declare split: Halved | undefined;

  protected override render() {
    const { split } = this;
    if (!split) return nothing;
    const { unit, share, whole, halves } = split;
    const flat = (values: Float64Array) => FLAT * Math.max(values.at(-1)!, -values[0]!);
    const said = `γ = ${significant(share, 2)}: the loss stays ${significant(halves.loss, 4)}, and the slope zero; no output of the network changes by more than ${significant(halves.differs, 1)}. Of ${halves.values.length} directions ${counted(halves.down, 'goes', 'go')} down, where ${count(whole.down)} of ${whole.values.length} did; ${counted(halves.flat, 'is', 'are')} flat.`;
    const set = (change: Partial<Pick<Halved, 'unit' | 'share'>>) =>
      this.emit('lab-halves', { unit, share, ...change });
    return html`<h3 id="title-split">A neuron split in two: ${ways(whole.down)}, then ${ways(halves.down)}</h3>
      <div class="row" role="group" aria-label="Neuron that is split">
        ${[0, 1].map(
          (k) =>
            html`<button type="button" aria-pressed=${k === unit ? 'true' : 'false'} @click=${() => set({ unit: k })}>
              neuron ${k + 1}
            </button>`,
        )}
      </div>
      <div class="slider">
        <label for="halves">share γ that it keeps</label>
        <input
          id="halves"
          type="range"
          min="-0.5"
          max="1.5"
          step="0.05"
          .value=${String(share)}
          aria-valuetext=${said}
          @input=${(event: Event) => set({ share: Number((event.target as HTMLInputElement).value) })}
        />
        <output for="halves">${significant(share, 2)}</output>
      </div>
      <lab-spectrum
        .values=${halves.values}
        .flat=${flat(halves.values)}
        height="140"
        label="Curvatures after the split"
      ></lab-spectrum>
      <p class="readout">${said}</p>`;
  }
}

customElements.define('lab-split', SplitUnit);
