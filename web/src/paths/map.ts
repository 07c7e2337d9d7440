/** The map beside the curves: a network's decision boundary, or a surface from above. */

import { html, svg, type TemplateResult } from 'lit';
import '../grammar/field.ts';
import type { Handle } from '../grammar/field.ts';
import { classPoints } from '../grammar/points.ts';
import { ramp } from '../grammar/ramp.ts';
import { pointsOf } from '../lib/rows.ts';
import type { Frame } from './protocol.ts';

type Scale = (v: number) => number;

/** The span before the kernel has reported its own. */
const UNIT = Float32Array.of(0, 1, 0, 1);

/** The decision map of the network at a place, with the points both ends were trained on. */
export function moonsMap(
  { facts, look, span = UNIT }: Partial<Frame>,
  { way, t }: { way: string; t: number },
): TemplateResult {
  const { points, labels } = facts ?? { points: new Float32Array(), labels: new Uint8Array() };
  const missed = look ? `${look.missed} of ${labels.length} training points on the wrong side` : '';
  return html`<lab-field
      class="boundary"
      .picture=${look?.map}
      .span=${span}
      .label=${'Decision boundary'}
      .summary=${`Decision boundary at t = ${t.toFixed(2)} on ${way}: ${missed}.`}
      .above=${classPoints(points, labels, 3.4)}
    ></lab-field>
    <p class="note" data-test="missed">${missed}</p>`;
}

/** A surface from above with the band on it; each inner image is a handle. `t` is where the curves' handle stands. */
export function toyMap(
  { surface, heights, images, span = UNIT }: Partial<Frame>,
  t: number,
  moved: (to: { id: string; x: number; y: number }) => void,
): TemplateResult {
  const places = pointsOf(images ?? []);
  const inner = places.slice(1, -1);
  const handles = inner.map<Handle>((place, k) => ({
    id: String(k + 1),
    label: `Image ${k + 1} of ${inner.length}`,
    letter: '',
    shape: 'circle',
    ...place,
  }));
  const above = (x: Scale, y: Scale) => {
    if (places.length === 0) return svg``;
    const at = places.map((place) => [x(place.x), y(place.y)] as const);
    const path = `M${at.map(([px, py]) => `${px} ${py}`).join('L')}`;
    const walker = walkTo(at, t);
    return svg`<path class="chord" d="M${at[0]!.join(' ')}L${at.at(-1)!.join(' ')}" />
      <path class="halo run-halo" d=${path} /><path class="run" d=${path} />
      ${[at[0]!, at.at(-1)!].map(([px, py]) => svg`<circle class="end" cx=${px} cy=${py} r="6" />`)}
      <circle class="head" cx=${walker[0]} cy=${walker[1]} r="5" />`;
  };
  return html`<lab-field
    .picture=${surface}
    .span=${span}
    .handles=${handles}
    .label=${'The surface from above, with the band; arrow keys move an image'}
    .summary=${`A band of ${places.length} images.`}
    .above=${above}
    @lab-handle=${(event: CustomEvent<{ id: string; x: number; y: number }>) => moved(event.detail)}
  ></lab-field>${ramp('height', heights)}`;
}

/** The point at a fraction of a polyline's length. */
function walkTo(at: readonly (readonly [number, number])[], t: number): readonly [number, number] {
  const lengths = at.slice(1).map(([x, y], i) => Math.hypot(x - at[i]![0], y - at[i]![1]));
  let left = t * lengths.reduce((sum, length) => sum + length, 0);
  for (const [i, length] of lengths.entries()) {
    if (left <= length && length > 0) {
      const [p, q] = [at[i]!, at[i + 1]!];
      return [p[0] + (left / length) * (q[0] - p[0]), p[1] + (left / length) * (q[1] - p[1])];
    }
    left -= length;
  }
  return at.at(-1)!;
}
