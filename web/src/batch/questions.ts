/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { significant } from '../lib/format.ts';
import type { Measured, Sliced } from './protocol.ts';

/** What is learned of points in the plane: which, the largest and the smallest batches, and whether the points are the reader's. */
export interface Plane {
  points: string;
  sizes: readonly number[];
  own: boolean;
}

/** Guessed on a logarithmic slider. */
const ON_LOG = { min: 0.1, max: 1000, step: 1, unit: '', digits: 1, log: true } as const;

const SETTLES = (about: string, goal: string | undefined): Asked => ({
  id: 'settles',
  guess: 'guess',
  about,
  text: `Descent on a bowl of curvature λ blows up once λ is above 2/η. One network learns twenty points four times, with 20, 10, 4 or 2 of them in each step, all else equal. ${goal ? `Each run stops at a loss of ${goal}. With batches of 2, what is the largest curvature there` : 'With batches of 2, where does the largest curvature settle'}, as a share of 2/η?`,
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
    goal
      ? 'Compare the other batch sizes: the loss is the same.'
      : truth < 0.8
        ? 'Well below the edge, where steps on all points settle: single batches are steeper than their mean.'
        : 'Near the edge, or beyond it: compare the other batch sizes and rates.',
});

const RATIO = (about: string, goal: string | undefined, { points, sizes, own }: Plane): Asked => ({
  id: own ? 'own-ratio' : 'ratio',
  guess: 'guess',
  about,
  text: `One network learns ${points} four times, with ${sizes[0]} to ${sizes[1]} of them in each step, all else equal. ${goal ? `Each run stops at a loss of ${goal}. ` : ''}How many times as large is the largest curvature in the end with batches of ${sizes[0]} as with ${sizes[1]}?`,
  quantity: 'ratio of the curvatures',
  ...ON_LOG,
  hidden: 'curvatures',
  hides: own ? 'curvatures' : 'curvatures, and what new points say',
  at: 'after the last step',
  verdict: () =>
    own ? 'Try other seeds: one of them proves little.' : 'The explanation below has medians over seeds.',
});

const SLICES = (sliced: Sliced | undefined): Asked => ({
  id: 'slices',
  text: 'Below the curves are twenty random slices through another network, of 25 weights and biases. On a parabola of curvature κ the loss rises by κ/8 half a unit away. How large is the largest curvature of all directions?',
  quantity: 'largest curvature',
  ...ON_LOG,
  hidden: 'slices',
  hides: 'largest curvature of that network',
  at: 'once the first question is answered and the run stands',
  verdict: () =>
    sliced
      ? `The slices have curvatures of ${significant(Math.min(...curvatures(sliced)), 2)} to ${significant(Math.max(...curvatures(sliced)), 2)}. A random slice sees about the mean of all directions, tr H/n = ${significant(sliced.trace / 25, 2)}: the largest is hidden among 25.`
      : '',
});

const curvatures = ({ chances }: Sliced) => chances.map(({ curvature }) => curvature);

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
  text: 'The network of the slices has ReLU units. Multiply the weights into them by α and divide those out of them by α: no output changes. Which measures of flatness stay the same?',
  quantity: 'what survives',
  ...choosing([
    'the largest curvature',
    'the trace, a mean over all directions',
    'the highest rise within a ball around it',
    'none of them',
  ]),
  hidden: 'rescaled',
  hides: 'measures of the rescaled network',
  at: 'once the questions before are answered, and α is not 1',
  verdict: () =>
    'None of the five measured here (Dinh et al. 2017). Move α below: the same function is as sharp or as flat as you like. Flatness is also a statement about coordinates.',
};

export const questions = (
  about: string,
  goal: string | undefined,
  sliced: Sliced | undefined,
  plane: Plane | undefined,
): readonly Asked[] => [plane ? RATIO(about, goal, plane) : SETTLES(about, goal), SLICES(sliced), SURVIVES];
