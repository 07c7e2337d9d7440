/** Messages between the page of *Cloud* and its worker. */

import type { Stand } from '../lib/protocol.ts';
import type { Picture } from '../lib/raster.ts';

/** Values for the cloud, its density, and the law to which both settle. */
export interface Three {
  cloud: number;
  density: number;
  law: number;
}

/** What is measured at some steps, and now. */
export interface Sample {
  step: number;
  temperature: number;
  /** Shares on the left, and variances along x and along y. */
  left: Three;
  along: Three;
  across: Three;
  /** Distances to the law in nats. */
  density: number;
  cloud: number;
  /** The value for a perfect cloud of as many walkers, and its standard deviation. */
  floor: number;
  spread: number;
  /** The density's free energy above its limit, over T; NaN where the law is not that of Gibbs. */
  energy: number;
  circulation: number;
  /** Entropy that the current of the law produces. */
  produced: number;
}

export interface Frame extends Stand {
  /** Only the first frame brings it. */
  ground?: Picture;
  now: Sample;
  /** Some walkers, x and y of each. */
  walkers: Float32Array;
  /** Level lines in units of cells, rows from above. */
  density: string;
  /** Only when it has changed. */
  law?: string;
  /** Where the noise is stronger above: the current at 24 × 24 places, row by row from below. */
  current?: Float64Array;
  /** Mean steps from the right well to the left one's bottom: of the cloud until now, of the diffusion, by Kramers' formula. */
  passage?: Float64Array;
  /** Measured since the last frame. */
  measured: Sample[];
}

/** The end of a cloud with half as many steps of twice the length and batches twice as large. */
export interface Doubled {
  /** Its share on the left (NaN if it diverged), and its number of walkers. */
  left: number;
  walkers: number;
}

export type Requests = {
  /** Advances that cloud for `sliceMs`; answers once it has ended. */
  doubled: { ask: { sliceMs: number }; answer: Doubled | undefined };
};

/** The map reaches from the first cell's middle to the last one's, as the kernel has them. */
export const CELLS = 72;
const REACH = 3 - 3 / CELLS;
export const SPAN = [-REACH, REACH, -REACH, REACH] as const;
/** Above the lowest place: from this height on all is drawn in the lightest colour. */
export const HIGHEST = 4;
/** Places of the current along a side, and the box that they lie in. */
export const ARROWS = 24;
export const EDGE = 3;

/** The time of a run, in steps times their length: all settles within it, if nothing is cooled. */
const TIME = 40;
export const LAST = 20_000;

/** Steps of a run. */
export const total = (rate: number) => Math.min(LAST, Math.round(TIME / rate));
