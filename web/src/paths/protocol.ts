/** What the page of *Paths* and its worker say to each other. */

import type { Picture as MapPicture } from '../grammar/field.ts';
import type { Reading, Look as Shown } from '../grammar/look.ts';
import type { Act, Stand } from '../lib/protocol.ts';

/** An image of a toy's band that the reader put somewhere else, after `step` moves of the band. */
export interface Drag extends Act {
  image: number;
  x: number;
  y: number;
}

/** What the reader looks at: a place on a route, and of the digits what the network there is shown. */
export interface View {
  route: string;
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

export interface Frame extends Stand {
  /** Training steps left; the search begins when there are none. */
  left: number;
  total: number;
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

/** Nodes along a side of the grid that maps are made from. */
export const NODES = 64;

/** Moves of a toy's band. */
export const TOY_STEPS = 2000;
