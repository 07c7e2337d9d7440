import { html, svg } from 'lit';
import { MOST } from '../lib/own.ts';
import { flatOf, pointsOf } from '../lib/rows.ts';
import type { Point, Span } from '../lib/view.ts';
import { Part } from './element.ts';
import { classPoints } from './points.ts';

/** The effect of a click: adds a circle, adds a square, or erases. */
type Brush = 0 | 1 | 'erase';

const BRUSHES: readonly (readonly [Brush, string])[] = [
  [0, 'circles'],
  [1, 'squares'],
  ['erase', 'erase'],
];

/** As shares of the square's width: step of the arrow keys, spacing of a stroke, reach of the eraser. */
const [FINE, COARSE] = [1 / 60, 1 / 12];
const SPACING = 1 / 36;
const ERASER = 1 / 40;
const SIDE = 300;

/** Points in the order of entry, as x and y alternately, with a class each. */
export interface Painted {
  inputs: readonly number[];
  labels: readonly number[];
}

/** A square on which points of two classes are painted, with pointer, finger or keys. Emits `lab-painted`. */
export class Paint extends Part {
  static override properties = {
    painted: { attribute: false },
    span: { attribute: false },
    brush: { state: true },
    pen: { state: true },
  };
  declare painted: Painted;
  declare span: Span;
  declare brush: Brush;
  /** Where the keys have led. */
  declare pen: Point | undefined;
  #last: Point | undefined;

  constructor() {
    super();
    this.painted = { inputs: [], labels: [] };
    this.span = [-3, 3, -3, 3];
    this.brush = 0;
  }

  get #size(): number {
    return this.span[1] - this.span[0];
  }

  /** Two decimals of an ordinary square: short in a link. */
  #rounded({ x, y }: Point): Point {
    const decimals = Math.max(0, 2 - Math.round(Math.log10(this.#size / 6)));
    const [left, right, low, high] = this.span;
    const inside = (v: number, a: number, b: number) => Number(Math.min(b, Math.max(a, v)).toFixed(decimals));
    return { x: inside(x, left, right), y: inside(y, low, high) };
  }

  #apply(at: Point): void {
    const { x, y } = this.#rounded(at);
    const { inputs, labels } = this.painted;
    if (this.brush === 'erase') {
      const points = pointsOf(inputs).map((place, k) => ({ ...place, label: labels[k]! }));
      const kept = points.filter((point) => Math.hypot(point.x - x, point.y - y) > ERASER * this.#size);
      this.#put({ inputs: flatOf(kept), labels: kept.map(({ label }) => label) });
    } else if (labels.length < MOST.rows) {
      this.#put({ inputs: [...inputs, x, y], labels: [...labels, this.brush] });
    }
  }

  #put(painted: Painted): void {
    this.painted = painted;
    this.emit('lab-painted', painted);
  }

  #place(event: PointerEvent): Point {
    const box = this.querySelector('svg')!.getBoundingClientRect();
    const [left, , , high] = this.span;
    return {
      x: left + ((event.clientX - box.left) / box.width) * this.#size,
      y: high - ((event.clientY - box.top) / box.height) * this.#size,
    };
  }

  #down(event: PointerEvent): void {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#last = this.#place(event);
    this.#apply(this.#last);
  }

  /** A stroke leaves points behind, but not too many. */
  #move(event: PointerEvent): void {
    if (!this.#last) return;
    const at = this.#place(event);
    if (Math.hypot(at.x - this.#last.x, at.y - this.#last.y) < SPACING * this.#size) return;
    this.#last = at;
    this.#apply(at);
  }

  #up(): void {
    this.#last = undefined;
  }

  #key(event: KeyboardEvent): void {
    const [left, right, low, high] = this.span;
    const pen = this.pen ?? { x: (left + right) / 2, y: (low + high) / 2 };
    const far = this.#size * (event.shiftKey ? COARSE : FINE);
    const move: Record<string, [number, number]> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, far],
      ArrowDown: [0, -far],
    };
    const by = move[event.key];
    if (by) this.pen = this.#rounded({ x: pen.x + by[0], y: pen.y + by[1] });
    else if (event.key === ' ' || event.key === 'Enter') {
      this.pen = pen;
      this.#apply(pen);
    } else if (event.key === 'Backspace' || event.key === 'Delete') this.#undo();
    else return;
    event.preventDefault();
  }

  #undo(): void {
    const { inputs, labels } = this.painted;
    this.#put({ inputs: inputs.slice(0, -2), labels: labels.slice(0, -1) });
  }

  protected override render() {
    const { painted, pen } = this;
    const [left, , , high] = this.span;
    const x = (v: number) => ((v - left) / this.#size) * SIDE;
    const y = (v: number) => ((high - v) / this.#size) * SIDE;
    const points = classPoints(painted.inputs, Uint8Array.from(painted.labels), 4);
    const none = painted.labels.length === 0;
    return html`<fieldset class="row brushes">
        <legend>Paint</legend>
        ${BRUSHES.map(
          ([brush, name]) => html`<label class="check">
            <input
              type="radio"
              name="brush"
              value=${brush}
              .checked=${brush === this.brush}
              @change=${() => {
                this.brush = brush;
              }}
            />
            ${name}
          </label>`,
        )}
      </fieldset>
      <div class="field-map paint">
        <svg
          viewBox="0 0 ${SIDE} ${SIDE}"
          tabindex="0"
          role="application"
          aria-label="Square to paint on. Arrow keys move the pen, with Shift farther; Space paints or erases; Backspace removes the last point."
          @pointerdown=${this.#down}
          @pointermove=${this.#move}
          @pointerup=${this.#up}
          @pointercancel=${this.#up}
          @keydown=${this.#key}
        >
          ${points(x, y)}
          ${pen ? svg`<path class="cross" d="M${x(pen.x)} ${y(pen.y)}m-9 0h18m-9 -9v18" />` : ''}
        </svg>
      </div>
      <div class="row">
        <button type="button" data-do="undo" ?disabled=${none} @click=${this.#undo}>Undo</button>
        <button type="button" data-do="clear-points" ?disabled=${none} @click=${() => this.#put({ inputs: [], labels: [] })}>
          Clear
        </button>
      </div>
      <p class="visually-hidden" role="status">${pen ? `Pen at x ${pen.x}, y ${pen.y}; ${painted.labels.length} points` : ''}</p>`;
  }
}

customElements.define('lab-paint', Paint);
