/** Messages between the page of *Smoothing* and its worker. */

import type { Stand } from '../lib/protocol.ts';

/** A place of both curves. */
export interface Point {
  x: number;
  true: number;
  smooth: number;
}

/** A minimum of the line smoothed by a width. */
export interface Dip {
  width: number;
  x: number;
}

/** A place at which single steps are averaged: the smoothed slope, the average slope of the steps, and its standard error. */
export interface Check {
  x: number;
  slope: number;
  average: number;
  error: number;
}

/** The mean of the runs and the place of the descent, at a step. */
export interface Sample {
  step: number;
  mean: number;
  smooth: number;
}

/** Constants of a run. */
export interface Facts {
  /** The standard deviation of one step's noise, and the temperature that many make. */
  width: number;
  temperature: number;
  /** At equal distances, from the left end to the right one. */
  curves: readonly Point[];
  /** Where the minima are. */
  minima: { true: Float64Array; smooth: Float64Array };
  tree: readonly Dip[];
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
  checks: readonly Check[];
  /** What has been measured since the last frame. */
  measured: readonly Sample[];
}

/** Left and right end of what is drawn, as the kernel has it. */
export const ENDS = [-4, 4] as const;
/** The widest smoothing of the tree. */
export const WIDEST = 0.6;

/** The largest deviation of a single step's average from the smoothed slope, in standard errors. */
export function largestDeviation(checks: readonly Check[]): number {
  return Math.max(0, ...checks.map(({ slope, average, error }) => Math.abs(slope - average) / error));
}

/** The value of a curve at a place, between the two nearest of its points. */
export function height(curves: readonly Point[], which: 'true' | 'smooth', x: number): number {
  const last = curves.length - 1;
  const at = ((x - ENDS[0]) / (ENDS[1] - ENDS[0])) * last;
  const low = Math.min(last - 1, Math.max(0, Math.floor(at)));
  const share = Math.min(1, Math.max(0, at - low));
  const [a, b] = [curves[low]![which], curves[low + 1]![which]];
  return a + share * (b - a);
}
