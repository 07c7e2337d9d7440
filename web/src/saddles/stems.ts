import { html, nothing, svg } from 'lit';
import { axisName, centred } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { kindOf, LEFT, spectrumWords, stems } from '../grammar/spectrum.ts';
import { significant } from '../lib/format.ts';
import { linear, polyline } from '../lib/scale.ts';
import { SLICE, STRIDE } from '../lib/slices.ts';
import type { Here } from './protocol.ts';

const TOP = 12;
const BOTTOM = 28;
/** Below this width there is no room for the loss along a direction. */
const ROOMY = 300;

/** How far the network's curve moves along a direction, at most. */
export function movedBy({ curve, ways }: Here, direction: number): number {
  const { forth, back } = ways[direction]!;
  return Math.max(...[forth, back].flatMap((moved) => [...moved].map((y, k) => Math.abs(y - curve[k]!))));
}

/** A direction in a sentence. */
export function reading(here: Here, direction: number): string {
  const goes = { down: 'goes down', flat: 'is nearly flat', up: 'goes up' }[
    kindOf(here.values[direction]!, here.nearlyFlat)
  ];
  const most = movedBy(here, direction);
  const curve = most < 0.02 ? 'the curve hardly moves' : `the curve moves by ${significant(most, 2)}`;
  return `direction ${direction + 1} of ${here.values.length} ${goes} (${significant(here.values[direction]!, 2)}); ${curve}`;
}

/**
 * The curvature of every direction as a stem: up for those that go up, down for those that go down, on a scale that is linear
 * while they are nearly flat and logarithmic beyond. Emits `lab-way` with the direction pointed at and whether to keep it.
 */
export class Stems extends SizedPart {
  static override properties = {
    here: { attribute: false },
    way: { type: Number },
    height: { type: Number },
  };
  declare here: Here;
  /** The direction that is looked at. */
  declare way: number;
  declare height: number;

  constructor() {
    super();
    this.width = 340;
    this.height = 150;
  }

  get #right(): number {
    return this.width >= ROOMY ? Math.round(0.66 * this.width) : this.width - 4;
  }

  #choose(direction: number | undefined, keep: boolean): void {
    this.emit('lab-way', { direction, keep });
  }

  #key(event: KeyboardEvent): void {
    const last = this.here.values.length - 1;
    const to: Record<string, number> = {
      ArrowLeft: this.way - 1,
      ArrowDown: this.way - 1,
      ArrowRight: this.way + 1,
      ArrowUp: this.way + 1,
      Home: 0,
      End: last,
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    this.#choose(Math.min(last, Math.max(0, to[event.key]!)), true);
  }

  #point(event: PointerEvent): void {
    const box = this.querySelector('svg')!.getBoundingClientRect();
    const n = this.here.values.length;
    const x = ((event.clientX - box.left) / box.width) * this.width;
    const direction = Math.floor(((x - LEFT) / (this.#right - LEFT)) * n);
    if (direction >= 0 && direction < n) this.#choose(direction, event.type === 'pointerdown');
  }

  protected override render() {
    const { here, width, height } = this;
    const n = here.values.length;
    const { values, nearlyFlat: flat } = here;
    const words = spectrumWords({ values, flat });
    const said = reading(here, this.way);
    return html`<div
      class="plot"
      tabindex="0"
      role="slider"
      aria-label="Direction"
      aria-valuemin="1"
      aria-valuemax=${n}
      aria-valuenow=${this.way + 1}
      aria-valuetext=${said}
      @keydown=${this.#key}
      @pointerdown=${this.#point}
      @pointermove=${this.#point}
      @pointerleave=${() => this.#choose(undefined, false)}
    >
      <svg class="stems" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${words}>
        ${stems({ values, flat, left: LEFT, right: this.#right, top: TOP, floor: height - BOTTOM, now: this.way })}
        ${axisName((LEFT + this.#right) / 2, height - 3, width, 'directions, by curvature', 'directions')}
        ${width >= ROOMY ? this.#slice() : nothing}
      </svg>
    </div>`;
  }

  /** The loss along the direction. */
  #slice() {
    const { here, way, height, width } = this;
    const values = here.ways[way]!.losses;
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const [left, right] = [this.#right + 22, width - 6];
    const x = linear([-STRIDE, STRIDE], [left, right]);
    const y = linear([low, high], [height - BOTTOM - 4, TOP + 4]);
    const place = (k: number) => x((2 * STRIDE * k) / (SLICE - 1) - STRIDE);
    const middle = (SLICE - 1) / 2;
    const line = polyline([...values].map((value, k) => [place(k), y(value)]));
    return svg`<path class="slice ${kindOf(here.values[way]!, here.nearlyFlat)}" d=${line} />
      <circle class="ring" cx=${px(place(middle))} cy=${px(y(values[middle]!))} r="5" />
      ${centred((left + right) / 2, height - 3, 'loss along it')}`;
  }
}

customElements.define('lab-stems', Stems);
