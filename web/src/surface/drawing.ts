/** Marks above the fields, and their legend. */

import { nothing, type SVGTemplateResult, svg } from 'lit';
import type { Handle } from '../grammar/field.ts';
import { px } from '../grammar/points.ts';
import { significant } from '../lib/format.ts';
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
  const points: string[] = [];
  for (let k = 0; 2 * k + 1 < path.length && k * stride <= step; k++)
    points.push(`${px(x(path[2 * k]!))} ${px(y(path[2 * k + 1]!))}`);
  if (look) points.push(`${px(x(look.x))} ${px(y(look.y))}`);
  const run = points.length > 1 && !hidden ? `M${points.join('L')}` : '';
  const chord = line.length > 0 ? `M${line.map((at) => `${px(x(at.x))} ${px(y(at.y))}`).join('L')}` : '';
  return svg`<path class="halo" d=${chord} /><path class="chord" d=${chord} />
    ${names.map((name, k) => {
      const [ex, ey] = [px(x(ends[2 * k]!)), px(y(ends[2 * k + 1]!))];
      if (!Number.isFinite(ex)) return nothing;
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
