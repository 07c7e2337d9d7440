import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { surface: 'step=3000', ring: 'scene=ring&tilt=0.1&step=200' },
  long: '',
  end: '',
  still: [
    { link: 'step=3000', figure: '.map' },
    // Without the run, whose share of a random plane is for the reader to guess.
    { link: 'plane=random&half=1&step=3000&hide=answer', figure: '.map' },
  ],
  strip: { steps: [1, 20, 60, 150, 400, 800, 1500, 3000], figure: '.map' },
};
