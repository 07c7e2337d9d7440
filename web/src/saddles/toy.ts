import { html, nothing, svg } from 'lit';
import { SizedPart } from '../grammar/element.ts';
import { px } from '../grammar/points.ts';
import { table } from '../grammar/table.ts';
import { count, tick } from '../lib/format.ts';
import { linear, logarithmic, oneTwoFive, polyline } from '../lib/scale.ts';
import { levelsOf, METHODS, type Raced, TOY_SPAN, type Toy } from './protocol.ts';
import { line, mark, seen } from './race.ts';

const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 36;
/** What is drawn of the way up; of the way down all is. */
const UP = 0.9;
/** The part of the grid that is drawn, whose cells are a thirtieth wide. */
const PART = '0.5 21.5 96 54';
/** Below this width the innermost height does not fit beside the minimum; the caption has all. */
const ROOMY = 330;
/** Where each level line has its height written, along the way down and along the way up: on an axis, the same for every γ. */
const LABELS = [
  [-1.203, 0],
  [-0.475, 0],
  [Math.SQRT2, 0],
  [0, -0.316],
  [0, -0.548],
  [0, -0.775],
] as const;

/** The toy: level lines with their heights, its saddle and minima, the start, and the trail of each method that may be seen. */
export class ToyMap extends SizedPart {
  static override properties = {
    toy: { attribute: false },
    race: { attribute: false },
    drawn: { attribute: false },
    newton: { type: Boolean },
    start: { type: Number },
    at: { type: Number },
    height: { type: Number },
    summary: {},
  };
  declare toy: Toy;
  /** The race, once it may be seen. */
  declare race: Raced | undefined;
  declare drawn: readonly boolean[];
  declare newton: boolean;
  /** How far from the ridge all start. */
  declare start: number;
  /** The step up to which the trails are drawn. */
  declare at: number;
  declare height: number;
  declare summary: string;

  constructor() {
    super();
    this.width = 400;
  }

  protected override render() {
    const { toy, race, width, height } = this;
    const down = linear([-TOY_SPAN, TOY_SPAN], [LEFT, width - RIGHT]);
    const up = linear([-UP, UP], [height - BOTTOM, TOP]);
    const drawn = seen(this.drawn, this.newton);
    const trails = (race?.tracks ?? []).map(({ step, path }) =>
      [...step]
        .filter((at) => at <= this.at)
        .map((_, k) => [down(path[2 * k + 1]!), up(path[2 * k]!)] as const),
    );
    const text = (x: number, y: number, says: string, anchor = 'middle') =>
      svg`<text x=${px(x)} y=${px(y)} dy="0.32em" text-anchor=${anchor}>${says}</text>`;
    return html`<div class="plot">
      <svg class="toy" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label=${this.summary}>
        <svg x=${LEFT} y=${TOP} width=${width - LEFT - RIGHT} height=${height - TOP - BOTTOM} viewBox=${PART} preserveAspectRatio="none">
          <path class="levels" d=${toy.lines} />
        </svg>
        ${LABELS.map(([y, x], k) => (k > 0 || width > ROOMY ? text(down(y), up(x), tick(levelsOf(toy.gamma)[k]!)) : nothing))}
        ${[-0.5, 0, 0.5].map((v) => text(LEFT - 6, up(v), v === 0 ? 'x = 0' : tick(v), 'end'))}
        ${[-1, 0, 1].map((v) => text(down(v), height - BOTTOM + 12, tick(v)))}
        ${text((LEFT + width - RIGHT) / 2, height - 8, 'y, the way down')}
        ${[-1, 1].map((v) => svg`<circle class="minimum" cx=${px(down(v))} cy=${px(up(0))} r="6" />`)}
        <path class="way-down" d="M${px(down(0) - 7)} ${px(up(0) - 5)}h14l-7 11z" />
        ${trails.map((points, k) => (drawn[k] ? line(k, polyline(points)) : nothing))}
        ${trails.map((points, k) => (drawn[k] ? mark(k, ...points.at(-1)!) : nothing))}
        <circle class="ring" cx=${px(down(this.start))} cy=${px(up(0.6))} r="7" />
        ${text(down(this.start) + 12, up(0.6), 'start', 'start')}
      </svg>
    </div>
    ${race ? trailsTable(race, drawn) : nothing}`;
  }
}

const rounded = (v: number) => tick(Number(v.toPrecision(2)));

/** Where each method that is drawn is at some steps, evenly in the logarithm, and the step at which it has left. */
function trailsTable({ tracks }: Raced, drawn: readonly boolean[]) {
  const shown = METHODS.flatMap((name, k) => (drawn[k] ? [{ name, ...tracks[k]! }] : []));
  const last = Math.max(10, ...shown.map(({ step }) => step.at(-1)!));
  const steps = [0, ...logarithmic([1, last], [0, 1]).ticks(4).filter(oneTwoFive)];
  return table(
    'x, y of each method at some steps, and the step at which it leaves',
    ['step', ...shown.map(({ name }) => name)],
    [
      ...steps.map((at) => [
        tick(at),
        ...shown.map(({ step, path }) => {
          const k = step.findLastIndex((one) => one <= at);
          return `${rounded(path[2 * k]!)}, ${rounded(path[2 * k + 1]!)}`;
        }),
      ]),
      ['leaves', ...shown.map(({ left }) => (left === undefined ? 'never' : count(left)))],
    ],
  );
}

customElements.define('lab-toy', ToyMap);
