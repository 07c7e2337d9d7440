/** The read-outs of Smoothing. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { significant } from '../lib/format.ts';
import { type Frame, largestDeviation } from './protocol.ts';

export interface Shown {
  state: Frame;
  hideEnds: boolean;
  hideTree: boolean;
}

const place = (x: number) => x.toFixed(2).replace('-', '−');

export function numbers({ state, hideEnds }: Shown): NumberShown[] {
  const { width, minima } = state.facts!;
  return [
    {
      symbol: 's',
      name: 'width of one step’s noise',
      value: significant(width),
      definition:
        'The standard deviation of what the noise adds to one step, in units of x. The curve is smoothed by this width.',
      formula: 'noise-width',
      test: 'width',
    },
    {
      symbol: '',
      name: 'dips of the smoothed curve',
      value: `${minima.smooth.length} of ${minima.true.length}`,
      hidden: hideEnds,
      definition: 'Minima between −4 and 4 that the smoothed curve has, and that the true curve has.',
      formula: 'smoothed',
      test: 'dips',
    },
    {
      symbol: '',
      name: 'point on the smoothed curve',
      value: place(state.smooth),
      hidden: hideEnds,
      definition:
        'The place of descent on the smoothed curve, without noise. The middle of the bowl is at 0.',
      test: 'smooth',
    },
    {
      symbol: '',
      name: 'mean of the runs',
      value: place(state.mean),
      hidden: hideEnds,
      definition: 'The mean place of all runs with noise.',
      test: 'mean',
    },
    fingerprint(state.digest, 'all runs, of the point and of the averages'),
  ];
}

export function moreNumbers({ state, hideEnds, hideTree }: Shown): NumberShown[] {
  const { temperature, last, bound } = state.facts!;
  return [
    {
      symbol: '',
      name: 'spread of the runs',
      value: significant(state.spread),
      hidden: hideEnds,
      definition: 'The standard deviation of the places of all runs.',
      test: 'spread',
    },
    {
      symbol: 'T',
      name: 'temperature of the noise',
      value: significant(temperature),
      definition:
        'What the noise of many steps amounts to, in units of the curve’s height: a hop over a wall much higher than T is rare.',
      formula: 'noise-temperature',
      test: 'temperature',
    },
    {
      symbol: '',
      name: 'largest one-step deviation',
      value: state.step > 1 ? significant(largestDeviation(state.checks), 2) : '–',
      unit: 'standard errors',
      definition:
        'At 24 places: how far the average of single noisy steps is from a step on the smoothed curve, in units of that average’s standard error. Chance alone gives about 2.',
      test: 'deviation',
    },
    {
      symbol: '',
      name: 'last false dip vanishes at',
      value: last === undefined ? '–' : last.toFixed(4),
      hidden: hideTree,
      definition:
        'The width of the smoothing from which on only one dip is left. Known for normal noise: with uniform noise dips come back.',
      test: 'last',
    },
    {
      symbol: '',
      name: 'bound for it',
      value: last === undefined ? '–' : bound.toFixed(4),
      hidden: hideTree,
      definition:
        'From this width on a Gaussian makes the curve convex, and no second dip is possible. The last one vanishes earlier.',
      formula: 'last-dip-bound',
      test: 'bound',
    },
  ];
}
