/** What is written at the axes of a chart. */

import { svg } from 'lit';

/** A value of the vertical axis, written at the left of its line across the chart. */
export const level = (y: number, value: string, left: number, right: number) =>
  svg`<line class="grid" x1=${left} x2=${right} y1=${y} y2=${y} />
    <text x=${left - 8} y=${y} dy="0.32em" text-anchor="end">${value}</text>`;

/** A value of the horizontal axis, or what it measures. */
export const centred = (x: number, y: number, value: string | number) =>
  svg`<text x=${x} y=${y} text-anchor="middle">${value}</text>`;
