/** The input of a network of digits, and its output. */

/** The input from the pad or the gallery of held-out rows. */
export type NetworkInput = { ink: Uint8Array } | { row: number };

export interface Reading {
  /** The 64 pixels that the network sees, 0 to 1. */
  pixels: Float32Array;
  /** Outputs of the hidden units, −1 to 1. */
  hidden: Float32Array;
  /** Probabilities of the ten digits. */
  probabilities: Float32Array;
}

/** Inputs of such a network, and along a side of a digit. */
export const INPUTS = 64;
export const SIDE = 8;
