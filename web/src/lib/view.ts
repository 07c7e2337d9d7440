/** The part of a square map that is seen. */

/** Left, right, lower and upper edge. */
export type Span = readonly [number, number, number, number];

/** The square of inputs that decision maps of the moons show. */
export const MOONS_SPAN: Span = [-2, 3, -2.25, 2.75];

export interface Point {
  x: number;
  y: number;
}

/** The smallest part of the map that can be shown. */
const CLOSEST = 16;

/** A view `by` times as close, in which a place stays where it is; never beyond the map. */
export function zoomed(whole: Span, view: Span, by: number, { x, y }: Point): Span {
  const [left, right] = whole;
  const width = Math.min(right - left, Math.max((right - left) / CLOSEST, (view[1] - view[0]) / by));
  const factor = width / (view[1] - view[0]);
  const from = (edge: number, at: number) => at - factor * (at - edge);
  return within(whole, [from(view[0], x), from(view[1], x), from(view[2], y), from(view[3], y)]);
}

/** The same view, moved so that a place is in its middle, as far as the map reaches. */
export function centred(whole: Span, view: Span, { x, y }: Point): Span {
  const [width, height] = [view[1] - view[0], view[3] - view[2]];
  return within(whole, [x - width / 2, x + width / 2, y - height / 2, y + height / 2]);
}

export function holds([left, right, low, high]: Span, { x, y }: Point): boolean {
  return x >= left && x <= right && y >= low && y <= high;
}

/** A view, moved so that it lies in the whole map; larger than that it is not. */
export function within([left, right, low, high]: Span, view: Span): Span {
  const [width, height] = [view[1] - view[0], view[3] - view[2]];
  const l = Math.min(right - width, Math.max(left, view[0]));
  const b = Math.min(high - height, Math.max(low, view[2]));
  return [l, l + width, b, b + height];
}
