import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { proof: 'step=1000' },
  long: '',
  still: [{ link: 'step=1000', figure: '.figure' }],
  strip: { steps: [1, 2, 4, 8, 16, 32, 64, 128], figure: '.figure' },
};
