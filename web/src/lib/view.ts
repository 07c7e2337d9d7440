/** The part of a square map that is seen. */

/** Left, right, lower and upper edge. */
export type Span = readonly [number, number, number, number];

/** Of the whole map, this small a part can be seen. */
const CLOSEST = 16;

/** A view `by` times as close, in which a place stays where it is; never beyond the map. */
export function zoomed(whole: Span, view: Span, by: number, { x, y }: { x: number; y: number }): Span {
  const [left, right] = whole;
  const width = Math.min(right - left, Math.max((right - left) / CLOSEST, (view[1] - view[0]) / by));
  const share = width / (right - left);
  const factor = width / (view[1] - view[0]);
  return within(whole, share, x - factor * (x - view[0]), y - factor * (y - view[2]));
}

/** The same view, moved so that a place is in its middle, as far as the map reaches. */
export function centred(whole: Span, view: Span, { x, y }: { x: number; y: number }): Span {
  const share = (view[1] - view[0]) / (whole[1] - whole[0]);
  return within(whole, share, x - (view[1] - view[0]) / 2, y - (view[3] - view[2]) / 2);
}

export function holds([left, right, low, high]: Span, { x, y }: { x: number; y: number }): boolean {
  return x >= left && x <= right && y >= low && y <= high;
}

function within([left, right, low, high]: Span, share: number, x: number, y: number): Span {
  const [width, height] = [share * (right - left), share * (high - low)];
  const l = Math.min(right - width, Math.max(left, x));
  const b = Math.min(high - height, Math.max(low, y));
  return [l, l + width, b, b + height];
}
