/** Pictures of fields, made in the worker: the page only puts them on the screen. */

import { DIVERGING } from '../lib/colour.ts';
import { contourPath } from '../lib/contour.ts';
import type { Picture } from '../lib/raster.ts';
import { resample, upsideDown } from '../lib/raster.ts';

/** The picture of a field on `nodes` × `nodes` places, row by row from below, with its level lines. */
export function mapOf(
  field: Float64Array,
  nodes: number,
  size: number,
  levels: readonly number[],
  colour: (value: number) => number,
): Picture {
  const rows = upsideDown(field, nodes);
  return {
    colours: Uint32Array.from(resample(field, nodes, size), colour),
    size,
    lines: levels.map((level) => contourPath(rows, nodes, level)).join(''),
    nodes,
  };
}

/** A decision map: what a network says in logits, with the boundary at 0. */
export function decisionMap(logits: Float64Array, nodes: number, size: number): Picture {
  const colour = (logit: number) => DIVERGING[Math.round(255 / (1 + Math.exp(-logit)))]!;
  return mapOf(logits, nodes, size, [0], colour);
}
