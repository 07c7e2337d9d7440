import type { Moments } from '../lib/moments.ts';

export const MOMENTS: Moments = {
  figures: {
    paths: 'step=800&cycles=1',
    digits: 'task=digits&width=4&cycles=1&step=40',
    toy: 'task=mueller-brown&step=300',
  },
  long: 'cycles=6',
  end: 'cycles=1&step=800',
  // Both ends, and the band as it bends: how high it climbs is for the reader to guess.
  still: [
    { link: 't=0&cycles=1&step=1', figure: 'lab-field.boundary' },
    { link: 't=1&cycles=1&step=1', figure: 'lab-field.boundary' },
  ],
  strip: { steps: [1, 15, 30, 50, 80, 120, 170, 230], figure: 'svg.projection' },
};
