/** Messages between the page of *Surface* and its worker. */

import type * as kernel from '../../pkg/scalar/losscape_surface.js';
import type { Stand } from '../lib/protocol.ts';
import type { Picture } from '../lib/raster.ts';

/** Constants until the next start. */
export interface Facts {
  dim: number;
  /** Steps that were made, and that were planned. */
  steps: number;
  planned: number;
  /** x and y of the training points in turn, and their classes. */
  points: Float64Array;
  labels: Uint8Array;
}

/** A plane, and what of the run lies in it. */
export interface Slice {
  /** The length of one unit of the map in parameter space. */
  unit: number;
  share: number;
  /** The control: a random walk in its own principal plane. */
  walk: number;
  /** x and y of the run, every `stride`-th step. */
  path: Float64Array;
  stride: number;
  /** x and y of the ends of all trained runs. */
  ends: Float64Array;
  /** At some steps of the run: its loss, and the loss of the point of the plane below it. */
  heights: [step: number, run: number, drawn: number][];
}

/** Another plane, beside the one that is looked at. */
export interface Beside extends Slice {
  plane: string;
  picture: Picture;
}

export interface MapPart {
  /** Cells of the grid that is complete now; 0 if none is new. */
  cells: number;
  done: boolean;
  picture?: Picture;
  /** The lowest and the highest loss on it. */
  range?: [number, number];
  /** Heights of the level lines above the lowest loss. */
  levels?: number[];
  digest?: string;
}

export type Line = kernel.Line;

export type Curved = kernel.Curved;

/** The reader's view: the run at its step, or a point of the plane. */
export interface View {
  plane: string;
  cross: { x: number; y: number } | undefined;
}

export interface Look {
  /** Where it is, after projection on the plane. */
  x: number;
  y: number;
  loss: number;
  /** The loss of the point of the plane below it: what the map shows there. */
  drawn: number;
  /** The decision map; none for the ring. */
  boundary: Picture | undefined;
}

/** The run where it stands, seen through a plane. */
export interface Frame extends Stand {
  look: Look;
  /** Sent when a run has just begun. */
  facts?: Facts;
  /** Sent when a plane has just been cut. */
  slice?: Slice;
}

export type Requests = {
  /** Begins a map; `fill` goes on until `sliceMs` have passed or a grid is complete. */
  begin: { ask: { x: number; y: number; half: number; cells: number }; answer: object };
  fill: { ask: { sliceMs: number }; answer: MapPart };
  /** Cuts another plane, draws its map, and cuts the one before once more. */
  beside: { ask: { plane: string }; answer: Beside };
  line: { ask: { ax: number; ay: number; bx: number; by: number }; answer: Line };
  /** The curvature at the point that was looked at last. */
  curvature: { ask: object; answer: Curved };
};

/** How far a map of a plane reaches at first: planes differ in their unit. */
export const HALF_OF: Readonly<Record<string, number>> = { minima: 2, run: 2, curvature: 4, random: 1 };
