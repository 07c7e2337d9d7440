/** Messages between the page of *Train* and its worker. */

import type { Reading } from '../lib/look.ts';
import { MOST } from '../lib/own.ts';
import type { Stand } from '../lib/protocol.ts';
import type { Sample } from '../lib/record.ts';
import type { Values } from '../lib/schema.ts';

export interface Frame extends Stand {
  /** Rows that are trained on, and held-out ones to look at. */
  trained: number;
  rows: number;
  /** Inputs and outputs of the network. */
  inputs: number;
  classes: number;
  hiddenUnits: number;
  /** Recorded since the last frame. */
  samples: Sample[];
  temperature: number;
  norm: number;
  /** The network's output for its input; undefined for an empty pad. */
  reading: Reading | undefined;
  /** The digit that is shown, if it is a held-out row. */
  label: number | undefined;
}

export type Requests = {
  /** The network as a file. */
  save: { ask: object; answer: Uint8Array };
  /** A whole run of the race, with settings of its own. */
  race: { ask: { settings: Values }; answer: Raced };
};

/** Seeds of each setting in the race, and steps of each. */
export const SEEDS = 20;
export const RACE_STEPS = 1500;
/** From this step on all runs continue at a tenth of their rate: jitter dies down, stuck runs stay stuck. */
export const COOLED = 1200;
export const COOLER = 10;
/** In nats: a run that ends this far above the best of its width is stuck. */
export const STUCK = 0.1;

/** A run of the race: its training loss at some steps, and at the end. */
export interface Raced {
  points: [step: number, loss: number][];
  end: number;
}

/** The most units that the hidden layer may have. */
export const MAX_HIDDEN = 32;

/** The parameters of a network with one hidden layer. */
export function paramLen(inputs: number, hidden: number, outputs: number): number {
  return (inputs + 1) * hidden + (hidden + 1) * outputs;
}

/** Those of the largest. */
export const MAX_PARAMS = paramLen(MOST.inputs, MAX_HIDDEN, MOST.classes);
