/** Messages between the page of *Saddles* and its worker. */

import type * as kernel from '../../pkg/scalar/losscape_saddles.js';
import type { Stand } from '../lib/protocol.ts';

/** A place where the slope is zero. */
export type Place = kernel.CriticalPlace;

/** The place that is looked at. */
export interface Here {
  search: number;
  /** The curvatures, ascending, and the magnitude up to which one is nearly flat. */
  values: Float64Array;
  nearlyFlat: number;
  /** The length of the gradient. */
  slope: number;
  /** The network's curve at these places. */
  places: Float64Array;
  curve: Float64Array;
  /** What a step along each direction does, and one back. */
  ways: readonly kernel.Way[];
  /** Random slices. */
  chances: readonly kernel.Chance[];
}

/** The toy: the curvature of its way down without its sign, and its level lines, in units of cells of their grid. */
export interface Toy {
  gamma: number;
  lines: string;
}

/** Half the width of the toy's slices. */
export const TOY_SPAN = 1.6;

/** The levels that are drawn of the toy: two below the saddle, a share of γ each, its own, and three above. */
export const levelsOf = (gamma: number) => [-0.2 * gamma, -0.1 * gamma, 0, 0.05, 0.15, 0.3];

/** The methods, in the order of the kernel. */
export const METHODS = ['descent', 'with noise', 'saddle-free Newton', 'Newton', 'heavy ball'] as const;
/** Newton's place among them. */
export const NEWTON = 3;

export interface Raced {
  /** How each method went on, and the step at which it left. */
  tracks: readonly (kernel.Track & { left: number | undefined })[];
  /** The step at which descent from ten times as near leaves, and the prediction from the curvatures. */
  closer: number | undefined;
  predicted: number | undefined;
  /** How far from the saddle Newton’s method ends, and how many directions go down there, if it has settled. */
  back: number;
  newtonDown: number | undefined;
}

/** Curvatures of a wider network: exact, and from a number of products with and without re-orthogonalisation. */
export interface Haunted {
  products: number;
  exact: Float64Array;
  kept: Float64Array;
  lost: Float64Array;
  /** How often the largest one appears without. */
  copies: number;
}

/** A hidden unit of another network, the share of its weight that it keeps when it is split, and the places before and after. */
export interface Halved {
  unit: number;
  share: number;
  whole: kernel.Halves;
  halves: kernel.Halves;
}

/** The reader’s view. */
export interface View {
  /** Which search's place; 0 leaves the choice to the run, and below is the toy. */
  place: number;
  /** γ of the toy. */
  gamma: number;
  /** How the race is run, once it may be seen. */
  race: { nudge: number; rate: number; kicks: number; damping: number } | undefined;
  /** Products of the wider network; 0 before they may be seen. */
  products: number;
  /** How a unit is split, once that may be seen. */
  split: Pick<Halved, 'unit' | 'share'> | undefined;
}

export interface Frame extends Stand {
  /** n; and the points that the network learns, x and y in turn. Only the first frame brings them. */
  directions?: number;
  points?: Float64Array;
  found: readonly Place[];
  here?: Here | undefined;
  /** The toy, while it is what is looked at. */
  toy?: Toy | undefined;
  race?: Raced | undefined;
  ghosts?: Haunted;
  split?: Halved;
}

/** Searches of a run. */
export const TOTAL = 160;

/** The highest of some places. */
export const highest = (found: readonly Place[]): Place | undefined =>
  found.reduce<Place | undefined>(
    (best, place) => (best && best.loss >= place.loss ? best : place),
    undefined,
  );

/** Which place is shown: the one asked for, else the latest, and in the end the highest. */
export function shownOf(found: readonly Place[], wanted: number, over: boolean): Place | undefined {
  const asked = found.find(({ search }) => search === wanted);
  return asked ?? (over ? highest(found) : found.at(-1));
}
