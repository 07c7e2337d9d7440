import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { bits: 'step=1000' },
  long: 'steps=100000',
  end: 'step=1000',
  // The picture of the first training's bits, and the place of the second's: whether they agree is for the reader to guess.
  still: [
    { link: 'step=3&hide=answer', figure: '.marks span:first-child svg', scale: 13 },
    { link: 'step=3&hide=answer', figure: '.marks span:nth-child(2) svg', scale: 13 },
  ],
  strip: { steps: [1, 2, 3, 4, 5, 6, 7, 8], figure: '.marks span:first-child svg', scale: 6 },
};
