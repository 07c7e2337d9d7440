import { OWN_FIELD, type Preset, SEED, withCommon } from '../grammar/settings.ts';
import { PATTERN } from '../lib/changes.ts';
import type { ChoiceField, NumberField, Schema } from '../lib/schema.ts';
import { MAX_HIDDEN } from './protocol.ts';

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'How far a step goes along the slope.',
  min: 0.001,
  max: 100,
  default: 0.2,
  scale: 'log',
  live: true,
};

export const BATCH: NumberField = {
  kind: 'number',
  key: 'batch',
  name: 'batch size',
  symbol: 'b',
  help: 'How many rows (digits, say) a step looks at.',
  min: 1,
  max: 1024,
  default: 16,
  scale: 'doubling',
  integer: true,
  live: true,
};

export const MOMENTUM: NumberField = {
  kind: 'number',
  key: 'momentum',
  name: 'momentum',
  symbol: 'μ',
  help: 'Share of the last step that carries over.',
  min: 0,
  max: 0.99,
  default: 0,
  scale: 'linear',
  step: 0.01,
  live: true,
};

export const L2: NumberField = {
  kind: 'number',
  key: 'l2',
  name: 'L2 penalty',
  symbol: 'λ',
  help: 'Pulls all parameters towards zero: ½ λ ‖θ‖² is added to the loss.',
  min: 0,
  max: 0.1,
  default: 0.0001,
  scale: 'linear',
  step: 0.0001,
};

export const HIDDEN: NumberField = {
  kind: 'number',
  key: 'hidden',
  name: 'hidden units',
  symbol: 'h',
  help: 'Width of the middle layer; on the digits, 16 units give 1210 parameters.',
  min: 2,
  max: MAX_HIDDEN,
  default: 16,
  scale: 'linear',
  step: 1,
  integer: true,
};

export const INIT: ChoiceField = {
  kind: 'choice',
  key: 'init',
  name: 'initial weights',
  help: 'The distribution of the initial weights; biases start at zero.',
  options: [
    { value: 'glorot-uniform', label: 'Glorot, uniform' },
    { value: 'glorot-normal', label: 'Glorot, normal' },
    { value: 'he-uniform', label: 'He, uniform' },
    { value: 'he-normal', label: 'He, normal' },
  ],
  default: 'glorot-uniform',
};

export const ORDER: ChoiceField = {
  kind: 'choice',
  key: 'order',
  name: 'minibatches',
  help: 'How a step chooses its rows.',
  options: [
    { value: 'epochs', label: 'every row once an epoch, shuffled' },
    { value: 'replacement', label: 'drawn independently, with replacement' },
  ],
  default: 'epochs',
};

export const DATA: ChoiceField = {
  kind: 'choice',
  key: 'data',
  name: 'data',
  help: 'What the network learns.',
  options: [
    { value: 'digits', label: 'handwritten digits' },
    { value: 'own', label: 'your own rows' },
  ],
  default: 'digits',
};

/** A view: two runs that differ in their rate are compared by the length of all steps, not by their number. */
export const ALONG: ChoiceField = {
  kind: 'choice',
  key: 'along',
  name: 'curves against',
  help: 'What the curves are drawn against: steps, or the sum of the learning rates of all steps, which compares runs at different rates. A view: it changes no number of the run.',
  options: [
    { value: 'steps', label: 'steps' },
    { value: 'rates', label: 'η × steps' },
  ],
  default: 'steps',
  view: true,
};

/** More steps than this are not replayed from a link. */
export const MAX_STEP = 200_000;

const OWN: Schema = [
  SEED,
  RATE,
  BATCH,
  MOMENTUM,
  L2,
  HIDDEN,
  INIT,
  ORDER,
  ALONG,
  DATA,
  OWN_FIELD,
  {
    kind: 'text',
    key: 'changes',
    name: 'changes',
    help: 'Settings changed during the run, as step:key:value, separated by semicolons.',
    default: '',
    maxLength: 2000,
    pattern: PATTERN,
  },
];

export const SCHEMA = withCommon(OWN, {
  last: MAX_STEP,
  replays: 'The link replays to this step.',
  digest: 'the parameters at that step',
  guesses: [{ of: 'the kind that gets stuck, by its place in the list', max: 4, integer: true }],
  rehearse: 'step',
});

/** The kinds that are raced. */
export const RACED = ['Steady', 'Hot', 'Cold', 'Narrow'] as const;

/** Known good, known bad. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'Steady',
    says: 'Rate 0.2, batch 16, 16 hidden units: the others are compared with it.',
    values: {},
  },
  {
    name: 'Hot',
    says: 'Rate 0.5, batch 4: ten times the temperature of “Steady”. Steps are long, and each looks at few rows.',
    values: { rate: 0.5, batch: 4 },
  },
  {
    name: 'Cold',
    says: 'Batch 64 at the same rate: a quarter of the temperature of “Steady”. Each step costs four times as much.',
    values: { batch: 64 },
  },
  {
    name: 'Narrow',
    says: 'Three hidden units, otherwise like “Steady”.',
    values: { hidden: 3 },
  },
  {
    name: 'Same temperature',
    says: 'Rate 0.8 with batch 64: the ratio of “Steady”. Pin that run, and compare by η × steps, below: a step is four times as long here.',
    values: { rate: 0.8, batch: 64 },
  },
  {
    name: 'Too far',
    says: 'Rate 60 with a strong penalty: steps far longer than the valleys are wide.',
    values: { rate: 60, l2: 0.1 },
  },
];
