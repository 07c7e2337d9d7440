import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { train: 'step=1000' },
  long: '',
  end: '',
  still: [{ link: 'step=4000', figure: '.network' }],
  strip: { steps: [1, 20, 60, 150, 400, 1000, 2000, 4000], figure: '.network' },
  data: /digits-[\w-]+\.bin$/,
};
