import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { bits: 'step=1000' },
  long: 'steps=100000',
  end: 'step=1000',
  still: [{ link: 'step=1000', figure: 'canvas.bits-map' }],
  strip: { steps: [1, 3, 7, 20, 50, 130, 370, 1000], figure: 'canvas.bits-map' },
};
