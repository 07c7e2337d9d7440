/** The questions, and the verdicts after the run. */

import type { Asked } from '../grammar/predictions.ts';

/** The step at which the prediction is answered. */
export const ANSWER_STEP = 1000;

export const QUESTION: Asked = {
  id: 'held-out',
  guess: 'guess',
  hidden: 'held',
  hides: 'held-out curve',
  at: `at step ${ANSWER_STEP}`,
  text: `It trains on 1500 digits and is asked about 297 others. After ${ANSWER_STEP} steps, how many of those will it read right?`,
  quantity: 'held-out digits read right',
  min: 10,
  max: 100,
  step: 1,
  unit: '%',
  digits: 1,
  verdict: (guess, truth) => {
    const known = 'Guessing blindly gives 10 %; nothing forced it to find more.';
    if (guess === undefined) return known;
    const gap = Math.abs(guess - truth);
    if (gap <= 3) return `Very close. ${known}`;
    return guess < truth
      ? `It does better than you thought. ${known}`
      : `It does worse than you thought: look at the gap between the two curves.`;
  },
};
