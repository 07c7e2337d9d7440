import { OWN_FIELD, type Preset, SEED, withCommon } from '../grammar/settings.ts';
import type { ChoiceField, NumberField } from '../lib/schema.ts';

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'For all four runs. The edge of stability is at a curvature of 2/η.',
  min: 0.01,
  max: 0.5,
  default: 0.1,
  scale: 'log',
};

export const HIDDEN: NumberField = {
  kind: 'number',
  key: 'hidden',
  name: 'hidden units',
  symbol: 'h',
  help: 'Units in each of the two hidden layers.',
  min: 4,
  max: 32,
  default: 20,
  scale: 'linear',
  integer: true,
};

export const LENGTH: ChoiceField = {
  kind: 'choice',
  key: 'length',
  name: 'steps',
  help: 'Where the run ends. Results at its end are medians over its last third.',
  options: [
    { value: '3000', label: '3 000' },
    { value: '10000', label: '10 000' },
    { value: '30000', label: '30 000' },
  ],
  default: '10000',
};

export const DATA: ChoiceField = {
  kind: 'choice',
  key: 'data',
  name: 'data',
  help: 'Twenty points of a curve; or 128 of two moons, or yours: two classes, learned by cross-entropy.',
  options: [
    { value: 'polynomial', label: 'points of a curve' },
    { value: 'moons', label: 'two moons' },
    { value: 'own', label: 'your points' },
  ],
  default: 'polynomial',
};

const size = (key: string, name: string, help: string, start: number): NumberField => ({
  kind: 'number',
  key,
  name,
  symbol: '',
  help,
  min: 1,
  max: 128,
  default: start,
  scale: 'doubling',
  integer: true,
});

export const LARGEST = size(
  'largest',
  'largest batch',
  'On two moons or your points, at most all of them; two more sizes lie between it and the smallest, by equal factors.',
  128,
);

export const SMALLEST = size('smallest', 'smallest batch', 'On two moons or your points.', 4);

export const LOSS: ChoiceField = {
  kind: 'choice',
  key: 'loss',
  name: 'loss',
  help: 'Of points of a curve. Squared errors of the values, or cross-entropy of two classes: the points above and below zero.',
  options: [
    { value: 'squared', label: 'squared error' },
    { value: 'cross-entropy', label: 'cross-entropy' },
  ],
  default: 'squared',
};

export const PROTOCOL: ChoiceField = {
  kind: 'choice',
  key: 'protocol',
  name: 'compared at',
  help: 'Equal steps; equal epochs, in which all runs see as many points; or equal loss, at which each run stops.',
  options: [
    { value: 'steps', label: 'equal steps' },
    { value: 'epochs', label: 'equal epochs' },
    { value: 'loss', label: 'equal loss' },
  ],
  default: 'steps',
};

export const GOAL: NumberField = {
  kind: 'number',
  key: 'goal',
  name: 'loss to stop at',
  symbol: '',
  help: 'For runs compared at equal loss: each stops once its loss of all points is no more than that, looked at every ten steps.',
  min: 0.0001,
  max: 0.5,
  default: 0.01,
  scale: 'log',
};

export const ALPHA: NumberField = {
  kind: 'number',
  key: 'alpha',
  name: 'rescaling',
  symbol: 'α',
  help: 'For another network: multiplies the weights into its ReLU units by α and divides those out of them by α.',
  min: 0.1,
  max: 10,
  default: 4,
  scale: 'log',
};

export const KICK: NumberField = {
  kind: 'number',
  key: 'kick',
  name: 'kick',
  symbol: 'ρ',
  help: 'How far every run is kicked, in the same random directions, to see its loss there. No run goes on from there.',
  min: 0,
  max: 0.5,
  default: 0.1,
  scale: 'linear',
  step: 0.01,
  view: true,
};

export const SCHEMA = withCommon(
  [SEED, RATE, HIDDEN, LENGTH, DATA, LARGEST, SMALLEST, LOSS, PROTOCOL, GOAL, OWN_FIELD, ALPHA, KICK],
  {
    last: 30_000,
    replays: 'The link replays all four runs to this step.',
    digest: 'the weights of all four runs at that step',
    guesses: [
      {
        of: 'the curvature at batches of two, over 2/η; on points of the plane the ratio',
        max: 1000,
      },
      { of: 'what survives a rescaling', max: 3, integer: true },
    ],
    rehearse: 'step',
  },
);

export const PRESETS: readonly Preset[] = [
  { name: 'η = 0.1', says: 'The edge is at a curvature of 20.', values: {} },
  {
    name: 'Twice the rate',
    says: 'The edge is at a curvature of 10, and is reached sooner.',
    values: { rate: 0.2 },
  },
  {
    name: 'Equal loss',
    says: 'Each run stops once its loss is 0.01: how curved is it there?',
    values: { protocol: 'loss', rate: 0.2 },
  },
  {
    name: 'Two moons',
    says: 'Two classes, and each run stops at a loss of 0.16.',
    values: { data: 'moons', protocol: 'loss', goal: 0.16, rate: 0.5, hidden: 8, length: '30000' },
  },
  {
    name: 'Cross-entropy',
    says: 'Two classes instead of values, and each run stops at a loss of 0.1.',
    values: { loss: 'cross-entropy', protocol: 'loss', goal: 0.1, rate: 0.4 },
  },
  {
    name: 'A fifth of the rate',
    says: 'The edge is at a curvature of 100. See whether any run gets there.',
    values: { rate: 0.02 },
  },
];
