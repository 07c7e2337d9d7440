/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { significant } from '../lib/format.ts';
import type { Column } from './protocol.ts';
import { lossDifference } from './protocol.ts';

/** On a ruler of factors nothing is 0: a difference below this is shown as this. */
const LOWEST = 1e-9;

export interface AskedOfTwins extends Asked {
  hidden: 'bits' | 'losses';
  /** Of the first differing step so far, and of both runs at the end. */
  truth: (first: number | undefined, end: Column | undefined) => number | undefined;
}

function within(guess: number, truth: number): string {
  const factor = guess > truth ? guess / truth : truth / guess;
  return factor <= 2 ? 'Very close.' : `A factor of ${significant(factor, 2)} away.`;
}

const withMoral = (moral: string) => (guess: number | undefined, truth: number) =>
  guess === undefined ? moral : `${within(guess, truth)} ${moral}`;

export const QUESTIONS: readonly AskedOfTwins[] = [
  {
    id: 'first',
    guess: 'guess',
    text: 'The twin does one thing differently; everything else is equal. After which step does a bit of any weight differ for the first time?',
    quantity: 'first step with a differing bit',
    min: 1,
    max: 1000,
    step: 1,
    unit: '',
    digits: 0,
    log: true,
    hidden: 'bits',
    hides: 'map',
    at: 'as soon as a bit differs',
    truth: (first) => first,
    verdict: withMoral(
      'Each update rounds many thousand times, so the first one that rounds otherwise comes soon; from there the difference only spreads.',
    ),
  },
  {
    id: 'loss',
    guess: 'guess2',
    text: 'Soon nearly every weight differs. At the end of both runs, by what fraction will their losses differ? (0.1 is a tenth, 1e−7 the last place of a number of 32 bits.)',
    quantity: 'difference of the losses, as a share',
    min: LOWEST,
    max: 1,
    step: 1,
    unit: '',
    digits: 3,
    log: true,
    hidden: 'losses',
    hides: 'loss of both runs',
    at: 'when both runs are at their end',
    truth: (_, end) => end && Math.max(LOWEST, lossDifference(end)),
    verdict: withMoral(
      'Bits are far more sensitive than results: both runs learn equally well. To tell a bug from rounding one needs the bits.',
    ),
  },
];

/** Where nothing is exchanged there is one thing to ask. */
export const CONTROL: readonly AskedOfTwins[] = [
  {
    id: 'control',
    text: 'Nothing is exchanged: the twin is other code for the same arithmetic in the same order. Will a bit differ before the end?',
    quantity: 'whether a bit differs',
    ...choosing(['yes, sooner or later', 'no, never']),
    hidden: 'bits',
    hides: 'map',
    at: 'when both runs are at their end',
    truth: (first, end) => (first !== undefined ? 0 : end ? 1 : undefined),
    verdict: (_, truth) =>
      truth === 1
        ? 'Equal operations in equal order round equally, every time. So whatever differs with an exchange comes from the exchange.'
        : 'It should not: this is worth a report.',
  },
];
