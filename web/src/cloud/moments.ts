import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { cloud: 'step=300', current: 'ground=ring&noise=above&step=300' },
  long: 'rate=0.004&walkers=1024',
  end: 'rate=0.1&batch=5&walkers=1024&step=400',
  // The landscapes alone: where the cloud settles is for the reader to guess.
  still: [
    { link: 'step=1&hide=answer', figure: 'lab-field.ground' },
    { link: 'ground=valleys&step=1&hide=answer', figure: 'lab-field.ground' },
  ],
  // The distance from the settled state, which does not show where that is.
  strip: { steps: [10, 30, 80, 200, 400, 800, 1300, 2000], figure: '#distances .plot' },
};
