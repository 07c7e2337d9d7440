/** Tables that travel flat, with a name for each column. */

import type { Point } from './view.ts';

/** The rows of a table, `width` numbers each. */
export function rowsOf(flat: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: flat.length / width }, (_, k) => flat.subarray(width * k, width * (k + 1)));
}

/** Points of a plane: the kernel and the links hold x and y in turn. */
export function pointsOf(flat: ArrayLike<number>): Point[] {
  return Array.from({ length: flat.length / 2 }, (_, k) => ({ x: flat[2 * k]!, y: flat[2 * k + 1]! }));
}

/** The same table flat again. */
export const flatOf = (points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [x, y]);
