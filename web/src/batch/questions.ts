/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import type { Measured } from './protocol.ts';

const SETTLES = (about: string): Asked => ({
  id: 'settles',
  guess: 'guess',
  about,
  text: 'Descent on a bowl of curvature λ blows up once λ is above 2/η. One network learns twenty points four times, with 20, 10, 4 or 2 of them in each step, all else equal. With batches of 2, where does the largest curvature settle, as a share of 2/η?',
  quantity: 'λ as a share of 2/η',
  min: 0,
  max: 2,
  step: 0.05,
  unit: '',
  digits: 2,
  hidden: 'curvatures',
  hides: 'curvatures, in numbers and curves',
  at: 'after the last step',
  verdict: (_, truth) =>
    truth < 0.8
      ? 'Well below the edge, where steps on all points settle: single batches are steeper than their mean.'
      : 'Near the edge, or beyond it: compare the other batch sizes and rates.',
});

/** The measure that did not change, among the choices; undefined if the network has not been rescaled. */
export function survivor({ alpha, ratios }: Measured): number | undefined {
  if (Math.abs(Math.log(alpha)) < 0.2) return undefined;
  const stayed = ratios.slice(0, NONE).findIndex((ratio) => Math.abs(Math.log(ratio)) < 0.05);
  return stayed < 0 ? NONE : stayed;
}

/** The place of “none of them”, after measures in the order of the kernel. */
const NONE = 3;

const SURVIVES: Asked = {
  id: 'survives',
  guess: 'guess2',
  text: 'So small batches end in flatter places, by this measure. Take a network of ReLU units, multiply the weights into them by α and divide those out of them by α: no output changes. Which measures of flatness stay the same?',
  quantity: 'what survives',
  ...choosing([
    'the largest curvature',
    'the trace, a mean over all directions',
    'the highest rise within a ball around it',
    'none of them',
  ]),
  hidden: 'rescaled',
  hides: 'measures of the rescaled network',
  at: 'once the first question is answered, and α is not 1',
  verdict: () =>
    'None of the five measured here (Dinh et al. 2017). Move α below: the same function is as sharp or as flat as you like. Flatness is also a statement about coordinates.',
};

export const questions = (about: string): readonly Asked[] => [SETTLES(about), SURVIVES];
