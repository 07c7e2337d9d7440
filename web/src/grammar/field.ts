import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import type { Picture } from '../lib/raster.ts';
import { centred, holds, type Point, type Span, zoomed } from '../lib/view.ts';
import { SizedPart } from './element.ts';

export interface Handle {
  id: string;
  /** Its name for a screen reader. */
  label: string;
  /** The letter beside it. */
  letter: string;
  shape: 'circle' | 'square' | 'cross';
  x: number;
  y: number;
}

/** The factor by which to zoom a map (0: show all of it), and the place that stays fixed. */
export interface Zoom extends Point {
  by: number;
}

/** How far the arrow keys move a handle, without and with Shift. */
const FINE = 0.02;
const COARSE = 0.1;
/** The zoom of one key press: two presses double. */
const ZOOM = Math.SQRT2;
/** The zoom of one pixel of the wheel, as a logarithm. */
const WHEEL = 0.004;
/** Pixels per line, where wheels count lines. */
const LINE = 16;
/** Smaller changes wait for more. */
const LEAST = 1.03;
/** The radius within which a handle can be grabbed: 44 px across. */
const REACH = 22;

/**
 * A square map with level lines, whatever is drawn above it, and handles for pointer, touch and keys. Emits `lab-handle`
 * when a handle moves and `lab-place` when another place is pointed at. The keys + and − zoom, 0 shows all; so do the wheel
 * with Ctrl, which leaves the wheel alone to the page, and two fingers, around the place under them. What is zoomed is the
 * picture, or, if it is computed anew for that, `lab-zoom` says how, and `lab-show` which place
 * has to be visible.
 */
export class FieldMap extends SizedPart {
  static override properties = {
    picture: { attribute: false },
    span: { attribute: false },
    covers: { attribute: false },
    handles: { attribute: false },
    above: { attribute: false },
    computes: { type: Boolean },
    label: {},
    summary: {},
    view: { state: true },
  };
  declare picture: Picture | undefined;
  declare span: Span;
  /** The part that the picture shows, if it is not yet the part to be seen. */
  declare covers: Span | undefined;
  declare handles: readonly Handle[];
  /** Drawn over the level lines; gets the scales of both axes. */
  declare above: ((x: (v: number) => number, y: (v: number) => number) => SVGTemplateResult) | undefined;
  /** Whether another part of the map has to be computed. */
  declare computes: boolean;
  declare label: string;
  declare summary: string;
  /** The part of the span that is seen. */
  declare view: Span | undefined;
  #drawn: Picture | undefined;
  #dragged: string | undefined;
  /** The handle that has the focus. */
  #focused: string | undefined;
  /** The zoom that wheel or fingers requested and that is still pending. */
  #pending = 1;
  /** How far two fingers are apart. */
  #apart = 0;

  constructor() {
    super();
    this.span = [-1, 1, -1, 1];
    this.handles = [];
    this.width = 400;
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('span') as Span | undefined;
    if (before?.some((edge, k) => edge !== this.span[k])) this.view = undefined;
    // A handle that moves stays visible.
    const focused = this.handles.find(({ id }) => id === this.#focused);
    if (this.view && focused && !holds(this.view, focused))
      this.view = centred(this.span, this.view, focused);
  }

  protected override updated(): void {
    const picture = this.picture;
    const canvas = this.querySelector('canvas');
    if (!canvas || !picture) return;
    const { by, dx, dy } = this.#magnified();
    canvas.style.transform = by === 1 ? '' : `matrix(${by}, 0, 0, ${by}, ${dx}, ${dy})`;
    if (picture === this.#drawn) return;
    this.#drawn = picture;
    canvas.width = picture.size;
    canvas.height = picture.size;
    const g = canvas.getContext('2d')!;
    const image = g.createImageData(picture.size, picture.size);
    new Uint32Array(image.data.buffer).set(picture.colours);
    g.putImageData(image, 0, 0);
  }

  get #view(): Span {
    return this.view ?? this.span;
  }

  #x = (v: number) => ((v - this.#view[0]) / (this.#view[1] - this.#view[0])) * this.width;
  #y = (v: number) => ((this.#view[3] - v) / (this.#view[3] - this.#view[2])) * this.width;

  /** How much larger the picture is than the map, and where it begins. */
  #magnified(): { by: number; dx: number; dy: number } {
    const covers = this.covers ?? this.span;
    const by = (covers[1] - covers[0]) / (this.#view[1] - this.#view[0]);
    return { by, dx: this.#x(covers[0]), dy: this.#y(covers[3]) };
  }

  #zoom(by: number, around: Point): void {
    if (this.computes) {
      this.emit('lab-zoom', { by, x: around.x, y: around.y } satisfies Zoom);
      return;
    }
    this.view = by === 0 ? undefined : zoomed(this.span, this.#view, by, around);
    const [l, r, b, t] = this.#view.map(hundredths);
    this.emit('lab-says', `${this.label}: x from ${l} to ${r}, y from ${b} to ${t}.`);
  }

  #zoomKey(event: KeyboardEvent): void {
    const by = { '+': ZOOM, '=': ZOOM, '-': 1 / ZOOM, '0': 0 }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [left, right, low, high] = this.#view;
    const middle = { x: (left + right) / 2, y: (low + high) / 2 };
    this.#zoom(by, this.handles.find(({ id }) => id === this.#focused) ?? middle);
  }

  /** Zooms gradually, around the place under the pointer. */
  #zoomMore(by: number, at: { clientX: number; clientY: number }): void {
    this.#pending *= by;
    if (this.#pending < LEAST && this.#pending > 1 / LEAST) return;
    this.#zoom(this.#pending, this.#under(at));
    this.#pending = 1;
  }

  /** The wheel alone scrolls the page. Browsers report two fingers on a touchpad as a wheel with Ctrl. */
  #wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE : 1);
    this.#zoomMore(Math.exp(-WHEEL * Math.min(120, Math.max(-120, pixels))), event);
  }

  /** One finger scrolls the page; a second one, if in time, prevents that. */
  #fingers(event: TouchEvent): void {
    const [a, b] = event.touches;
    if (!a || !b || event.touches.length > 2 || !event.cancelable) return;
    event.preventDefault();
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    const between = { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 };
    if (event.type === 'touchmove' && this.#apart > 0) this.#zoomMore(apart / this.#apart, between);
    else this.#pending = 1;
    this.#apart = apart;
  }

  /** The place under a pointer. */
  #under({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const box = this.querySelector('.over')!.getBoundingClientRect();
    const [left, right, low, high] = this.#view;
    const clip = (v: number, a: number, b: number) => Math.min(b, Math.max(a, v));
    return {
      x: clip(left + ((clientX - box.left) / box.width) * (right - left), left, right),
      y: clip(high - ((clientY - box.top) / box.height) * (high - low), low, high),
    };
  }

  /** The same to two decimals, to keep links short. */
  #place(event: MouseEvent): Point {
    const { x, y } = this.#under(event);
    return { x: hundredths(x), y: hundredths(y) };
  }

  /** If the reach of several handles overlaps, the nearest is grabbed. */
  #down(event: PointerEvent): void {
    const box = this.querySelector('.over')!.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const away = (handle: Handle) => Math.hypot(this.#x(handle.x) - px, this.#y(handle.y) - py);
    const nearest = this.handles.reduce((a, b) => (away(b) < away(a) ? b : a));
    this.#dragged = nearest.id;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.querySelector<SVGElement>(`[data-handle="${nearest.id}"]`)!.focus({ preventScroll: true });
    event.preventDefault();
  }

  #move(event: PointerEvent): void {
    if (this.#dragged) this.emit('lab-handle', { id: this.#dragged, ...this.#place(event) });
  }

  #up(): void {
    this.#dragged = undefined;
  }

  #look(handle?: Handle): void {
    this.#focused = handle?.id;
    // A handle focused by keyboard is made visible.
    if (this.computes && handle && !holds(this.span, handle))
      this.emit('lab-show', { x: handle.x, y: handle.y } satisfies Point);
    this.requestUpdate();
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
    this.emit('lab-handle', {
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
    const [dx, anchor] = x > this.width - 34 ? [-14, 'end'] : [14, 'start'];
    return svg`<g
      class="handle handle-${handle.id}"
      data-handle=${handle.id}
      transform="translate(${x} ${y})"
      tabindex="0"
      role="slider"
      aria-label=${handle.label}
      aria-valuemin=${hundredths(this.span[0])}
      aria-valuemax=${hundredths(this.span[1])}
      aria-valuenow=${hundredths(handle.x)}
      aria-valuetext="x ${hundredths(handle.x)}, y ${hundredths(handle.y)}"
      @pointerdown=${this.#down}
      @touchstart=${keepsFinger}
      @pointermove=${this.#move}
      @pointerup=${this.#up}
      @pointercancel=${this.#up}
      @keydown=${(event: KeyboardEvent) => this.#key(event, handle)}
      @focus=${() => this.#look(handle)}
      @blur=${() => this.#look()}
      @click=${(event: Event) => event.stopPropagation()}
    >
      <circle class="reach" r=${REACH} />
      ${shapes[handle.shape]}
      <text class="letter" x=${dx} y=${y < 24 ? 20 : -8} text-anchor=${anchor}>${handle.letter}</text>
    </g>`;
  }

  protected override render() {
    const { picture, width: side } = this;
    const { by, dx, dy } = this.#magnified();
    const cell = picture ? (by * side) / (picture.nodes - 1) : 1;
    return html`<div class="field-map">
      <canvas aria-hidden="true"></canvas>
      <svg class="under" viewBox="0 0 ${side} ${side}" aria-hidden="true">
        ${picture ? svg`<path class="levels" transform="translate(${dx} ${dy}) scale(${cell}) translate(-0.5 -0.5)" d=${picture.lines} />` : nothing}
      </svg>
      <svg
        class="over"
        viewBox="0 0 ${side} ${side}"
        role="group"
        aria-label="${this.label}; + and − zoom, 0 shows all"
        tabindex=${this.handles.length > 0 ? nothing : 0}
        @keydown=${this.#zoomKey}
        @wheel=${this.#wheel}
        @touchstart=${this.#fingers}
        @touchmove=${this.#fingers}
        @click=${(event: MouseEvent) => this.emit('lab-place', this.#place(event))}
      >
        ${this.above?.(this.#x, this.#y) ?? nothing} ${this.handles.map((handle) => this.#handle(handle))}
      </svg>
      <p class="visually-hidden">${this.summary}</p>
    </div>`;
  }
}

/** A finger on a handle drags it: `touch-action` says nothing to the browser on a part of a drawing. */
function keepsFinger(event: TouchEvent): void {
  event.preventDefault();
}

/** To two decimals, without the digits that an f32 has behind them. */
export function hundredths(v: number): number {
  return Math.round(100 * v) / 100;
}

customElements.define('lab-field', FieldMap);
