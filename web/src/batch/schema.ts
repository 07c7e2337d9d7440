import { type Preset, SEED, withCommon } from '../grammar/settings.ts';
import type { ChoiceField, NumberField } from '../lib/schema.ts';

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'For all four runs. The edge of stability is at a curvature of 2/η.',
  min: 0.01,
  max: 0.4,
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

export const SCHEMA = withCommon([SEED, RATE, HIDDEN, LENGTH, ALPHA, KICK], {
  last: 30_000,
  replays: 'The link replays all four runs to this step.',
  digest: 'the weights of all four runs at that step',
  guesses: [
    { of: 'the curvature at batches of two, over 2/η', max: 2 },
    { of: 'what survives a rescaling', max: 3, integer: true },
  ],
  rehearse: 'step',
});

export const PRESETS: readonly Preset[] = [
  { name: 'η = 0.1', says: 'The edge is at a curvature of 20.', values: {} },
  {
    name: 'Twice the rate',
    says: 'The edge is at a curvature of 10, and is reached sooner.',
    values: { rate: 0.2 },
  },
  {
    name: 'A fifth of the rate',
    says: 'The edge is at a curvature of 100. See whether any run gets there.',
    values: { rate: 0.02 },
  },
  {
    name: 'Fewer units',
    says: 'Two layers of eight: a smaller network has fewer places to choose from.',
    values: { hidden: 8 },
  },
];
