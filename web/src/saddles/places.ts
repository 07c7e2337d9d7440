import { html, nothing, svg } from 'lit';
import { centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { table } from '../grammar/table.ts';
import { count, counted, significant, tick } from '../lib/format.ts';
import { linear, logarithmic, oneTwoFive, type Scale } from '../lib/scale.ts';
import type { Place } from './protocol.ts';

const LEFT = 62;
const RIGHT = 14;
const TOP = 12;
const BOTTOM = 38;
/** Losses that differ by less, as a share, are of one place. */
const SAME = 1e-6;

/** A place, and how many searches found it. */
interface Group {
  place: Place;
  searches: readonly number[];
}

/** Places that many searches found, once; by their loss. */
export function grouped(found: readonly Place[]): Group[] {
  const groups: { place: Place; searches: number[] }[] = [];
  for (const place of found.toSorted((a, b) => a.loss - b.loss || a.search - b.search)) {
    const last = groups.findLast(({ place: { down } }) => down === place.down);
    if (last && Math.abs(place.loss / last.place.loss - 1) < SAME) last.searches.push(place.search);
    else groups.push({ place, searches: [place.search] });
  }
  return groups;
}

/** All places by their loss and, once it may be seen, their ways down. Emits `lab-place` with the search chosen. */
export class Places extends SizedPart {
  static override properties = {
    found: { attribute: false },
    chosen: { type: Number },
    ways: { type: Boolean },
    height: { type: Number },
    summary: {},
  };
  declare found: readonly Place[];
  /** The search whose place is shown. */
  declare chosen: number;
  /** Whether the ways down may be seen. */
  declare ways: boolean;
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.found = [];
    this.width = 640;
    this.height = 150;
  }

  get #groups(): Group[] {
    return grouped(this.found);
  }

  #scales(groups: readonly Group[]): { x: Scale; y: Scale; rows: number } {
    const losses = groups.map(({ place }) => place.loss);
    const [low, high] = [Math.min(...losses), Math.max(...losses)];
    const rows = this.ways ? Math.max(1, ...groups.map(({ place }) => place.down)) : 0;
    return {
      rows,
      x: logarithmic([0.8 * low, 1.25 * high], [LEFT, this.width - RIGHT]),
      y: linear([0, Math.max(1, rows)], [this.height - BOTTOM - 8, TOP]),
    };
  }

  #row(place: Place): number {
    return this.ways ? place.down : 0.5;
  }

  #key(event: KeyboardEvent): void {
    const groups = this.#groups;
    const now = groups.findIndex(({ searches }) => searches.includes(this.chosen));
    const to: Record<string, number> = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      Home: 0,
      End: groups.length - 1,
    };
    if (!(event.key in to) || groups.length === 0) return;
    event.preventDefault();
    this.#choose(groups[Math.min(groups.length - 1, Math.max(0, to[event.key]!))]!);
  }

  #point(event: PointerEvent): void {
    const groups = this.#groups;
    if (groups.length === 0) return;
    const box = this.querySelector('svg')!.getBoundingClientRect();
    const { x, y } = this.#scales(groups);
    const scale = this.width / box.width;
    const far = ({ place }: Group) =>
      Math.hypot(
        x(place.loss) - scale * (event.clientX - box.left),
        y(this.#row(place)) - scale * (event.clientY - box.top),
      );
    this.#choose(groups.reduce((best, group) => (far(group) < far(best) ? group : best)));
  }

  #choose({ searches }: Group): void {
    if (!searches.includes(this.chosen)) this.emit('lab-place', searches[0]);
  }

  #reading({ place, searches }: Group): string {
    const kind = place.down === 0 ? 'a minimum' : `${counted(place.down, 'way')} down`;
    const often = searches.length === 1 ? 'once' : `${count(searches.length)} times`;
    return `loss ${significant(place.loss, 4)}, found ${often}${this.ways ? `: ${kind}` : ''}`;
  }

  protected override render() {
    const groups = this.#groups;
    const now = groups.find(({ searches }) => searches.includes(this.chosen));
    const at = now ? groups.indexOf(now) : 0;
    const reading = now ? this.#reading(now) : '';
    return html`<div
        class="plot"
        tabindex="0"
        role="slider"
        aria-label="Place shown, by its loss"
        aria-valuemin="0"
        aria-valuemax=${Math.max(0, groups.length - 1)}
        aria-valuenow=${at}
        aria-valuetext=${reading}
        @keydown=${this.#key}
        @pointerdown=${this.#point}
      >
        <svg class="places" viewBox="0 0 ${this.width} ${this.height}" width=${this.width} height=${this.height} role="img" aria-label=${this.summary}>
          ${this.#drawing(groups, now)}
        </svg>
      </div>
      <p class="readout">${reading}</p>
      ${this.#table(groups)}`;
  }

  #drawing(groups: readonly Group[], now: Group | undefined) {
    const { x, y, rows } = this.#scales(groups);
    const names = Array.from({ length: rows + 1 }, (_, k) => (k === 0 ? 'minima' : `${k} down`));
    // Where rows are many, every second one has its name.
    const stride = rows > 6 ? 2 : 1;
    return svg`${
      this.ways
        ? names.map((name, k) => level(y(k), k % stride === 0 ? name : '', LEFT, this.width - RIGHT))
        : nothing
    }
      ${x
        .ticks(5)
        .filter(oneTwoFive)
        .map((v) => centred(x(v), this.height - BOTTOM + 18, tick(v)))}
      ${centred((LEFT + this.width - RIGHT) / 2, this.height - 4, 'loss of the place')}
      ${groups.map((group) => this.#mark(group, x, y))}
      ${now ? svg`<circle class="ring" cx=${px(x(now.place.loss))} cy=${px(y(this.#row(now.place)))} r="12" />` : nothing}`;
  }

  /** The mark grows with the number of searches that found the place; its direction shows the kind, once that may be seen. */
  #mark({ place, searches }: Group, x: Scale, y: Scale) {
    const [cx, cy] = [px(x(place.loss)), px(y(this.#row(place)))];
    const r = Math.min(9, 2.5 + 1.1 * Math.sqrt(searches.length));
    if (!this.ways) return svg`<circle class="unknown" cx=${cx} cy=${cy} r=${px(r)} />`;
    return place.down === 0
      ? svg`<circle class="minimum" cx=${cx} cy=${cy} r=${px(r)} />`
      : svg`<path class="way-down" d="M${px(cx - r)} ${px(cy - 0.7 * r)}h${px(2 * r)}l${px(-r)} ${px(1.6 * r)}z" />`;
  }

  #table(groups: readonly Group[]) {
    return table(
      'Places by their loss, at most 25 rows',
      ['loss', 'searches', ...(this.ways ? ['ways down'] : [])],
      groups
        .slice(0, 25)
        .map(({ place, searches }) => [
          significant(place.loss, 4),
          searches.length,
          ...(this.ways ? [place.down] : []),
        ]),
    );
  }
}

customElements.define('lab-places', Places);
