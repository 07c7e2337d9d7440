import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { surface: 'step=3000', ring: 'scene=ring&tilt=0.1&step=200' },
  long: '',
  end: '',
  // Not the random plane: how much of the run lies in it is for the reader to guess.
  still: [{ link: 'step=3000', figure: '.map' }],
  strip: { steps: [1, 20, 60, 150, 400, 800, 1500, 3000], figure: '.map' },
};
