/** Messages between the page of *Same bits* and its worker. */

import type { Stand } from '../lib/protocol.ts';
import type { Build } from '../lib/simd.ts';

/** Weights of the network that both runs train. */
export const WEIGHTS = 105;

export interface Row {
  experiment: string;
  digest: string;
}

/** Both runs at one step. */
export interface Column {
  step: number;
  /** Differing bits of each weight, 0 to 32. */
  bits: Uint8Array;
  /** The loss of the kernel's parameters and of the twin's, both measured by the kernel. */
  losses: [number, number];
}

export interface Comparison extends Stand {
  /** Columns since the last answer, at the steps of the map. */
  columns: Column[];
  /** Both runs now, whether or not the map has a column here. */
  now: Column;
  first: number | undefined;
  /** The twin's digest; the other is the kernel's. */
  twin: string;
}

export type Requests = {
  /** Every experiment of the fingerprint, in one build. */
  experiments: { ask: { build: Build }; answer: Row[] };
};

/** Kilobytes of a build of the experiments, at most: a test holds them to it. */
export const EXPERIMENTS_KB = 280;

export function differing(column: Column): number {
  return column.bits.reduce((n, bits) => n + Number(bits > 0), 0);
}

/** By how much the twin's loss differs, as a share of the kernel's. */
export function lossDifference({ losses: [ours, theirs] }: Column): number {
  return Math.abs(ours - theirs) / ours;
}
