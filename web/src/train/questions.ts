/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { count, significant } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import { RACE_STEPS, SEEDS, STUCK } from './protocol.ts';
import type { Outcome, Setting } from './race.ts';

const NONE = 'none of them';

/** What a kind differs in from the first one. */
function kind({ name, values }: Setting, first: Values): string {
  const temperature = ({ rate, batch }: Values) => Number(rate) / Number(batch);
  const ratio = temperature(values) / temperature(first);
  if (values.hidden !== first.hidden) return `${name} (${values.hidden} units)`;
  return `${name} (${Math.abs(ratio - 1) < 1e-3 ? 'as shown' : `${significant(ratio, 2)} times T`})`;
}

export function question(raced: readonly Setting[]): Asked {
  return {
    id: 'stuck',
    guess: 'guess',
    hidden: 'stuck',
    hides: 'losses of all these networks',
    at: 'when all of them are trained: Play',
    text: `${SEEDS} networks of each kind train for ${count(RACE_STEPS)} steps, each from another start. Which kind gets stuck most often? (Stuck: it ends ${STUCK} nats or more above the best of its width. T, the temperature, is rate over batch size.)`,
    quantity: 'which gets stuck',
    ...choosing([...raced.map((setting) => kind(setting, raced[0]!.values)), NONE]),
    verdict: (_, truth) =>
      truth < raced.length
        ? 'Width is room: many parameters make up for one. What a temperature does is seen in Cloud.'
        : 'None did. Try other widths with “hidden units”.',
  };
}

/** The kind that got stuck most often, or that none did. */
export function mostStuck(outcomes: readonly Outcome[]): number {
  const most = Math.max(...outcomes.map(({ stuck }) => stuck));
  return most === 0 ? outcomes.length : outcomes.findIndex(({ stuck }) => stuck === most);
}

/** The question of the page in a sentence: what is stuck, told apart from what is too small. */
export function answer(outcomes: readonly Outcome[]): string {
  const counts = outcomes.map(({ name, stuck }) => `${name} ${stuck}`).join(', ');
  const widest = Math.max(...outcomes.map(({ hidden }) => hidden));
  const [wide, narrow] = [
    outcomes.find(({ hidden }) => hidden === widest)!,
    outcomes.find(({ hidden }) => hidden < widest)!,
  ];
  return `Of ${SEEDS} seeds each got stuck: ${counts}. With ${narrow.hidden} units even the best stays at ${significant(narrow.best, 2)} nats, with ${widest} it comes to ${significant(wide.best, 2)}: most of the narrow ones are not stuck, they are too small.`;
}
