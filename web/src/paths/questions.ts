/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { significant } from '../lib/format.ts';
import type { Facts, Report } from './protocol.ts';

/** On a ruler of factors nothing is 0: barriers below this are shown as this. */
const LOWEST = 0.001;

/** What is asked of a search; of what is hidden, the line hides the path with it. */
export interface AskedOfPaths extends Asked {
  hidden?: 'path' | 'line';
  truth: (facts: Facts, found: Report | undefined) => number | undefined;
}

const barrier = {
  min: LOWEST,
  max: 10,
  step: 1,
  unit: 'nats',
  digits: 3,
  log: true,
} as const;

function within(guess: number, truth: number): string {
  const factor = guess > truth ? guess / truth : truth / guess;
  return factor <= 1.5 ? 'Very close.' : `A factor of ${significant(factor, 2)} away.`;
}

export const QUESTIONS: readonly AskedOfPaths[] = [
  {
    ...barrier,
    id: 'line',
    guess: 'guess',
    text: 'Both networks are trained. On the straight line between them every weight is a mixture of theirs. How high does the loss climb above the ends?',
    quantity: 'barrier on the straight line',
    hidden: 'line',
    hides: 'loss along every way',
    at: 'once both networks are trained',
    truth: (facts) => Math.max(LOWEST, facts.straight.barrier),
    verdict: (guess, truth) => {
      const known = 'ln 2 = 0.69 is the loss of a network that knows nothing.';
      return guess === undefined ? known : `${within(guess, truth)} ${known}`;
    },
  },
  {
    ...barrier,
    id: 'path',
    text: 'Now a band of images between them may bend, each sliding downhill across it. How high does the best path still climb?',
    quantity: 'barrier on the path',
    hidden: 'path',
    hides: 'loss along the band',
    at: 'when all cycles are done',
    truth: (_, found) => found && Math.max(LOWEST, found.barrier),
    verdict: (guess, truth) => {
      const known =
        'A path that was found proves that the barrier is at most this high; another search may find less.';
      return guess === undefined ? known : `${within(guess, truth)} ${known}`;
    },
  },
  {
    id: 'align',
    text: 'Aligning gives the neurons of B the order, and the signs, of those of A. All its weights change places. Will the boundary that B draws change at all?',
    quantity: 'whether the boundary changes',
    ...choosing(['yes, it changes', 'no, not at all']),
    hides: '',
    at: 'once both networks are trained',
    truth: (facts) => (facts.aligning_error < 1e-6 ? 1 : 0),
    verdict: () =>
      'A network does not know its neurons by number. Permuting them, or turning the signs before and after a tanh, gives other weights and the same function.',
  },
  {
    id: 'width',
    text: 'Twins are trained at widths 2, 3, 4, 6, 8 and 16. From which width on does the band join every pair, with less than 0.02 nats to climb?',
    quantity: 'width',
    ...choosing(['2', '3', '4', '6', '8', '16']),
    hides: '',
    at: 'at once: it is recorded in the table below',
    truth: () => 2,
    verdict: () =>
      'Between 3 and 4. Below, the band stays high for some pairs, whatever is tried; a search that fails proves nothing, but width is what helps.',
  },
];

const toy = {
  id: 'toy',
  min: 0,
  unit: '',
  digits: 1,
  quantity: 'barrier on the band',
  hidden: 'path',
  hides: 'height along the band',
  at: 'when all moves are made',
  truth: (_: Facts, found: Report | undefined) => found?.barrier,
} as const;

/** Questions for the tasks on a surface of two variables; the other tasks train networks. */
export const TOY_QUESTIONS: Readonly<Record<string, AskedOfPaths>> = {
  'egg-carton': {
    ...toy,
    text: 'Between two hollows the straight line leads over a top, 4 above them. Play without dragging: how high does the band climb in the end?',
    max: 5,
    step: 0.1,
    verdict: (_, truth) =>
      truth > 3
        ? 'It never left the top: there the slope across the band is zero, on either side the same. Reset, drag one image aside, and play again.'
        : 'Once pushed off the top, the band slides to the passes between the hollows: they are 2 above them.',
  },
  'mueller-brown': {
    ...toy,
    text: 'The straight line leaves the valley and climbs 148 above the line between the two minima. How high does the band climb in the end?',
    max: 150,
    step: 1,
    verdict: () =>
      'The lowest pass lies at −40.66. The band’s highest place lies a little higher; with “climb to the saddle” an image settles on the pass.',
  },
};
