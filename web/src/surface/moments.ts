import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { surface: 'step=3000', ring: 'scene=ring&tilt=0.1&step=200' },
  long: '',
  end: '',
  still: [
    { link: 'step=3000', figure: '.map' },
    { link: 'plane=random&half=1&ax=-0.5&bx=0&step=3000', figure: '.map' },
  ],
  strip: { steps: [1, 20, 60, 150, 400, 800, 1500, 3000], figure: '.map' },
};
