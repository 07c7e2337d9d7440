/** Messages between page and worker that all exhibits share. */

import type { Values } from './schema.ts';

/** Something that the reader did after a step of the run; a replay repeats it there. */
export interface Act {
  step: number;
}

/** Where a run stands. */
export interface Stand {
  step: number;
  /** The digest of what has been computed so far: 16 hexadecimal digits. */
  digest: string;
  /** The step whose result was not finite; the state shown is the one before it. */
  notFinite?: number;
  /** Work remains before the run reaches this step: networks are being trained, a path is being scanned. */
  busy?: boolean;
  /** The buffer that the page lent, filled. */
  buffer?: ArrayBuffer;
}

/** Fields of every request for a frame. */
export interface Seeing<View> {
  /** The reader’s view. */
  view: View;
  /** Transferred by the page and returned, not copied. */
  buffer?: ArrayBuffer | undefined;
}

/** The requests that every experiment answers, with a frame each. */
export type Common<Frame extends Stand, View, Doing extends Act> = {
  /** Makes a run of these settings, by their keys in the schema, or of a file; then does what is to be done at its start. */
  start: {
    ask: { settings: Values; acts: readonly Doing[]; rehearse: boolean; file?: Uint8Array } & Seeing<View>;
    answer: Frame;
  };
  /** Draws the same step with a changed view. */
  look: { ask: Seeing<View>; answer: Frame };
  /** Goes on to a step, at most until `sliceMs` have passed. */
  advance: { ask: { target: number; sliceMs: number } & Seeing<View>; answer: Frame };
  /** Does something now. */
  act: { ask: { act: Doing } & Seeing<View>; answer: Frame };
};
