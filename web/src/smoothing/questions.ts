/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { significant } from '../lib/format.ts';
import { settingsIn, type Values } from '../lib/schema.ts';
import type { Frame } from './protocol.ts';
import { RUN } from './schema.ts';

/** How far from the middle of the bowl still counts as there: half a ripple. */
export const near = (waves: number) => Math.PI / waves;

/** Which reached the middle: both, the runs, the descent, neither. */
export function arrived({ mean, smooth }: Frame, waves: number): number {
  const [runs, descent] = [mean, smooth].map((x) => Math.abs(x) <= near(waves));
  return runs ? (descent ? 0 : 1) : descent ? 2 : 3;
}

const ENDS: Asked = {
  id: 'ends',
  guess: 'guess',
  text: 'All begin in one dip: runs with noise on the thin curve, and a point without noise, which descends that curve smoothed by the noise of a step. Whose average comes to the middle of the bowl, to half a ripple?',
  quantity: 'who comes to the middle',
  ...choosing(['both', 'only the runs with noise', 'only the point', 'neither']),
  hidden: 'ends',
  hides: 'smoothed curve and where all go',
  at: 'after the last step',
  verdict: (_, truth) =>
    [
      'One step’s smoothing removes every dip on the way, so both come down. Less noise tells them apart.',
      'So smoothing is not what frees the runs: a dip of the smoothed curve holds the point. Noise that adds up over many steps carries a run across.',
      'The runs had too little time, or too little noise to add up to a hop.',
      'Too little noise: the dip holds both, and no run gets across.',
    ][truth]!,
};

const LAST: Asked = {
  id: 'last',
  guess: 'guess2',
  text: 'The wider the noise of one step, the fewer dips the smoothed curve has. At which width does the last false dip vanish, leaving one? (A ripple is about one unit wide.)',
  quantity: 'width of the noise',
  min: 0.05,
  max: 1,
  step: 0.05,
  unit: '',
  digits: 3,
  hidden: 'tree',
  hides: 'tree of dips',
  at: 'at once',
  verdict: (guess, truth) => {
    const moral =
      'Half a ripple is more than enough: a Gaussian shrinks a ripple by exp(−k²s²/2), and the slope of the bowl does the rest.';
    if (guess === undefined) return moral;
    const factor = guess > truth ? guess / truth : truth / guess;
    return `${factor <= 1.25 ? 'Close.' : `A factor of ${significant(factor, 2)} away.`} ${moral}`;
  },
};

/** Without false dips there is no last one to ask for. */
export function questions(values: Values, falseDips: boolean): readonly Asked[] {
  const about = settingsIn(RUN, values);
  return (falseDips ? [ENDS, LAST] : [ENDS]).map((question) => ({ ...question, about }));
}
