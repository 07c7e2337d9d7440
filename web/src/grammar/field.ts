import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import { Part } from './element.ts';

export interface Handle {
  id: string;
  /** What a screen reader calls it. */
  label: string;
  /** The letter beside it. */
  letter: string;
  shape: 'circle' | 'square' | 'cross';
  x: number;
  y: number;
}

/** A picture of a field: packed colours, and level lines in units of cells between its nodes. */
export interface Picture {
  colours: Uint32Array;
  /** Pixels along a side. */
  size: number;
  /** Paths in units of cells of a grid whose first node lies at (½, ½), rows from above. */
  lines: string;
  /** Nodes along a side of that grid. */
  nodes: number;
}

/** How far the arrow keys move a handle, without and with Shift. */
const FINE = 0.02;
const COARSE = 0.1;
/** Of the unit circle that a handle may be taken by: 44 px wide. */
const REACH = 22;

/**
 * A square map with level lines, whatever is drawn above it, and handles for pointer, touch and keys. Tells `lab-handle`
 * when a handle moves and `lab-place` when another place is pointed at.
 */
export class Field extends Part {
  static override properties = {
    picture: { attribute: false },
    /** Left, right, lower and upper edge. */
    span: { attribute: false },
    handles: { attribute: false },
    above: { attribute: false },
    label: {},
    summary: {},
    side: { state: true },
  };
  declare picture: Picture | undefined;
  declare span: readonly [number, number, number, number];
  declare handles: readonly Handle[];
  /** Drawn over the level lines; gets the scales of both axes. */
  declare above: ((x: (v: number) => number, y: (v: number) => number) => SVGTemplateResult) | undefined;
  declare label: string;
  declare summary: string;
  declare side: number;
  #drawn: Picture | undefined;
  #dragged: string | undefined;
  #resize = new ResizeObserver(([entry]) => {
    const side = Math.round(entry!.contentRect.width);
    if (side > 0) this.side = side;
  });

  constructor() {
    super();
    this.span = [-1, 1, -1, 1];
    this.handles = [];
    this.side = 400;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  protected override updated(): void {
    const picture = this.picture;
    const canvas = this.querySelector('canvas');
    if (!canvas || !picture || picture === this.#drawn) return;
    this.#drawn = picture;
    canvas.width = picture.size;
    canvas.height = picture.size;
    const g = canvas.getContext('2d')!;
    const image = g.createImageData(picture.size, picture.size);
    new Uint32Array(image.data.buffer).set(picture.colours);
    g.putImageData(image, 0, 0);
  }

  #x = (v: number) => ((v - this.span[0]) / (this.span[1] - this.span[0])) * this.side;
  #y = (v: number) => ((this.span[3] - v) / (this.span[3] - this.span[2])) * this.side;

  /** The place under a pointer, to two decimals: what a link should have to say. */
  #place(event: MouseEvent): { x: number; y: number } {
    const box = this.querySelector('.over')!.getBoundingClientRect();
    const [left, right, low, high] = this.span;
    const clip = (v: number, a: number, b: number) => hundredths(Math.min(b, Math.max(a, v)));
    return {
      x: clip(left + ((event.clientX - box.left) / box.width) * (right - left), left, right),
      y: clip(high - ((event.clientY - box.top) / box.height) * (high - low), low, high),
    };
  }

  #down(event: PointerEvent, id: string): void {
    this.#dragged = id;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    (event.currentTarget as SVGElement).focus();
    event.preventDefault();
  }

  #move(event: PointerEvent): void {
    if (this.#dragged) this.tell('lab-handle', { id: this.#dragged, ...this.#place(event) });
  }

  #up(): void {
    this.#dragged = undefined;
  }

  #key(event: KeyboardEvent, handle: Handle): void {
    const step = event.shiftKey ? COARSE : FINE;
    const [left, right, low, high] = this.span;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, step],
      ArrowDown: [0, -step],
      Home: [left - handle.x, 0],
      End: [right - handle.x, 0],
      PageUp: [0, high - handle.y],
      PageDown: [0, low - handle.y],
    };
    if (event.key === 'Escape') (event.currentTarget as SVGElement).blur();
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const clip = (v: number, a: number, b: number) => hundredths(Math.min(b, Math.max(a, v)));
    this.tell('lab-handle', {
      id: handle.id,
      x: clip(handle.x + move[0], left, right),
      y: clip(handle.y + move[1], low, high),
    });
  }

  #handle(handle: Handle) {
    const [x, y] = [this.#x(handle.x), this.#y(handle.y)];
    const shapes = {
      circle: svg`<circle class="knob" r="8" />`,
      square: svg`<rect class="knob" x="-7.5" y="-7.5" width="15" height="15" />`,
      cross: svg`<path class="halo" d="M-11 0H-3M3 0H11M0 -11V-3M0 3V11" /><path class="cross" d="M-11 0H-3M3 0H11M0 -11V-3M0 3V11" />`,
    };
    // A letter stays inside the map.
    const [dx, anchor] = x > this.side - 34 ? [-14, 'end'] : [14, 'start'];
    return svg`<g
      class="handle handle-${handle.id}"
      data-handle=${handle.id}
      transform="translate(${x} ${y})"
      tabindex="0"
      role="slider"
      aria-label=${handle.label}
      aria-valuemin=${this.span[0]}
      aria-valuemax=${this.span[1]}
      aria-valuenow=${hundredths(handle.x)}
      aria-valuetext="x ${hundredths(handle.x)}, y ${hundredths(handle.y)}"
      @pointerdown=${(event: PointerEvent) => this.#down(event, handle.id)}
      @pointermove=${this.#move}
      @pointerup=${this.#up}
      @pointercancel=${this.#up}
      @keydown=${(event: KeyboardEvent) => this.#key(event, handle)}
      @click=${(event: Event) => event.stopPropagation()}
    >
      <circle class="reach" r=${REACH} />
      ${shapes[handle.shape]}
      <text class="letter" x=${dx} y=${y < 24 ? 20 : -8} text-anchor=${anchor}>${handle.letter}</text>
    </g>`;
  }

  protected override render() {
    const { picture, side } = this;
    const cell = picture ? side / (picture.nodes - 1) : 1;
    return html`<div class="field-map">
      <canvas aria-hidden="true"></canvas>
      <svg class="under" viewBox="0 0 ${side} ${side}" aria-hidden="true">
        ${picture ? svg`<path class="levels" transform="scale(${cell}) translate(-0.5 -0.5)" d=${picture.lines} />` : nothing}
      </svg>
      <svg
        class="over"
        viewBox="0 0 ${side} ${side}"
        role="group"
        aria-label=${this.label}
        @click=${(event: MouseEvent) => this.tell('lab-place', this.#place(event))}
      >
        ${this.above?.(this.#x, this.#y) ?? nothing} ${this.handles.map((handle) => this.#handle(handle))}
      </svg>
      <p class="visually-hidden">${this.summary}</p>
    </div>`;
  }
}

/** To two decimals, without the digits that an f32 has behind them. */
function hundredths(v: number): number {
  return Math.round(100 * v) / 100;
}

customElements.define('lab-field', Field);
