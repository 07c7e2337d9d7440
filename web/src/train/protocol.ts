/** What the Train page asks its worker, and what it is told. */

import type { Change } from '../lib/changes.ts';

/** Everything that decides a run's numbers. */
export interface Setup {
  seed: number;
  hidden: number;
  rate: number;
  batch: number;
  momentum: number;
  l2: number;
  init: string;
  order: string;
  changes: Change[];
}

export interface Reading {
  /** The 64 pixels the network sees, 0…1. */
  pixels: Float32Array;
  /** What the hidden units say, −1…1. */
  hidden: Float32Array;
  /** Probabilities of the ten digits. */
  probabilities: Float32Array;
}

export interface Frame {
  step: number;
  /** Held-out rows to look at. */
  rows: number;
  hiddenUnits: number;
  /** The parameters, in a buffer lent by the page. */
  params: ArrayBuffer;
  /** Samples recorded since the last frame, `SAMPLE_LEN` numbers each. */
  samples: Float64Array;
  /** The digest of the parameters: 16 hexadecimal digits. */
  digest: string;
  temperature: number;
  norm: number;
  /** The step at which a value was not finite, if one was; the state shown is the one before. */
  notFinite?: number;
  reading?: Reading;
}

export interface Row {
  pixels: Float32Array;
  label: number;
}

/** What the pad or the gallery shows to the network. */
export type Look = { ink: Uint8Array } | { row: number } | undefined;

export type Requests = {
  start: {
    ask: { setup: Setup; params: ArrayBuffer; look: Look; rehearse?: string };
    answer: Frame;
  };
  /** At most `steps` steps, and at most until `sliceMs` have passed. */
  advance: { ask: { steps: number; sliceMs: number; params: ArrayBuffer }; answer: Frame };
  change: { ask: { change: Change; params: ArrayBuffer }; answer: Frame };
  look: { ask: { look: Look }; answer: { reading?: Reading; label?: number } };
  save: { ask: object; answer: Uint8Array };
  load: { ask: { bytes: Uint8Array; params: ArrayBuffer }; answer: Frame };
};

/** Parameters of a 64-h-10 network; the ring's buffers are this large. */
export const INPUTS = 64;
const OUTPUTS = 10;
export const MAX_HIDDEN = 32;

export function paramLen(hidden: number): number {
  return (INPUTS + 1) * hidden + (hidden + 1) * OUTPUTS;
}
