/** Pictures of fields, made in the worker: the page only puts them on the screen. */

import { DIVERGING } from '../lib/colour.ts';
import { contourPath } from '../lib/contour.ts';
import type { Picture } from '../lib/raster.ts';
import { resample, upsideDown } from '../lib/raster.ts';
import { flatOf } from '../lib/rows.ts';
import type { Span } from '../lib/view.ts';

/** Nodes along a side of a decision map, and its pixels. */
const [NODES, SIZE] = [49, 128];

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

/**
 * The places of inputs at which a decision map is made, x and y in turn, row by row from below. Where a picture has its nodes is
 * drawing, as its pixels are, and not the kernel's: that is asked for the outputs there.
 */
export function nodesOf([left, right, low, high]: Span): Float64Array {
  const share = (i: number) => i / (NODES - 1);
  const nodes = Array.from({ length: NODES * NODES }, (_, k) => ({
    x: left + (right - left) * share(k % NODES),
    y: low + (high - low) * share(Math.floor(k / NODES)),
  }));
  return Float64Array.from(flatOf(nodes));
}

/** A decision map: what a network says in logits, with the boundary at 0. */
export function decisionMap(logits: Float64Array, nodes = NODES, size = SIZE): Picture {
  const colour = (logit: number) => DIVERGING[Math.round(255 / (1 + Math.exp(-logit)))]!;
  return mapOf(logits, nodes, size, [0], colour);
}
