/** What the Surface page asks its worker, and what it is told. */

import type { Picture } from '../grammar/field.ts';

export type Scene = 'network' | 'ring';
export type PlaneName = 'minima' | 'run' | 'curvature' | 'random';

/** Everything that decides the landscape and its runs. */
export interface Setup {
  scene: Scene;
  seed: number;
  tilt: number;
  scale: number;
}

/** What does not change until the next start. */
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

export interface Line {
  losses: Float64Array;
  /** The highest loss, and where, 0 to 1. */
  saddle: number;
  at: number;
  barrier: number;
  length: number;
}

/** What the reader looks at: the run at a step, or a point of the plane. */
export type Probe = { step: number } | { x: number; y: number };

export interface Look {
  /** Where it is, after projection on the plane. */
  x: number;
  y: number;
  loss: number;
  digest: string;
  /** The decision map; not of the ring. */
  boundary?: Picture;
}

export interface Curved {
  largest: number;
  smallest: number;
  trace: number;
  flat: number;
  negative: number;
}

export type Requests = {
  /** Makes the run, unless it is the one that is there. */
  start: { ask: { setup: Setup; rehearse: string }; answer: Facts };
  cut: { ask: { plane: PlaneName }; answer: Slice };
  /** Begins a map; `fill` goes on until `sliceMs` have passed or a grid is complete. */
  begin: { ask: { x: number; y: number; half: number; cells: number }; answer: object };
  fill: { ask: { sliceMs: number }; answer: MapPart };
  line: { ask: { ax: number; ay: number; bx: number; by: number }; answer: Line };
  look: { ask: { probe: Probe }; answer: Look };
  /** The curvature where one looked last. */
  curvature: { ask: object; answer: Curved };
};

/** The square of inputs that the decision map shows: left, right, lower and upper edge. */
export const INPUTS = [-2, 3, -2.25, 2.75] as const;
