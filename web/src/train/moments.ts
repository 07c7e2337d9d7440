import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { train: 'step=1000' },
  long: '',
  end: '',
  // Early: whether a run gets stuck is for the reader to find out.
  still: [{ link: 'step=20', figure: '.network' }],
  strip: { steps: [1, 2, 4, 6, 9, 12, 16, 20], figure: '.network' },
  data: /digits-[\w-]+\.bin$/,
};
