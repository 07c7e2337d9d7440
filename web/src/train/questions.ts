/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { count, significant } from '../lib/format.ts';
import type { Values } from '../lib/schema.ts';
import { RACE_STEPS, SEEDS, STUCK } from './protocol.ts';
import type { Outcome, Setting } from './race.ts';

const NONE = 'none of them';

/** How a kind differs from the first one. */
function kind({ name, values }: Setting, first: Values): string {
  const temperature = ({ rate, batch }: Values) => Number(rate) / Number(batch);
  const ratio = temperature(values) / temperature(first);
  if (values.hidden !== first.hidden) return `${name} (${values.hidden} units)`;
  return `${name} (${Math.abs(ratio - 1) < 1e-3 ? 'as shown' : `${significant(ratio, 2)} times T`})`;
}

/** For the digits or the reader's own rows: a guess for one does not count for the other. */
export function question(raced: readonly Setting[], own: string): Asked {
  return {
    id: 'stuck',
    guess: 'guess',
    about: own,
    hidden: 'stuck',
    hides: 'losses of all these networks',
    at: 'once all of them are trained: Play',
    text: `${SEEDS} networks of each kind train ${own === '' ? '' : 'on your rows '}for ${count(RACE_STEPS)} steps, each from a different start. Which kind gets stuck most often? (Stuck: it ends ${STUCK} nats or more above the best of its width. T, the temperature, is rate over twice the batch size.)`,
    quantity: 'which gets stuck',
    ...choosing([...raced.map((setting) => kind(setting, raced[0]!.values)), NONE]),
    verdict: (_, truth) => {
      if (truth >= raced.length) return 'None did. Try other widths with “hidden units”.';
      return raced[truth]!.values.hidden === raced[0]!.values.hidden
        ? 'It has as many units as the first: Cloud shows what a temperature does.'
        : 'Width is room: many parameters make up for one. Cloud shows what a temperature does.';
    },
  };
}

/** The kind that got stuck most often, or that none did. */
export function mostStuck(outcomes: readonly Outcome[]): number {
  const most = Math.max(...outcomes.map(({ stuck }) => stuck));
  return most === 0 ? outcomes.length : outcomes.findIndex(({ stuck }) => stuck === most);
}

/** The question of the page in a sentence: separates networks that are stuck from those that are too small. */
export function answer(outcomes: readonly Outcome[], own: boolean): string {
  const counts = outcomes.map(({ name, stuck }) => `${name} ${stuck}`).join(', ');
  const widest = Math.max(...outcomes.map(({ hidden }) => hidden));
  const [wide, narrow] = [
    outcomes.find(({ hidden }) => hidden === widest)!,
    outcomes.find(({ hidden }) => hidden < widest)!,
  ];
  const [least, most] = [narrow, wide].map(({ best }) => significant(best, 2));
  const said =
    narrow.best <= wide.best + STUCK
      ? `With ${narrow.hidden} units the best comes to ${least} nats, with ${widest} to ${most}: here even a few units have room.`
      : `With ${narrow.hidden} units even the best stays at ${least} nats, with ${widest} it comes to ${most}: ${
          2 * narrow.stuck < SEEDS
            ? 'most of the narrow ones are not stuck, they are too small.'
            : 'the narrow ones are too small as well.'
        }`;
  return `Of ${SEEDS} seeds each${own ? ', on your rows,' : ''} got stuck: ${counts}. ${said}`;
}
