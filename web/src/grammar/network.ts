import { html } from 'lit';
import { DIVERGING } from '../lib/colour.ts';
import { significant } from '../lib/format.ts';
import { INPUTS, type Reading, SIDE } from '../lib/look.ts';
import { answers } from './answers.ts';
import { Part } from './element.ts';
import { paintUnits, saturation } from './units.ts';

const INK_SIDE = 32;

/**
 * The network at work: its input, the weights of each hidden unit, its output.
 * Emits `lab-ink` while the reader draws, `lab-row` when a held-out digit is asked for.
 */
export class NetworkFigure extends Part {
  static override properties = {
    units: { type: Number },
    reading: { attribute: false },
    row: { attribute: false },
    rows: { type: Number },
    rowLabel: { attribute: false },
    ready: { type: Boolean },
    summary: {},
    limit: { state: true },
    pen: { state: true },
  };
  declare units: number;
  declare reading: Reading | undefined;
  /** The held-out row shown, if it is not the reader's drawing. */
  declare row: number | undefined;
  declare rows: number;
  declare rowLabel: number | undefined;
  declare ready: boolean;
  declare summary: string;
  /** Weight at which the colours saturate. */
  declare limit: number;
  declare pen: { x: number; y: number; down: boolean } | undefined;

  /** 1 is ink; row-major, 32 × 32. */
  readonly ink = new Uint8Array(INK_SIDE * INK_SIDE);
  #weights: Float32Array | undefined;
  #drawing = false;
  #lastPoint: { x: number; y: number } | undefined;
  #tile = new OffscreenCanvas(SIDE, SIDE);
  /** Width for the units in CSS pixels, from an observer: reading it while drawing would force a layout. */
  #room = 0;
  #colours: { yes: string; no: string; rail: string } | undefined;

  constructor() {
    super();
    this.units = 16;
    this.limit = 0.5;
    this.rows = 0;
    this.summary = '';
  }

  /** Takes the weights of the first layer, input × unit, and draws them. */
  show(params: Float32Array, units: number): void {
    this.units = units;
    this.#weights = params.slice(0, INPUTS * units);
    this.limit = saturation(this.#weights);
    this.#drawUnits();
  }

  /** Another theme has other colours. */
  recolour(): void {
    this.#colours = undefined;
    this.#drawUnits();
  }

  clear(): void {
    this.ink.fill(0);
  }

  protected override render() {
    const what = this.row === undefined ? 'Draw a digit' : `Held-out ${this.rowLabel ?? ''}, or draw`;
    return html`<div class="network">
        <div>
          <p class="part">${what}</p>
          <canvas
            class="pad"
            width="256"
            height="256"
            tabindex="0"
            role="application"
            aria-label="Drawing pad, 32 by 32. Arrow keys move the pen, Space lowers or lifts it, Delete clears, Escape leaves the pen up."
            @pointerdown=${this.#down}
            @pointermove=${this.#move}
            @pointerup=${this.#up}
            @pointercancel=${this.#up}
            @keydown=${this.#key}
            @blur=${() => {
              this.pen = undefined;
            }}
          ></canvas>
          <div class="look-tools">
            <button type="button" data-do="clear" @click=${this.#wipe}>Clear</button>
            <button
              type="button"
              data-do="held-out"
              title="Next held-out digit"
              ?disabled=${!this.ready}
              @click=${() => this.emit('lab-row')}
            >
              Next digit
            </button>
          </div>
        </div>
        <div>
          <p class="part">${this.units} hidden units</p>
          <canvas class="units" role="img" aria-label=${this.summary || 'Weights of the hidden units'}></canvas>
          <div class="legend">
            <span>−${significant(this.limit, 2)}</span><canvas class="map" width="256" height="1" aria-hidden="true"></canvas
            ><span>+${significant(this.limit, 2)}</span>
          </div>
        </div>
        <div>
          <p class="part">It reads</p>
          ${answers(this.reading?.probabilities, 10, 'digit')}
        </div>
      </div>
      <figcaption>
        Orange makes a unit say yes, blue no; the bar below it is its answer to the digit.
      </figcaption>`;
  }

  protected override firstUpdated(): void {
    const map = this.querySelector<HTMLCanvasElement>('canvas.map')!.getContext('2d')!;
    const image = map.createImageData(256, 1);
    new Uint32Array(image.data.buffer).set(DIVERGING);
    map.putImageData(image, 0, 0);
    new ResizeObserver(([entry]) => {
      this.#room = entry!.contentRect.width;
      this.#drawUnits();
    }).observe(this.querySelector('canvas.units')!.parentElement!);
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has('reading') || changed.has('row') || changed.has('pen')) {
      this.#drawPad();
      this.#drawUnits();
    }
  }

  /** The pad: the reader's ink over the 64 numbers the network sees. */
  #drawPad(): void {
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.pad')!;
    const g = canvas.getContext('2d')!;
    const side = canvas.width;
    const cell = side / SIDE;
    g.fillStyle = '#F4F1EA';
    g.fillRect(0, 0, side, side);
    const pixels = this.reading?.pixels;
    if (pixels) {
      // A drawing keeps its ink in front; a held-out digit is only its 64 numbers.
      const strength = this.row === undefined ? 0.3 : 0.92;
      for (let i = 0; i < INPUTS; i++) {
        g.fillStyle = `rgb(27 31 36 / ${strength * pixels[i]!})`;
        g.fillRect((i % SIDE) * cell, Math.floor(i / SIDE) * cell, cell, cell);
      }
    }
    g.strokeStyle = 'rgb(27 31 36 / 0.08)';
    g.lineWidth = 1;
    for (let i = 1; i < SIDE; i++) {
      g.beginPath();
      g.moveTo(i * cell, 0);
      g.lineTo(i * cell, side);
      g.moveTo(0, i * cell);
      g.lineTo(side, i * cell);
      g.stroke();
    }
    if (this.row === undefined) {
      const dot = side / INK_SIDE;
      g.fillStyle = '#1B1F24';
      for (let i = 0; i < this.ink.length; i++) {
        if (this.ink[i]) g.fillRect((i % INK_SIDE) * dot, Math.floor(i / INK_SIDE) * dot, dot, dot);
      }
    }
    if (this.pen) {
      const dot = side / INK_SIDE;
      g.strokeStyle = this.pen.down ? '#993D14' : '#784CC3';
      g.lineWidth = 3;
      g.strokeRect(this.pen.x * dot - 3, this.pen.y * dot - 3, dot + 6, dot + 6);
    }
  }

  #drawUnits(): void {
    const canvas = this.querySelector<HTMLCanvasElement>('canvas.units');
    if (!canvas || !this.#weights || this.#room === 0) return;
    const ratio = Math.min(2, devicePixelRatio);
    const width = Math.round(this.#room * ratio);
    const columns = this.units <= 9 ? 3 : this.units <= 16 ? 4 : this.units <= 25 ? 5 : 6;
    const lines = Math.ceil(this.units / columns);
    const gap = Math.round(width / 36);
    const side = Math.floor((width - gap * (columns - 1)) / columns);
    const bar = Math.max(4, Math.round(side / 11));
    const height = lines * (side + bar + gap);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    paintUnits(canvas.getContext('2d')!, {
      weights: this.#weights,
      units: this.units,
      limit: this.limit,
      answers: this.reading?.hidden,
      columns,
      side,
      gap,
      bar,
      tile: this.#tile,
      ...this.#palette(),
    });
  }

  #palette() {
    if (!this.#colours) {
      const style = getComputedStyle(this);
      const colour = (name: string) => style.getPropertyValue(name);
      this.#colours = { yes: colour('--b'), no: colour('--a'), rail: colour('--line') };
    }
    return this.#colours;
  }

  #place(event: PointerEvent): { x: number; y: number } {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * INK_SIDE,
      y: ((event.clientY - box.top) / box.height) * INK_SIDE,
    };
  }

  #down(event: PointerEvent): void {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    if (this.row !== undefined) this.clear();
    this.#drawing = true;
    this.#lastPoint = undefined;
    this.#move(event);
  }

  #move(event: PointerEvent): void {
    if (!this.#drawing) return;
    const point = this.#place(event);
    const from = this.#lastPoint ?? point;
    const length = Math.hypot(point.x - from.x, point.y - from.y);
    for (let k = 0, n = Math.ceil(2 * length) + 1; k <= n; k++) {
      this.#dab(from.x + ((point.x - from.x) * k) / n, from.y + ((point.y - from.y) * k) / n);
    }
    this.#lastPoint = point;
    this.emit('lab-ink');
    this.#drawPad();
  }

  #up(): void {
    this.#drawing = false;
  }

  /** A nib of about the width that a pen had on the forms the digits were scanned from. */
  #dab(x: number, y: number): void {
    const radius = 1.6;
    for (let j = Math.floor(y - radius); j <= y + radius; j++) {
      for (let i = Math.floor(x - radius); i <= x + radius; i++) {
        if (i < 0 || j < 0 || i >= INK_SIDE || j >= INK_SIDE) continue;
        if ((i + 0.5 - x) ** 2 + (j + 0.5 - y) ** 2 <= radius * radius) this.ink[j * INK_SIDE + i] = 1;
      }
    }
  }

  #wipe(): void {
    this.clear();
    this.emit('lab-ink');
  }

  #key(event: KeyboardEvent): void {
    const pen = this.pen ?? { x: 16, y: 6, down: false };
    const far = event.shiftKey ? 4 : 1;
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-far, 0],
      ArrowRight: [far, 0],
      ArrowUp: [0, -far],
      ArrowDown: [0, far],
    };
    const move = steps[event.key];
    if (move) {
      event.preventDefault();
      const clip = (v: number) => Math.min(INK_SIDE - 1, Math.max(0, v));
      for (let k = 0; k < far; k++) {
        pen.x = clip(pen.x + Math.sign(move[0]));
        pen.y = clip(pen.y + Math.sign(move[1]));
        if (pen.down) this.#dab(pen.x + 0.5, pen.y + 0.5);
      }
    } else if (event.key === ' ') {
      event.preventDefault();
      if (this.row !== undefined) this.clear();
      pen.down = !pen.down;
      if (pen.down) this.#dab(pen.x + 0.5, pen.y + 0.5);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.#wipe();
      pen.down = false;
    } else if (event.key === 'Escape') {
      pen.down = false;
      (event.currentTarget as HTMLElement).blur();
      this.pen = undefined;
      return;
    } else return;
    this.pen = { ...pen };
    if (pen.down) this.emit('lab-ink');
  }
}

customElements.define('lab-network', NetworkFigure);
