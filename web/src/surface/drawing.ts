/** What is drawn above the fields, and what explains them. */

import { html, nothing, type SVGTemplateResult, svg } from 'lit';
import type { Handle } from '../grammar/field.ts';
import { px } from '../grammar/points.ts';
import { LOSS_MAP } from '../lib/colour.ts';
import { significant } from '../lib/format.ts';
import type { Look, MapPart, Slice } from './protocol.ts';

type Scale = (v: number) => number;

/** The run up to a step with its halo, the line from A to B, and where the runs end. */
export function runPath(
  slice: Slice,
  step: number,
  look: Look | undefined,
  [a, b]: readonly Handle[],
  { x, y, minima }: { x: Scale; y: Scale; minima: boolean },
): SVGTemplateResult {
  const { path, stride, ends } = slice;
  const points: string[] = [];
  for (let k = 0; 2 * k + 1 < path.length && k * stride <= step; k++)
    points.push(`${px(x(path[2 * k]!))} ${px(y(path[2 * k + 1]!))}`);
  if (look) points.push(`${px(x(look.x))} ${px(y(look.y))}`);
  const run = points.length > 1 ? `M${points.join('L')}` : '';
  const line = `M${px(x(a!.x))} ${px(y(a!.y))}L${px(x(b!.x))} ${px(y(b!.y))}`;
  const names = minima ? ['', '', 'C'] : [''];
  return svg`<path class="halo" d=${line} /><path class="chord" d=${line} />
    ${names.map((name, k) => {
      const [ex, ey] = [px(x(ends[2 * k]!)), px(y(ends[2 * k + 1]!))];
      if (!Number.isFinite(ex)) return nothing;
      return svg`<path class="end" d="M${ex} ${ey - 6}l6 6l-6 6l-6 -6z" />
        <text class="letter" x=${ex + 10} y=${ey + 16}>${name}</text>`;
    })}
    <path class="halo run-halo" d=${run} /><path class="run" d=${run} />
    ${look ? svg`<circle class="head" cx=${px(x(look.x))} cy=${px(y(look.y))} r="5.5" />` : nothing}`;
}

/** The colours with their numbers, the heights of the level lines, the marks. */
export function legend(map: MapPart | undefined, slice: Slice | undefined, ring: boolean) {
  const colour = (i: number) => `#${rgb(LOSS_MAP[i]!)}`;
  const [lowest, highest] = map?.range ?? [];
  return html`<div class="map-key">
    <svg class="ramp" viewBox="0 0 64 4" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">
      ${Array.from({ length: 64 }, (_, k) => svg`<rect x=${k} width="1.2" height="4" fill=${colour(4 * k + 2)} />`)}
    </svg>
    <p class="ends">
      <span>${lowest === undefined ? '–' : significant(lowest)}</span><span>loss</span
      ><span>${highest === undefined ? '–' : significant(highest)}</span>
    </p>
    <p>
      ${
        map?.levels?.length
          ? `Lines at ${map.levels.map((level) => significant(level, 1)).join(', ')} above the lowest.`
          : nothing
      }
    </p>
    <p>
      ${ring ? 'Violet: a run. Diamond: its end.' : 'Violet: a run, projected. Diamonds: ends of runs.'}
      ${slice && !ring ? ` One unit is ${significant(slice.unit)} long.` : nothing}
    </p>
  </div>`;
}

/** Packed little-endian RGBA as six hexadecimal digits. */
function rgb(packed: number): string {
  return [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255]
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('');
}
