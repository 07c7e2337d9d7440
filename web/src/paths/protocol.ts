/** What the Paths page asks its worker, and what it is told. */

import type { Picture as MapPicture } from '../grammar/field.ts';
import type { Reading, Look as Shown } from '../train/protocol.ts';

export type NetTask = 'different' | 'twins' | 'digits';
export type ToyTask = 'mueller-brown' | 'egg-carton';
export type Task = NetTask | ToyTask;

export function isToy(task: string): task is ToyTask {
  return task === 'mueller-brown' || task === 'egg-carton';
}

/** An image of a toy's band that the reader put somewhere else, after `step` moves of the band. */
export interface Drag {
  step: number;
  image: number;
  x: number;
  y: number;
}

/** Everything that decides a run's numbers. */
export interface Setup {
  task: Task;
  width: number;
  a: number;
  b: number;
  align: boolean;
  pivots: number;
  cycles: number;
  rate: number;
  climb: boolean;
  drags: Drag[];
}

export type RouteName = 'straight' | 'aligned' | 'band' | 'best';

/** What the reader looks at: a place on a route, and of the digits what the network there is shown. */
export interface View {
  route: RouteName;
  t: number;
  shown: Shown;
}

/** The dense scan of a route. */
export interface Report {
  saddle: number;
  /** Where on the way the saddle lies, 0 to 1. */
  at: number;
  barrier: number;
  ends: [number, number];
  /** Length over chord. */
  ratio: number;
}

/** Pairs of the fraction of the way and the value there. */
export type Profile = Float32Array;

/** The value of a profile at a place. */
export function valueAt(profile: Profile, t: number): number {
  for (let k = 0; k + 3 < profile.length; k += 2) {
    const [from, to] = [profile[k]!, profile[k + 2]!];
    if (t <= to)
      return profile[k + 1]! + ((t - from) / (to - from || 1)) * (profile[k + 3]! - profile[k + 1]!);
  }
  return profile.at(-1) ?? Number.NaN;
}

/** What does not change during a search. */
export interface Facts {
  straight: Report;
  aligned: Report;
  straightProfile: Profile;
  alignedProfile: Profile;
  /** ‖A − B‖, and the same with B's neurons in A's order. */
  distances: [number, number];
  /** Share of the square, or of the held-out digits, where A and B say different things. */
  disagreement: number;
  /** The largest change of a probability that aligning has made. */
  aligningError: number;
  points: Float32Array;
  labels: Uint8Array;
  samples: number;
  params: number;
  /** Rows of held-out digits to look at. */
  rows: number;
  ends: [string, string];
}

/** A network on the way. */
export interface Look {
  /** The place looked at, which may lie behind the one asked for. */
  t: number;
  value: number;
  missed: number;
  /** The decision map, with its contour at 0. */
  map?: MapPicture;
  /** The first layer, and what the network makes of what it is shown. */
  weights?: Float32Array;
  reading?: Reading;
  label?: number;
}

/** A surface one can see in full. */
export interface Surface {
  /** Lower left corner and side of the square shown. */
  square: [number, number, number];
  map: MapPicture;
}

export interface Frame {
  /** Training steps left; the search begins when there are none. */
  left: number;
  step: number;
  total: number;
  /** Whether what follows the last move, a scan say, is done. */
  settled: boolean;
  digest: string;
  notFinite: boolean;
  gradients: number;
  residual: number;
  climbed?: number;
  /** Five numbers a cycle: move, saddle of its band, lowest saddle so far, lowest barrier so far, images. */
  cycles: Float64Array;
  /** New entries: move, highest image. */
  history: Float32Array;
  best?: Report;
  facts?: Facts;
  surface?: Surface;
  /** x and y of a toy's images. */
  images?: Float32Array;
  /** Of the band and of the best path, each when it is new. */
  bandProfile?: Profile;
  bestProfile?: Profile;
  /** Three numbers an image: its place in the plane and its distance from it, in units of ‖A − B‖. */
  bandPlane?: Float32Array;
  bestPlane?: Float32Array;
  /** The value at the saddle, and the training samples missed there. */
  saddle?: [number, number];
  look?: Look;
}

export type Requests = {
  start: { ask: { setup: Setup; view: View; rehearse?: string }; answer: Frame };
  /** Trains the ends until `sliceMs` have passed. */
  train: { ask: { sliceMs: number; view: View }; answer: Frame };
  /** Moves the band until it has moved `target` times, and at most until `sliceMs` have passed. */
  advance: { ask: { target: number; sliceMs: number; view: View }; answer: Frame };
  look: { ask: { view: View }; answer: Look };
  drag: { ask: { drag: Drag }; answer: Frame };
};

/** Nodes along a side of the grid that maps are made from. */
export const NODES = 64;

/** Moves of a toy's band. */
export const TOY_STEPS = 2000;
