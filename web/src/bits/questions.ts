/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { count, significant } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import { type Column, differing, lossDifference, WEIGHTS } from './protocol.ts';

/** On a ruler of factors nothing is 0: a difference below this is shown as this. */
const LOWEST = 1e-9;

export interface AskedOfTwins extends Asked {
  hidden: 'bits' | 'losses';
  /** The truth, from both runs at the end. */
  truth: (end: Column | undefined) => number | undefined;
}

/** How the second training differs. */
export function exchanged({ tanh, order }: Values): string {
  const changes = [
    ...(tanh === 'browser' ? ['the tanh is your browser’s own'] : []),
    ...(order === 'reversed' ? ['each unit adds its inputs from last to first'] : []),
  ];
  return changes.join(', and ') || 'nothing is exchanged';
}

export function questions(values: Values): readonly AskedOfTwins[] {
  const { tanh, order } = values;
  const steps = count(Number(values.steps));
  const about = [tanh, order, values.steps].join();
  if (tanh === 'kernel' && order === 'same') {
    return [
      {
        id: 'control',
        about,
        text: `We train the same network twice, and nothing is exchanged: the second run uses different code for the same arithmetic in the same order. Will a bit differ within ${steps} steps?`,
        quantity: 'whether a bit differs',
        ...choosing(['yes, sooner or later', 'no, never']),
        hidden: 'bits',
        hides: 'map',
        at: 'when both runs have ended',
        truth: (end) => end && (differing(end) > 0 ? 0 : 1),
        verdict: (_, truth) =>
          truth === 1
            ? 'The same operations in the same order round the same way, every time. So any difference comes from the exchange.'
            : 'It should not differ: please report this.',
      },
    ];
  }
  return [
    {
      id: 'weights',
      guess: 'guess',
      about,
      text: `The second time ${exchanged(values)}; all else is equal. After ${steps} steps, how many of the ${WEIGHTS} weights still have the same 32 bits in both runs?`,
      quantity: 'weights with the same bits',
      min: 0,
      max: WEIGHTS,
      step: 1,
      unit: '',
      digits: 0,
      hidden: 'bits',
      hides: 'map of the bits',
      at: 'when both runs have ended',
      truth: (end) => end && WEIGHTS - differing(end),
      verdict: () =>
        'Neither way is wrong. But each update rounds many thousands of times, and from the first differing bit on the difference only spreads.',
    },
    {
      id: 'loss',
      guess: 'guess2',
      about,
      text: 'At the end of both runs, by what share will their losses differ? (0.1 is a tenth, 1e−7 the last place of a 32-bit number.)',
      quantity: 'difference of the losses, as a share',
      min: LOWEST,
      max: 1,
      step: 1,
      unit: '',
      digits: 3,
      log: true,
      hidden: 'losses',
      hides: 'loss of both runs',
      at: 'when both runs have ended',
      truth: (end) => end && Math.max(LOWEST, lossDifference(end)),
      verdict: (guess, truth) => {
        const moral =
          'Bits are far more sensitive than results: both runs learn equally well. Only bits tell a bug from rounding.';
        if (guess === undefined) return moral;
        const factor = guess > truth ? guess / truth : truth / guess;
        return `${factor <= 2 ? 'Very close.' : `A factor of ${significant(factor, 2)} away.`} ${moral}`;
      },
    },
  ];
}
