/** Messages between the page of *Paths* and its worker. */

import type * as kernel from '../../pkg/scalar/losscape_paths.js';
import type { NetworkInput, Reading } from '../lib/look.ts';
import type { Act, Stand } from '../lib/protocol.ts';
import type { Picture as MapPicture } from '../lib/raster.ts';

/** An image of a toy's band that the reader put somewhere else, after `step` moves of the band. */
export interface Drag extends Act {
  image: number;
  x: number;
  y: number;
}

/** The reader's view: a place on a route, and for digits the input of the network there. */
export interface View {
  route: string;
  t: number;
  shown: NetworkInput;
}

/** The dense scan of a route. */
export type Report = kernel.RouteReport;

/** The loss along a route: fractions of the way, ascending, and the value at each. */
export type Profile = kernel.Profile;

/** The images of a route in a plane, in units of ‖A − B‖. */
export type Plane = kernel.RoutePlane;

/** The places of a profile. */
export function pointsOf({ t, value }: Profile): (readonly [t: number, value: number])[] {
  return Array.from(t, (place, k) => [place, value[k]!] as const);
}

/** The value of a profile at a place. */
export function valueAt({ t, value }: Profile, at: number): number {
  const after = t.findIndex((place, k) => k > 0 && at <= place);
  if (after < 0) return value.at(-1) ?? Number.NaN;
  const [from, to] = [t[after - 1]!, t[after]!];
  const [low, high] = [value[after - 1]!, value[after]!];
  return low + ((at - from) / (to - from || 1)) * (high - low);
}

/** Constants of a search. */
export interface Facts extends kernel.Difference {
  straight: Report;
  aligned: Report;
  /** The network where the straight line is highest. */
  top: kernel.Look;
  straightProfile: Profile;
  alignedProfile: Profile;
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
  /** The first layer, and the network's output. */
  weights?: Float32Array;
  reading?: Reading;
  label?: number;
}

export interface Frame extends Stand, kernel.Progress {
  /** Training steps left; the search begins when there are none. */
  left: number;
  climbed?: number;
  /** The cycles that have ended. */
  cycles: readonly kernel.CycleRow[];
  /** New entries of the highest image. */
  history: kernel.History;
  /** Left, right, lower and upper edge of the inputs, or of a toy's surface, that are shown. */
  span: Float32Array;
  best?: Report;
  facts?: Facts;
  /** A toy's surface. */
  surface?: MapPicture;
  /** Heights of a toy's surface that have the first and the last colour. */
  heights?: readonly [lowest: number, highest: number];
  /** x and y of a toy's images. */
  images?: Float32Array;
  /** Band and best path, each only when it has changed. */
  bandProfile?: Profile;
  bestProfile?: Profile;
  bandPlane?: Plane;
  bestPlane?: Plane;
  /** The network at the saddle. */
  saddle?: kernel.Look;
  look?: Look;
}

export type Requests = {
  /** All curvatures of the network that was looked at last, ascending. */
  curvatures: { ask: object; answer: { values: Float64Array } };
};

/** Nodes along a side of the grid that maps are made from. */
export const NODES = 64;

/** Moves of a toy's band. */
export const TOY_STEPS = 2000;
