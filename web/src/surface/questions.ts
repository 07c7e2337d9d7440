/** The questions, and the verdicts after the run. */

import type { Asked } from '../grammar/predictions.ts';
import { percent, significant } from '../lib/format.ts';
import type { Line } from './protocol.ts';

const within = (guess: number, truth: number) => (guess > truth ? guess / truth : truth / guess) < 1.3;

/** About the line that is there, or across the ring. */
export function straightQuestion(ring: boolean, about: string, line: Line | undefined): Asked {
  const known = line && [line.losses[0]!, line.losses.at(-1)!].map((loss) => significant(loss));
  const ends = known
    ? `the loss is ${known[0]} at A and ${known[1]} at B`
    : 'the loss is about as low at A as at B';
  return {
    id: ring ? 'ring' : 'line',
    guess: ring ? 'guess' : 'guess2',
    about,
    hidden: 'line',
    hides: 'loss along the line',
    at: ring ? 'with the line across the ring' : 'when the plane through three networks is cut',
    text: `${ring ? 'On the ring' : 'A and B are networks trained from two starts;'} ${ends}. Walk straight from A to B: how high does it get?`,
    quantity: 'highest loss on the line',
    min: 0.01,
    max: 100,
    step: 1,
    unit: ring ? '' : 'nats',
    digits: 3,
    log: true,
    verdict: (guess, truth) => {
      const moral = ring
        ? 'And yet there is a way around, along the ring, that never rises above the higher end.'
        : 'A ridge on the straight line is not a wall: whether a bent path stays low is what Paths asks.';
      if (guess === undefined) return moral;
      if (within(guess, truth)) return `Very close. ${moral}`;
      return guess < truth
        ? `It climbs higher than you thought. ${moral}`
        : `It stays lower than you thought. ${moral}`;
    },
  };
}

export const shareQuestion = (dim: number, about: string): Asked => ({
  id: 'share',
  guess: 'guess',
  about,
  hidden: 'share',
  hides: 'run on the random plane, and how much of it that holds',
  at: 'when the random plane is cut',
  text: `A picture shows 2 of ${dim} directions. Cut a plane at random through the end of the training run: how much of the run will lie in it? (Counted in squared displacement from the end.)`,
  quantity: 'share of the run in a random plane',
  min: 0,
  max: 100,
  step: 1,
  unit: '%',
  digits: 1,
  verdict: (guess, truth) => {
    const moral = `Without a preferred direction it is 2 of ${dim}, ${percent(2 / dim)}, on average, and single planes scatter widely. So a random slice shows neither the path nor the directions that matter to it.`;
    if (guess === undefined) return moral;
    return Math.abs(guess - truth) <= 3 ? `Very close. ${moral}` : moral;
  },
});
