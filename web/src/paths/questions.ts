/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { significant } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import type { Facts, Frame, Report } from './protocol.ts';

/** On a ruler of factors nothing is 0: barriers below this are shown as this. */
const LOWEST = 0.001;

export interface AskedOfPaths extends Asked {
  truth: (facts: Facts, found: Report | undefined) => number | undefined;
}

/** The loss of blind guessing in nats: a coin toss, or one of ten digits. */
export const blind = (task: string) =>
  task === 'digits' ? { of: 'ln 10', is: Math.LN10 } : { of: 'ln 2', is: Math.LN2 };

/** A barrier up to this is called low: a tenth of that. */
export const low = (task: string) => blind(task).is / 10;

/** Classifies a barrier against the threshold and the difference of its two ends. */
export function height({ a, b, barrier }: Report, task: string): 'none' | 'low' | 'high' {
  if (barrier <= Math.abs(a - b)) return 'none';
  return barrier <= low(task) ? 'low' : 'high';
}

const path = (task: string, about: string, facts: Facts | undefined): AskedOfPaths => ({
  id: 'path',
  guess: 'guess',
  about,
  text: `${facts ? `On the straight line from A to B the loss climbs ${significant(facts.straight.barrier)} nats above the ends.` : 'A and B are two trained networks.'} A band of networks between them may bend, each sliding downhill across it. How high does the best path still climb? (A blind guess loses ${blind(task).of} = ${significant(blind(task).is)} nats.)`,
  quantity: 'barrier on the path',
  min: LOWEST,
  max: 10,
  step: 1,
  unit: 'nats',
  digits: 3,
  log: true,
  hidden: 'path',
  hides: 'loss along the band',
  at: 'when all cycles are done',
  truth: (_, found) => found && Math.max(LOWEST, found.barrier),
  verdict: (guess, truth) => {
    const known = 'This proves that the barrier is at most this high; another search may find less.';
    if (guess === undefined) return known;
    const factor = guess > truth ? guess / truth : truth / guess;
    return `${factor <= 1.5 ? 'Very close.' : `A factor of ${significant(factor, 2)} away.`} ${known}`;
  },
});

const relabelled = (about: string): AskedOfPaths => ({
  id: 'align',
  about,
  text: 'Relabelling gives the neurons of B the order and signs of those of A: all its weights move. Will the boundary that B draws change at all?',
  quantity: 'whether the boundary changes',
  ...choosing(['yes, it changes', 'no, not at all']),
  hides: '',
  at: 'once both networks are trained',
  truth: (facts) => (facts.aligning_error < 1e-6 ? 1 : 0),
  verdict: () =>
    'A network does not know its neurons by number. Permuting them, or flipping the signs around a tanh, gives other weights and the same function.',
});

const ofToy = (id: string, about: string, top: string, facts: Facts | undefined): AskedOfPaths => ({
  id,
  about,
  text: `${top}, ${facts ? significant(facts.straight.barrier) : '–'} above the line between its ends. Play without dragging: how high does the band climb in the end?`,
  min: 0,
  max: id === 'egg-carton' ? 5 : 150,
  step: id === 'egg-carton' ? 0.1 : 1,
  unit: '',
  digits: 1,
  quantity: 'barrier on the band',
  hidden: 'path',
  hides: 'height along the band',
  at: 'after the last move',
  truth: (_, found) => found?.barrier,
  verdict: (_, truth) => {
    if (id !== 'egg-carton')
      return 'The band’s highest place lies a little above the lowest pass; with “climb to the saddle” an image settles on the pass.';
    return facts && truth > 0.75 * facts.straight.barrier
      ? 'It never left the top: the slope across the band is zero there, and both sides are alike. Reset, drag one image aside, and play again.'
      : 'Once pushed off the top, the band slides to the passes between the hollows.';
  },
});

/** Tasks on a surface of two variables, with where the straight line leads; the other tasks train networks. */
export const TOYS: Readonly<Record<string, string>> = {
  'egg-carton': 'Between two hollows the straight line leads over a top',
  'mueller-brown': 'The straight line leaves the valley and climbs',
};

export function questions(values: Values, facts: Facts | undefined): readonly AskedOfPaths[] {
  const { task, width, a, b, align, pivots, cycles, rate, climb, own } = values;
  const about = [task, width, a, b, align, pivots, cycles, rate, climb, task === 'own' ? own : ''].join();
  const toy = TOYS[String(task)];
  if (toy) return [ofToy(String(task), about, toy, facts)];
  return [path(String(task), about, facts), relabelled(about)];
}

/** The question of the page in a sentence, once the search is done. */
export function answer(task: string, { facts, best, saddle }: Frame): string {
  const { straight, top, samples } = facts!;
  if (task in TOYS) {
    const climbs = `The straight line climbs ${significant(straight.barrier)}, the band in the end ${significant(best!.barrier)}.`;
    return best!.barrier > 0.75 * straight.barrier ? `${climbs} It found no way around.` : climbs;
  }
  const what = task === 'digits' ? 'training digits' : 'points';
  const threshold = `up to ${significant(low(task), 2)} nats, a tenth of ${blind(task).of}`;
  const said = {
    none: `Nothing is left to climb: the two ends differ by more (${significant(Math.abs(best!.a - best!.b), 2)} nats).`,
    low: `That is low: ${threshold}.`,
    high: `That is not low (low is ${threshold}); another search may find a lower one.`,
  }[height(best!, task)];
  return `At its highest the straight line misreads ${top.missed} of ${samples} ${what} (barrier ${significant(straight.barrier)} nats), the best path found ${saddle!.missed} (${significant(best!.barrier)}). ${said}`;
}
