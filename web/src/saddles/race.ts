import { html, nothing, svg } from 'lit';
import { centred, level } from '../grammar/axes.ts';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { count, significant, tick } from '../lib/format.ts';
import { linear, logarithmic, polyline, roomy } from '../lib/scale.ts';
import { METHODS, NEWTON, type Raced } from './protocol.ts';

const LEFT = 58;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 40;

/** How each method is drawn. */
const ROLES = ['s-a', 's-b', 's-path', 's-theory', 's-heavy'] as const;
/** Outlines of the marks, around the place: a circle unless it is another. */
const CIRCLE = 'm-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z';
const MARKS = [CIRCLE, CIRCLE, CIRCLE, 'm-4.5 -4.5h9v9h-9z', 'm0 -6l6 6l-6 6l-6 -6z'] as const;

/** The loss of each method over its steps, on a logarithmic axis: the first step stands at 1. Emits `lab-methods` with those to be drawn. */
export class RaceOfMethods extends SizedPart {
  static override properties = {
    race: { attribute: false },
    drawn: { attribute: false },
    newton: { type: Boolean },
    height: { type: Number },
    at: { type: Number },
  };
  declare race: Raced;
  /** For each method, whether it is drawn. */
  declare drawn: readonly boolean[];
  /** Whether Newton’s method may be seen. */
  declare newton: boolean;
  declare height: number;
  /** The step up to which it is drawn. */
  declare at: number;

  constructor() {
    super();
    this.width = 480;
    this.height = 236;
  }

  protected override render() {
    const { race, newton, height } = this;
    const drawn = seen(this.drawn, newton);
    const { tracks } = race;
    const rows = tracks.map(({ step, loss }) => [...step].map((at, k) => [at + 1, loss[k]!] as const));
    // The axes are those of all methods and steps, so that what is drawn stays where it is.
    const all = rows.flat();
    const values = all.map(([, loss]) => loss);
    const x = logarithmic([1, Math.max(10, ...all.map(([step]) => step))], [LEFT, this.width - RIGHT]);
    const y = linear(roomy([Math.min(...values), Math.max(...values)], 5), [height - BOTTOM, TOP]);
    const powers = x.ticks(99).filter((v) => Number.isInteger(Math.log10(v)));
    return html`<h3 id="title-race">Five ways from the saddle: loss over steps</h3>
      <div class="plot">
        <svg class="race" viewBox="0 0 ${this.width} ${height}" width=${this.width} height=${height} role="img" aria-label=${summary(race, drawn)}>
          ${y.ticks(5).map((v) => level(y(v), tick(v), LEFT, this.width - RIGHT))}
          ${powers.map((v) => centred(x(v), height - BOTTOM + 18, tick(v)))}
          ${centred((LEFT + this.width - RIGHT) / 2, height - 4, 'step, the start counted as 1')}
          ${rows.map((row, k) => {
            const past = row.filter(([step]) => step <= this.at + 1);
            return drawn[k] ? line(k, polyline(past.map(([step, loss]) => [x(step), y(loss)]))) : nothing;
          })}
          ${rows.map((row, k) => {
            const { left } = tracks[k]!;
            // Newton's line overlaps the others, so its end is marked.
            const marked = k === NEWTON ? row.at(-1)?.[0] : left && left + 1;
            const place = marked && marked <= this.at + 1 && row.findLast(([step]) => step <= marked);
            return drawn[k] && place ? mark(k, x(marked), y(place[1])) : nothing;
          })}
        </svg>
      </div>
      <div class="row ways" role="group" aria-label="Methods that are drawn">
        ${METHODS.map((name, k) =>
          k === NEWTON && !newton
            ? nothing
            : html`<button
              type="button"
              aria-pressed=${drawn[k] ? 'true' : 'false'}
              @click=${() =>
                this.emit(
                  'lab-methods',
                  this.drawn.map((on, other) => on !== (other === k)),
                )}
            >
              <svg viewBox="0 0 30 14" aria-hidden="true">${line(k, 'M1 7H29')}${mark(k, 15, 7)}</svg>
              ${name}
            </button>`,
        )}
      </div>
      <p class="readout">${summary(race, drawn)}</p>`;
  }
}

export const line = (method: number, d: string) => svg`<path class="series ${ROLES[method]}" d=${d} />`;

export const mark = (method: number, x: number, y: number) =>
  svg`<path class="mark ${ROLES[method]}" d="M${px(x)} ${px(y)}${MARKS[method]}" />`;

/** The methods that are drawn of those that may be seen. */
export const seen = (drawn: readonly boolean[], newton: boolean) =>
  drawn.map((on, k) => on && (newton || k !== NEWTON));

/** When each method that is drawn left; a mark on the line shows where. */
function summary({ tracks, back }: Raced, drawn: readonly boolean[]): string {
  const left = (k: number) =>
    tracks[k]!.left === undefined
      ? `${METHODS[k]} does not leave`
      : `${METHODS[k]} leaves after ${count(tracks[k]!.left)}`;
  const steps = METHODS.flatMap((_, k) => (k === NEWTON || !drawn[k] ? [] : [left(k)])).join(', ');
  const newton =
    tracks[NEWTON]?.left === undefined
      ? `Newton returns to it, to ${significant(back, 1)}`
      : `Newton goes ${significant(back, 2)} away, to another place without slope`;
  const said = [...(steps ? [`${steps} steps`] : []), ...(drawn[NEWTON] ? [newton] : [])].join('; ');
  return said ? `${said}.` : 'No method is drawn.';
}

/** The same of all that may be seen. */
export const ofAll = (race: Raced, newton: boolean) =>
  summary(
    race,
    seen(
      METHODS.map(() => true),
      newton,
    ),
  );

customElements.define('lab-race', RaceOfMethods);
