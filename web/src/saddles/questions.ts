/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { count, counted, significant } from '../lib/format.ts';
import type { Place, Raced } from './protocol.ts';

/** If a coin decided each direction, one place in this many would be a minimum. */
export const coins = (directions: number) => 2 ** directions;

export const minima = (found: readonly Place[]) => found.filter(({ down }) => down === 0).length;

const share = (n: number, about: string): Asked => ({
  id: 'share',
  guess: 'guess',
  about,
  text: `A network with ${n} weights and biases learns a curve. Searches look for places where its loss has no slope. If a coin decided for each of the ${n} directions whether it goes up or down, one place in ${count(coins(n))} would be a minimum. What share of the places found are minima?`,
  quantity: 'share of minima',
  min: 0.1,
  max: 100,
  step: 1,
  unit: '%',
  digits: 1,
  log: true,
  hidden: 'places',
  hides: 'places and their curvatures',
  at: 'when all searches have ended',
  verdict: (_, truth) =>
    truth < 1
      ? 'Hardly any: here the coins are not far from the truth.'
      : 'Directions are not coins: height decides. Low places have few ways down, high ones more. And searches that start along training look low.',
});

const ways = (n: number, about: string): Asked => ({
  id: 'ways',
  guess: 'guess2',
  about,
  text: `Take the place with the highest loss of all those found. How many of its ${n} directions go down? (Coins would say ${significant(n / 2, 2)}. Random slices through it are drawn beside its curve.)`,
  quantity: 'ways down',
  min: 0,
  max: n,
  step: 1,
  unit: '',
  digits: 0,
  hidden: 'ways',
  hides: 'ways down of each place',
  at: 'when all searches have ended',
  verdict: (_, truth) =>
    truth === 0
      ? 'None: only minima were found.'
      : `${truth === 1 ? 'One way down' : `${truth} ways down`} among ${n}: hard to find at random, and enough to leave. All places found now lie in rows, by their ways down.`,
});

const NEARER = ['ten times as long', 'longer by a fixed number of steps', 'no longer'] as const;

/** The true answer, from both starts. */
export function nearer({ tracks, closer }: Raced): number | undefined {
  const left = tracks[0]?.left;
  if (left === undefined || closer === undefined) return undefined;
  if (closer > 5 * left) return 0;
  return closer > left ? 1 : 2;
}

const leaving = (raced: Raced | undefined): Asked => ({
  id: 'race',
  text: 'Five methods start beside the saddle shown. Plain descent eventually gets away. How long does it take from a start ten times as near?',
  quantity: 'time to leave',
  ...choosing(NEARER),
  hidden: 'race',
  hides: 'race',
  at: 'when the place shown is a saddle that descent leaves',
  verdict: () => {
    const left = raced?.tracks[0]?.left;
    return left === undefined || raced?.closer === undefined
      ? ''
      : `${count(left)} steps, and ${count(raced.closer)} from ten times as near. Each step takes descent farther by a factor of 1 + η|λ|: a start ten times as near costs ln 10 / ln(1 + η|λ|) more steps.`;
  },
});

const ENDS = ['at a minimum', 'at a saddle', 'nowhere: it runs away'] as const;

/** Where Newton's method ends, as a place in the list. */
export function newtonEnds({ newtonDown }: Raced): number {
  if (newtonDown === undefined) return 2;
  return newtonDown === 0 ? 0 : 1;
}

const stopping = (raced: Raced | undefined): Asked => ({
  id: 'newton',
  text: 'Newton’s method starts beside the same saddle. Along each direction it divides the slope by the curvature. Where does it stop?',
  quantity: 'where Newton stops',
  ...choosing(ENDS),
  hidden: 'newton',
  hides: 'end of Newton’s method',
  at: 'when the place shown is a saddle',
  verdict: () =>
    raced
      ? `It stops ${significant(raced.back, 1)} from the saddle beside which it began${raced.newtonDown === undefined ? '' : `, where ${counted(raced.newtonDown, 'of the directions goes', 'of the directions go')} down`}. A division by a negative curvature turns downhill into uphill: Newton’s step leads to any place without slope.`
      : '',
});

/** The same two of the toy: what is answered there answers nothing here. */
export const questionsOfToy = (raced: Raced | undefined): readonly Asked[] => [
  {
    ...leaving(raced),
    id: 'toy-race',
    text: 'Five methods start beside the ridge of this saddle. Plain descent slides down to the saddle, and eventually gets away. How long does it take from a start ten times as near to the ridge?',
    hidden: 'toy-race',
    at: 'at once',
  },
  { ...stopping(raced), id: 'toy-newton', hidden: 'toy-newton', at: 'at once' },
];

export const questions = (n: number, about: string, raced: Raced | undefined): readonly Asked[] => [
  share(n, about),
  ways(n, about),
  leaving(raced),
  stopping(raced),
];
