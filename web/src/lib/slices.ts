/** Slices through a loss, between a kernel and what is drawn. */

/** Random slices through a place, and how far each goes to either side of it. */
export const CHANCES = 20;
export const STRIDE = 0.5;
/** Values of the loss along one. */
export const SLICE = 25;

export interface Slice {
  curvature: number;
  losses: Float64Array;
}
