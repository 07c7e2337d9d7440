import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { bits: 'step=1000' },
  long: 'steps=100000',
  end: 'step=1000',
  // The first steps only: how many bits are left in the end is for the reader to guess.
  still: [{ link: 'step=3', figure: 'canvas.bits-map' }],
  strip: { steps: [1, 2, 3, 4, 5, 6, 7, 8], figure: 'canvas.bits-map' },
};
