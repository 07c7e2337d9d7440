import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { smoothing: 'step=600' },
  long: 'runs=2000',
  end: 'step=3000',
  // The dips, the start and the noise of a step, with all that is asked hidden; then single steps, which nobody is asked about.
  still: [{ link: 'step=1&hide=answer', figure: 'svg.landscape' }],
  strip: { steps: [2, 3, 5, 9, 20, 60, 200, 1000], figure: 'svg.check' },
};
