/** What is written at the axes of a chart. */

import { svg } from 'lit';

/** A value of the vertical axis, written at the left of its line across the chart. */
export const level = (y: number, value: string, left: number, right: number) =>
  svg`<line class="grid" x1=${left} x2=${right} y1=${y} y2=${y} />
    <text x=${left - 8} y=${y} dy="0.32em" text-anchor="end">${value}</text>`;

/** A value of the horizontal axis, or what it measures, if that is short. */
export const centred = (x: number, y: number, value: string | number) =>
  svg`<text x=${x} y=${y} text-anchor="middle">${value}</text>`;

/** A letter is about this wide. */
const LETTER = 6.9;

/** What the horizontal axis measures: the first name that fits into the drawing, moved out of its middle if it has to be. */
export function axisName(middle: number, y: number, width: number, ...names: readonly string[]) {
  const half = (name: string) => (LETTER / 2) * name.length;
  const name = names.find((name) => 2 * half(name) <= width) ?? names.at(-1)!;
  return centred(Math.min(width - half(name), Math.max(half(name), middle)), y, name);
}
