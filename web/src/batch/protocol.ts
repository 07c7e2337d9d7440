/** Messages between the page of *Batch size* and its worker. */

import type * as kernel from '../../pkg/scalar/losscape_batch.js';
import type { Stand } from '../lib/protocol.ts';
import type { Picture } from '../lib/raster.ts';
import type { Slice } from '../lib/slices.ts';

/** The measures of sharpness, as the kernel and as the page call them. */
export const MEASURES = [
  ['largest', 'largest curvature'],
  ['trace', 'trace'],
  ['ball', 'rise in a ball'],
  ['cube', 'rise in a box'],
  ['along', 'curvature along the slope'],
] as const satisfies readonly (readonly [keyof kernel.Measures, string])[];

/** What is measured of every run, as the kernel calls it and as files do. */
export const QUANTITIES = [
  ['curvature', 'curvature_over_edge'],
  ['loss', 'loss'],
  ['along', 'along_gradients_over_edge'],
  ['along_error', 'along_gradients_over_edge_standard_error'],
  ['unseen', 'loss_of_new_points'],
  ['misread', 'misread_new_points'],
] as const satisfies readonly (readonly [keyof kernel.Curvatures, string])[];

/** A network that is rescaled: its measures over those at α = 1, its loss, and how much any output differs. */
export interface Measured {
  alpha: number;
  ratios: readonly number[];
  loss: number;
  differs: number;
}

/** The ReLU network before it is rescaled: slices in random directions, the largest curvature, and the trace. */
export interface Sliced {
  chances: readonly Slice[];
  largest: number;
  trace: number;
}

/** Losses around every run at a step, run by run. */
export interface Kicked {
  step: number;
  /** The length of the kicks. */
  radius: number;
  /** After kicks of that length, the same for all runs. */
  losses: Float64Array;
  /** Along one line, the same for all runs, at these distances from each. */
  slices: Float64Array;
  distances: Float64Array;
}

/** What the reader looks at: a rescaling and the length of kicks, once they may be seen and nothing plays. */
export interface View {
  alpha: number | undefined;
  kick: number | undefined;
  /** Whether slices of the ReLU network may be seen. */
  slices: boolean;
}

/**
 * One measurement: of each run `ηλ/2`, the loss, and `ηs/2` with the curvature s of batches along their own slopes and its standard
 * error; of new points of the moons the loss, and how many are misread.
 */
export type Sample = { step: number } & { readonly [K in keyof kernel.Curvatures]: readonly number[] };

/** New points of the moons. */
export const NEW = 1000;

export interface Frame extends Stand {
  /** Only the first frame brings them: what is learned, sizes of the batches, points as x and y in turn, their classes (in the plane), places of the curves. */
  data?: string;
  batches?: Uint32Array;
  points?: Float64Array;
  labels?: Uint8Array;
  places?: Float64Array;
  /** y at the places, run by run. */
  curves: Float64Array;
  /** In the plane the decision maps of the first run and of the last. */
  maps?: readonly Picture[];
  /** What has been measured since the last frame. */
  measured: readonly Sample[];
  /** The steps at which runs have stopped; 0 for one that goes on. */
  stops: Uint32Array;
  sliced?: Sliced;
  rescaled?: Measured;
  kicked?: Kicked;
}

/** The middle one of some values. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
