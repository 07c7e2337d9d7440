import { onOff, type Preset, seed, withCommon } from '../grammar/settings.ts';
import type { ChoiceField, NumberField, Schema, Value } from '../lib/schema.ts';
import { LAST } from './protocol.ts';

export const SEED = seed(
  'seed',
  'seed',
  'Where the random numbers start: places of the walkers and their noise.',
);

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'The length of a step per unit of slope.',
  min: 0.002,
  max: 0.3,
  default: 0.02,
  scale: 'log',
};

export const BATCH: NumberField = {
  kind: 'number',
  key: 'batch',
  name: 'batch size',
  symbol: 'b',
  help: 'Samples that a step averages over.',
  min: 1,
  max: 256,
  default: 1,
  scale: 'doubling',
  integer: true,
};

export const VARIANCE: NumberField = {
  kind: 'number',
  key: 'variance',
  name: 'variance of a sample',
  symbol: 'σ²',
  help: 'The variance of the noise in the slope that one sample gives; with real batches, of what is left unexplained.',
  min: 1,
  max: 40,
  default: 20,
  scale: 'linear',
  step: 1,
};

export const LOCK: ChoiceField = {
  ...onOff('lock', 'lock the temperature', 'On: changing the learning rate changes the batch size with it.'),
  view: true,
};

export const GROUND: ChoiceField = {
  kind: 'choice',
  key: 'ground',
  name: 'landscape',
  help: 'What the cloud moves on.',
  options: [
    { value: 'wells', label: 'two wells, tilted' },
    { value: 'valleys', label: 'deep and narrow, shallow and wide' },
    { value: 'bowl', label: 'a bowl' },
    { value: 'ring', label: 'a ring, tilted' },
  ],
  default: 'wells',
};

export const TILT: NumberField = {
  kind: 'number',
  key: 'tilt',
  name: 'tilt',
  symbol: 'a',
  help: 'How far the two wells, or the ring, slope down to the left.',
  min: 0,
  max: 0.3,
  default: 0.1,
  scale: 'linear',
  step: 0.01,
};

export const NOISE: ChoiceField = {
  kind: 'choice',
  key: 'noise',
  name: 'noise',
  help: 'What makes walkers deviate from the slope. The last two belong to the bowl, which is also the loss of a regression with two weights.',
  options: [
    { value: 'even', label: 'equal everywhere' },
    { value: 'above', label: 'stronger above' },
    { value: 'curvature', label: 'as strong as the curvature' },
    { value: 'batches', label: 'real batches of a regression' },
  ],
  default: 'even',
};

/** Noise that only the bowl has; the kernel refuses it elsewhere. */
export const ofBowl = (noise: Value) => noise === 'curvature' || noise === 'batches';

/** Real batches that cooling doubles six times must not begin larger; the kernel refuses them. */
export const LARGEST_TO_DOUBLE = 64;

export const COOLING: ChoiceField = {
  kind: 'choice',
  key: 'cooling',
  name: 'cooling',
  help: 'Whether the temperature is halved at intervals, as by doubling the batch: six times in all.',
  options: [
    { value: '0', label: 'none' },
    { value: '250', label: 'halved every 250 steps' },
    { value: '50', label: 'halved every 50 steps' },
  ],
  default: '0',
};

/** Changes the picture alone. */
export const DRAWN: ChoiceField = {
  kind: 'choice',
  key: 'drawn',
  name: 'drawn',
  help: 'What is drawn over the map; the run is the same.',
  options: [
    { value: 'all', label: 'cloud, density and law' },
    { value: 'cloud', label: 'the cloud alone' },
    { value: 'density', label: 'density and law' },
  ],
  default: 'all',
  view: true,
};

export const WALKERS: ChoiceField = {
  kind: 'choice',
  key: 'walkers',
  name: 'walkers',
  help: 'How many there are in the cloud.',
  options: [
    { value: '1024', label: '1 024' },
    { value: '4096', label: '4 096' },
    { value: '16384', label: '16 384' },
  ],
  default: '4096',
};

export const SPREAD: ChoiceField = {
  kind: 'choice',
  key: 'begin',
  name: 'start',
  help: 'Where the cloud begins.',
  options: [
    { value: 'place', label: 'all on the right' },
    { value: 'box', label: 'all over the map' },
  ],
  default: 'place',
};

/** Hotter, the cloud would leave the map; the kernel refuses it. */
export const HOTTEST = 0.6;
/** Settings that a run depends on. */
export const RUN: Schema = [SEED, RATE, BATCH, VARIANCE, GROUND, TILT, NOISE, COOLING, WALKERS, SPREAD];

export const SCHEMA = withCommon([...RUN, LOCK, DRAWN], {
  last: LAST,
  replays: 'The link replays cloud and density to this step.',
  digest: 'cloud and density at that step',
  guesses: [{ of: 'where, or how wide, the cloud settles', max: 100 }],
  rehearse: 'step',
});

export const PRESETS: readonly Preset[] = [
  {
    name: 'Two wells',
    says: 'All begin in the higher of two wells.',
    values: {},
  },
  {
    name: 'Deep or wide',
    says: 'On the left a deep, narrow well; on the right, where all begin, a shallow, wide one.',
    values: { ground: 'valleys', rate: 0.04 },
  },
  {
    name: 'Cooled',
    says: 'All over the map at the start. The batch doubles every 250 steps, and each time the temperature is halved.',
    values: { cooling: '250', begin: 'box' },
  },
  {
    name: 'Too large a step',
    says: 'In a bowl, at the same temperature: with this step ηλ is 1 along the steep direction.',
    values: { ground: 'bowl', rate: 0.2, batch: 10 },
  },
  {
    name: 'Hotter above',
    says: 'On a ring that slopes to the left, with noise that is stronger above than below.',
    values: { ground: 'ring', noise: 'above' },
  },
  {
    name: 'Real batches',
    says: 'A regression with two weights: its loss is a bowl, five times as steep across, and the noise is that of its batches.',
    values: { ground: 'bowl', noise: 'batches' },
  },
];
