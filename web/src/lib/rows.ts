/** Tables that travel flat, with a name for each column. */

import type { Place } from './view.ts';

/** The rows of a table, `width` numbers each. */
export function rowsOf(flat: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: flat.length / width }, (_, k) => flat.subarray(width * k, width * (k + 1)));
}

/** Places of a plane: the kernel and the links hold x and y in turn. */
export function placesOf(flat: ArrayLike<number>): Place[] {
  return Array.from({ length: flat.length / 2 }, (_, k) => ({ x: flat[2 * k]!, y: flat[2 * k + 1]! }));
}

/** The same table flat again. */
export const flatOf = (places: readonly Place[]): number[] => places.flatMap(({ x, y }) => [x, y]);
