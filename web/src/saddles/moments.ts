import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: { places: 'step=20', all: 'step=160', 'two-directions': 'place=-1&rate=0.3&step=1' },
  long: '',
  // A smaller network than the page begins with: its searches take a quarter of the time.
  end: 'hidden=2&step=160',
  // What the network draws where its loss has no slope; how many there are, and which ways lead down, is for the reader to guess.
  still: [{ link: 'step=5&hide=answer', figure: 'svg.fit' }],
  strip: { steps: [1, 2, 3, 4, 5, 6, 7, 8], figure: 'svg.fit' },
};
