/** Marks above the fields, and their legend. */

import { nothing, type SVGTemplateResult, svg } from 'lit';
import type { Handle } from '../grammar/field.ts';
import { px } from '../grammar/points.ts';
import { significant } from '../lib/format.ts';
import { pointsOf } from '../lib/rows.ts';
import type { Point } from '../lib/view.ts';
import type { Look, MapPart, Slice } from './protocol.ts';

type Scale = (v: number) => number;

interface Drawn {
  /** The run up to this step, and where it is now. */
  step: number;
  look: Look | undefined;
  /** Whether the run may be seen. */
  hidden: boolean;
  /** The ends of the line, if it lies in the plane. */
  line: readonly Handle[];
  /** Names of the ends of the runs. */
  names: readonly string[];
}

/** The run with its halo, the line, and where the runs end. */
export function runPath(
  { path, stride, ends }: Slice,
  { step, look, hidden, line, names }: Drawn,
  x: Scale,
  y: Scale,
): SVGTemplateResult {
  const at = (place: Point) => `${px(x(place.x))} ${px(y(place.y))}`;
  const seen = pointsOf(path).filter((_, k) => k * stride <= step);
  const points = [...seen, ...(look ? [look] : [])].map(at);
  const run = points.length > 1 && !hidden ? `M${points.join('L')}` : '';
  const chord = line.length > 0 ? `M${line.map(at).join('L')}` : '';
  return svg`<path class="halo" d=${chord} /><path class="chord" d=${chord} />
    ${pointsOf(ends).map((end, k) => {
      const [name, ex, ey] = [names[k], px(x(end.x)), px(y(end.y))];
      if (name === undefined) return nothing;
      return svg`<path class="end" d="M${ex} ${ey - 6}l6 6l-6 6l-6 -6z" />
        <text class="letter" x=${ex + 10} y=${ey + 16}>${name}</text>`;
    })}
    <path class="halo run-halo" d=${run} /><path class="run" d=${run} />
    ${look && !hidden ? svg`<circle class="head" cx=${px(x(look.x))} cy=${px(y(look.y))} r="5.5" />` : nothing}`;
}

/** The legend of marks and level lines. */
export function legend(map: MapPart | undefined, slice: Slice | undefined, ring: boolean): string {
  const marks = ring
    ? 'Violet: a run. Diamond: its end.'
    : 'Violet: the run, straight above the map. Diamonds: ends of runs.';
  const levels = map?.levels?.map((level) => significant(level, 1)).join(', ');
  const lines = levels ? ` Lines: ${levels} above the lowest.` : '';
  return `${marks}${lines}${slice && !ring ? ` One unit is ${significant(slice.unit)} long.` : ''}`;
}
