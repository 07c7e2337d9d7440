import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { batch: 'length=3000&step=600', 'batch-moons': 'hidden=8&length=3000&data=moons&step=600' },
  long: '',
  end: 'length=3000&rate=0.3&step=3000',
  // What the networks have learned; how steep it is where they are is for the reader to guess.
  still: [{ link: 'step=300&hide=answer', figure: 'svg.fit' }],
  strip: { steps: [5, 10, 20, 50, 100, 200, 400, 800], figure: 'svg.fit' },
};
