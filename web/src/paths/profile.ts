import { html, nothing, svg } from 'lit';
import { axisName, centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { table } from '../grammar/table.ts';
import { significant, tick } from '../lib/format.ts';
import { linear, logarithmic, polyline, type Scale } from '../lib/scale.ts';
import { type Profile, pointsOf, type Report, valueAt } from './protocol.ts';

export interface Way {
  name: string;
  /** `straight`, `aligned`, `band` or `best`: colour, dash and width. */
  role: string;
  profile: Profile;
}

const TOP = 12;
const BOTTOM = 52;
const LEFT = 52;

/** The loss along the ways from A to B. A handle walks along one of them; emits `lab-place` with its t. */
export class ProfileFigure extends SizedPart {
  static override properties = {
    ways: { attribute: false },
    images: { attribute: false },
    saddle: { attribute: false },
    place: { type: Number },
    read: { attribute: false },
    walk: {},
    label: {},
    log: { type: Boolean },
    running: { type: Boolean },
  };
  declare ways: Way[];
  /** The band's images, as pairs of t and value. */
  declare images: readonly (readonly [number, number])[];
  declare saddle: Report | undefined;
  declare place: number;
  /** The loss where the handle was when it was last evaluated: both are shown together. */
  declare read: { t: number; value: number } | undefined;
  /** The name of the way walked along. */
  declare walk: string;
  /** The drawn quantity, with its unit. */
  declare label: string;
  declare log: boolean;
  declare running: boolean;
  #dragging = false;

  constructor() {
    super();
    this.ways = [];
    this.images = [];
    this.place = 0;
    this.width = 560;
  }

  /** Lower on narrow screens: a phone has little height. */
  get #height(): number {
    return this.width < 260 ? 165 : 222;
  }

  #scales() {
    const values = this.ways
      .flatMap(({ profile }) => [...profile.value])
      .filter((v) => Number.isFinite(v) && (!this.log || v > 0));
    if (values.length === 0) values.push(0.1, 1);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const x = linear([0, 1], [LEFT, this.width - 16]);
    const range = [this.#height - BOTTOM, TOP] as const;
    if (this.log) return { x, y: logarithmic([low / 1.25, high * 1.25], range) };
    const margin = 0.06 * (high - low || 1);
    return { x, y: linear([low - margin, high + margin], range) };
  }

  #set(t: number): void {
    const clipped = Math.round(100 * Math.min(1, Math.max(0, t))) / 100;
    if (clipped !== this.place) this.emit('lab-place', clipped);
  }

  #key(event: KeyboardEvent): void {
    const far = event.shiftKey ? 0.1 : 0.01;
    const to: Record<string, number> = {
      ArrowLeft: this.place - far,
      ArrowDown: this.place - far,
      ArrowRight: this.place + far,
      ArrowUp: this.place + far,
      Home: 0,
      End: 1,
    };
    if (event.key === 'Escape') (event.currentTarget as HTMLElement).blur();
    const next = to[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.#set(next);
  }

  #point(event: PointerEvent): void {
    const box = this.querySelector('svg')!.getBoundingClientRect();
    this.#set(this.#scales().x.invert(((event.clientX - box.left) / box.width) * this.width));
  }

  protected override render() {
    const { x, y } = this.#scales();
    const path = (profile: Profile) => polyline(pointsOf(profile).map(([t, loss]) => [x(t), y(loss)]));
    const all = y.ticks(this.log ? 4 : 5);
    const ticks = this.log && all.length > 6 ? all.filter((v) => /^[125]/.test(v.toExponential())) : all;
    const at = x(this.place);
    const { read } = this;
    const reading = `t = ${(read?.t ?? this.place).toFixed(2)} on ${this.walk}: ${read ? significant(read.value) : '–'}`;
    return html`<p class="part">${this.label}</p>
      <div
        class="plot profile"
        tabindex="0"
        role="slider"
        aria-label="Place on the way from A to B"
        aria-valuemin="0"
        aria-valuemax="1"
        aria-valuenow=${this.place}
        aria-valuetext=${reading}
        @keydown=${this.#key}
        @pointerdown=${(event: PointerEvent) => {
          this.#dragging = true;
          (event.currentTarget as Element).setPointerCapture(event.pointerId);
          this.#point(event);
        }}
        @pointermove=${(event: PointerEvent) => this.#dragging && this.#point(event)}
        @pointerup=${() => {
          this.#dragging = false;
        }}
        @pointercancel=${() => {
          this.#dragging = false;
        }}
      >
        <svg viewBox="0 0 ${this.width} ${this.#height}" width=${this.width} height=${this.#height} aria-hidden="true">
          ${ticks.map((v) => level(y(v), tick(v), LEFT, this.width - 16))}
          ${(this.width < 260 ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]).map((t) =>
            centred(x(t), this.#height - BOTTOM + 27, t === 0 ? 'A' : t === 1 ? 'B' : t),
          )}
          ${axisName((x(0) + x(1)) / 2, this.#height - 5, this.width, 'place on the way, t')}
          ${this.ways.map(
            ({
              role,
              profile,
            }) => svg`${role === 'best' ? svg`<path class="halo" d=${path(profile)} />` : nothing}
              <path class="way w-${role}" d=${path(profile)} />`,
          )}
          ${this.images.map(([t, v]) => (this.log && v <= 0 ? nothing : svg`<circle class="bead" cx=${x(t)} cy=${y(v)} r="3.5" />`))}
          ${this.#mark(x, y)}
          <line class="cursor" x1=${at} x2=${at} y1=${TOP} y2=${this.#height - BOTTOM} />
          <circle class="grip" cx=${at} cy=${this.#height - BOTTOM} r="8" />
        </svg>
      </div>
      <ul class="ways" aria-label="Lines">
        ${this.ways.map(
          ({ name, role }) => html`<li>
            <svg width="30" height="10" aria-hidden="true">${role === 'best' ? svg`<path class="halo" d="M1 5H29" />` : nothing}<path class="way w-${role}" d="M1 5H29" /></svg>
            ${name}
          </li>`,
        )}
        ${
          this.saddle && this.ways.some((way) => way.role === 'best')
            ? html`<li><svg width="14" height="12" aria-hidden="true"><path class="saddle" d="M7 1l5 9h-10z" /></svg> saddle</li>`
            : nothing
        }
      </ul>
      <p class="readout">${this.width < 260 ? reading.replace(/ on .*:/, ':') : reading}</p>
      ${this.running ? nothing : this.#table()}`;
  }

  #mark(x: Scale, y: Scale) {
    if (!this.saddle || !this.ways.some((way) => way.role === 'best')) return nothing;
    const [px, py] = [x(this.saddle.at), y(this.saddle.saddle)];
    return Number.isFinite(py) ? svg`<path class="saddle" d="M${px} ${py - 12}l6 10h-12z" />` : nothing;
  }

  /** The value of each way at 21 places: the figure for those who cannot see it. */
  #table() {
    return table(
      'Loss along the ways, at 21 places',
      ['t', ...this.ways.map(({ name }) => name)],
      Array.from({ length: 21 }, (_, k) => k / 20).map((t) => [
        t,
        ...this.ways.map(({ profile }) => significant(valueAt(profile, t))),
      ]),
    );
  }
}

customElements.define('lab-profile', ProfileFigure);
