/** Messages between the page of *Smoothing* and its worker. */

import type { Stand } from '../lib/protocol.ts';

/** Constants of a run. */
export interface Facts {
  /** The standard deviation of one step's noise, and the temperature that many make. */
  width: number;
  temperature: number;
  /** x, true value and smoothed value, again and again. */
  curves: Float64Array;
  /** Where the minima are. */
  minima: { true: Float64Array; smooth: Float64Array };
  /** A width and the place of a minimum, again and again. */
  tree: Float64Array;
  /** The width at which the last false minimum vanishes, if there are any and they do, and the bound for a Gaussian. */
  last: number | undefined;
  bound: number;
}

export interface Frame extends Stand {
  /** Only the first frame brings it. */
  facts?: Facts;
  /** Where the runs are: all, or as many as are drawn. */
  runs: Float32Array;
  mean: number;
  spread: number;
  /** Where descent on the smoothed curve is. */
  smooth: number;
  /** Place, smoothed slope, average slope of single steps, its standard error, again and again. */
  checks: Float64Array;
  /** Step, mean of the runs, place of the descent: what has been measured since the last frame. */
  measured: Float64Array;
}

/** Left and right end of what is drawn, as the kernel has it. */
export const ENDS = [-4, 4] as const;
/** The widest smoothing of the tree. */
export const WIDEST = 0.6;

/** The largest deviation of a single step's average from the smoothed slope, in standard errors. */
export function largestDeviation(checks: Float64Array): number {
  let largest = 0;
  for (let k = 0; k < checks.length; k += 4)
    largest = Math.max(largest, Math.abs(checks[k + 1]! - checks[k + 2]!) / checks[k + 3]!);
  return largest;
}

/** The value of the true (1) or the smoothed (2) curve at a place, between the two nearest of its points. */
export function height(curves: Float64Array, which: 1 | 2, x: number): number {
  const last = curves.length / 3 - 1;
  const at = ((x - ENDS[0]) / (ENDS[1] - ENDS[0])) * last;
  const low = Math.min(last - 1, Math.max(0, Math.floor(at)));
  const share = Math.min(1, Math.max(0, at - low));
  const [a, b] = [curves[3 * low + which]!, curves[3 * low + 3 + which]!];
  return a + share * (b - a);
}
