/** What the page of *Same bits* asks its workers. */

import type { Build } from '../lib/simd.ts';

export interface Row {
  experiment: string;
  digest: string;
}

export interface Column {
  step: number;
  /** Differing bits of each weight, 0 to 32. */
  bits: Uint8Array;
}

export interface Comparison {
  columns: Column[];
  step: number;
  first?: number;
  losses: [number, number];
  digests: [string, string];
}

export type Requests = {
  /** Every experiment of the fingerprint, in one build. */
  experiments: { ask: { build: Build }; answer: Row[] };
  twins: {
    ask: { build: Build; seed: number; tanh: boolean; order: boolean; total: number };
    answer: Comparison;
  };
  advance: { ask: { sliceMs: number }; answer: Comparison };
};
