/** The numbers of a run, each with its definition. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { count, percent, significant } from '../lib/format.ts';
import type { Sample } from '../lib/record.ts';
import { COOLED, type Frame, RACE_STEPS, SEEDS, STUCK } from './protocol.ts';
import type { Outcome } from './race.ts';

interface Measured {
  frame: Frame | undefined;
  /** The last measurement of the run. */
  last: Sample | undefined;
  /** Whether the stuck kind is still to be guessed, and the outcomes known. */
  hide: boolean;
  /** Whether the reader's own rows are learned. */
  own: boolean;
  outcomes: readonly Outcome[] | undefined;
}

const NONE = '–';

export function numbers({ frame, last, hide, outcomes, own }: Measured): NumberShown[] {
  const what = own ? 'rows' : 'digits';
  return [
    {
      symbol: '',
      name: `stuck, of ${SEEDS} seeds each`,
      value: outcomes?.map(({ name, stuck }) => `${name} ${stuck}`).join(' · ') ?? NONE,
      hidden: hide,
      viewed: true,
      long: true,
      definition: `Networks that end ${STUCK} nats or more above the best loss that any seed of their width reached. From step ${count(COOLED)} to ${count(RACE_STEPS)} all go on with a tenth of their rate, and mere jitter comes to rest.`,
      test: 'stuck',
    },
    {
      symbol: '',
      name: `held-out ${what} read right`,
      value: last ? percent(last.held_out_accuracy) : NONE,
      definition: `Share of the ${frame?.rows ?? 297} rows kept out of training whose largest probability is for the right ${own ? 'class' : 'digit'}.`,
      formula: 'accuracy',
      test: 'held-accuracy',
    },
    {
      symbol: 'L',
      name: 'training loss',
      value: last ? significant(last.loss) : NONE,
      unit: 'nats',
      definition: `Mean cross-entropy over all ${frame?.trained ?? 1500} training rows, without the L2 term; ln ${frame?.classes ?? 10} = ${Math.log(frame?.classes ?? 10).toFixed(2)} is blind guessing.`,
      formula: 'loss',
      test: 'train-loss',
    },
    {
      symbol: 'T',
      name: 'temperature',
      value: frame ? significant(frame.temperature) : NONE,
      definition:
        'Learning rate over twice the batch size, per unit of gradient variance; with momentum, divided by 1 − μ. A guide for small steps.',
      formula: 'temperature',
      test: 'temperature',
    },
    fingerprint(frame?.digest, 'all parameters'),
  ];
}

export function moreNumbers({ frame, last, own }: Measured): NumberShown[] {
  const what = own ? 'rows' : 'digits';
  return [
    {
      symbol: '',
      name: `training ${what} read right`,
      value: last ? percent(last.accuracy) : NONE,
      definition: `Share of the ${frame?.trained ?? 1500} training rows that the network reads right.`,
      formula: 'accuracy',
      test: 'train-accuracy',
    },
    {
      symbol: 'L',
      name: 'held-out loss',
      value: last ? significant(last.held_out_loss) : NONE,
      unit: 'nats',
      definition: `Mean cross-entropy over the ${frame?.rows ?? 297} held-out rows.`,
      formula: 'loss',
      test: 'held-loss',
    },
    {
      symbol: '‖θ‖',
      name: 'length of the parameter vector',
      value: frame ? significant(frame.norm) : NONE,
      definition: 'How far the parameters are from zero, all taken together.',
      formula: 'norm',
      test: 'norm',
    },
  ];
}
