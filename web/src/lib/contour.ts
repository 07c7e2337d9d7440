/** Level lines of a field on a square grid, as paths in units of cells. */

import { contours } from 'd3-contour';

/** The path of one level; `field` is row by row from the upper left cell. */
export function contourPath(field: ArrayLike<number>, cells: number, level: number): string {
  const [line] = contours().size([cells, cells]).thresholds([level])(Array.from(field));
  const ring = (points: number[][]) => `M${points.map(([x, y]) => `${round(x!)} ${round(y!)}`).join('L')}Z`;
  return line!.coordinates.flatMap((polygon) => polygon.map(ring)).join('');
}

function round(x: number): number {
  return Math.round(100 * x) / 100;
}
