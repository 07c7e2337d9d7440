import { type Preset, SEED, withCommon } from '../grammar/settings.ts';
import type { ChoiceField, NumberField, Schema, TextField } from '../lib/schema.ts';
import { TOTAL } from './protocol.ts';

export const HIDDEN: NumberField = {
  kind: 'number',
  key: 'hidden',
  name: 'hidden units',
  symbol: 'h',
  help: 'Each has two weights and a bias, and the output a bias: 3h + 1 directions.',
  min: 1,
  max: 6,
  default: 3,
  scale: 'linear',
  integer: true,
};

export const PENALTY: NumberField = {
  kind: 'number',
  key: 'decay',
  name: 'weight penalty',
  symbol: 'c',
  help: 'Adds ½ c ‖θ‖² to the loss, which gives every direction some curvature.',
  min: 0.0001,
  max: 0.01,
  default: 0.001,
  scale: 'log',
};

export const STARTS: ChoiceField = {
  kind: 'choice',
  key: 'starts',
  name: 'where searches start',
  help: 'Along training: seven of eight starts have been trained for 400 to 2 800 steps.',
  options: [
    { value: 'training', label: 'along training' },
    { value: 'random', label: 'at random' },
  ],
  default: 'training',
};

export const PLACE: NumberField = {
  kind: 'number',
  key: 'place',
  name: 'place shown',
  symbol: '',
  help: 'What this search found; 0 shows the latest place, and at the end the highest; −1 the toy of two directions.',
  min: -1,
  max: TOTAL,
  default: 0,
  scale: 'linear',
  integer: true,
  view: true,
};

export const NUDGE: NumberField = {
  kind: 'number',
  key: 'nudge',
  name: 'distance of the start',
  symbol: 'δ',
  help: 'How far from the saddle all methods start.',
  min: 1e-8,
  max: 0.01,
  default: 0.001,
  scale: 'log',
  view: true,
};

/** Chooses between the network and the toy, which a link holds as a place. */
export const SHOWN: ChoiceField = {
  kind: 'choice',
  key: 'shown',
  name: 'landscape',
  help: 'What the methods run on.',
  options: [
    { value: '0', label: 'of the network' },
    { value: '-1', label: 'two directions' },
  ],
  default: '0',
};

export const GAMMA: NumberField = {
  kind: 'number',
  key: 'gamma',
  name: 'curvature of the way down',
  symbol: 'γ',
  help: 'Of the toy ½ x² − γ (½ y² − ¼ y⁴), without its minus: the smaller, the flatter.',
  min: 0.01,
  max: 1,
  default: 0.1,
  scale: 'log',
  view: true,
};

export const RIDGE: NumberField = {
  kind: 'number',
  key: 'ridge',
  name: 'distance from the ridge',
  symbol: 'δ',
  help: 'Where all methods start on the toy: at x = 0.6, y = δ.',
  min: 1e-8,
  max: 0.1,
  default: 0.0001,
  scale: 'log',
  view: true,
};

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'The length of a step of descent per unit of slope.',
  min: 0.01,
  max: 0.5,
  default: 0.1,
  scale: 'log',
  view: true,
};

export const KICKS: NumberField = {
  kind: 'number',
  key: 'kicks',
  name: 'noise of the slope',
  symbol: 'σ',
  help: 'For descent with noise: the standard deviation of the noise in each component of the slope. A temperature T has σ² = 2T/η.',
  min: 0.00001,
  max: 0.1,
  default: 0.01,
  scale: 'log',
  view: true,
};

export const DAMPING: NumberField = {
  kind: 'number',
  key: 'damping',
  name: 'damping',
  symbol: 'd',
  help: 'For saddle-free Newton: what its first step adds to each curvature, as a share of the largest one.',
  min: 1e-4,
  max: 0.1,
  default: 0.001,
  scale: 'log',
  view: true,
};

/** What a link calls the methods, in their order. */
const KEYS = ['descent', 'noise', 'free', 'newton', 'heavy'] as const;

/** All steps of any race on the toy. */
const ALL_STEPS = 400_000;

export const RACED: NumberField = {
  kind: 'number',
  key: 'raced',
  name: 'steps of the race',
  symbol: '',
  help: 'On the toy: how many steps of the race are drawn; Play goes on from there.',
  min: 0,
  max: ALL_STEPS,
  default: ALL_STEPS,
  scale: 'linear',
  integer: true,
  view: true,
};

export const OFF: TextField = {
  kind: 'text',
  key: 'off',
  name: 'methods not drawn',
  help: `Methods of the race that are not drawn, separated by commas: ${KEYS.join(', ')}.`,
  default: '',
  maxLength: 40,
  pattern: new RegExp(`^(${KEYS.join('|')})(,(${KEYS.join('|')}))*$`),
  view: true,
};

/** For each method, whether it is drawn. */
export const drawnOf = (off: string): boolean[] => KEYS.map((key) => !off.split(',').includes(key));

/** The same as a link has it. */
export const offOf = (drawn: readonly boolean[]): string => KEYS.filter((_, k) => !drawn[k]).join();

const OWN: Schema = [
  SEED,
  HIDDEN,
  PENALTY,
  STARTS,
  PLACE,
  GAMMA,
  RIDGE,
  NUDGE,
  RATE,
  KICKS,
  DAMPING,
  RACED,
  OFF,
];

export const SCHEMA = withCommon(OWN, {
  last: TOTAL,
  replays: 'The link repeats all searches up to this one.',
  digest: 'all places found by then',
  guesses: [
    { of: 'the share of minima, in per cent', max: 100 },
    { of: 'the ways down at the highest place', max: 19, integer: true },
  ],
  rehearse: 'search',
});

export const PRESETS: readonly Preset[] = [
  { name: 'Three units', says: 'Ten weights and biases, 160 searches.', values: {} },
  {
    name: 'Five units',
    says: 'Sixteen directions: coins would make one place in 65 536 a minimum.',
    values: { hidden: 5 },
  },
  {
    name: 'Random starts',
    says: 'No search begins along training. Which places are found depends on where one looks.',
    values: { starts: 'random' },
  },
  {
    name: 'A thousand times nearer',
    says: 'The same searches; the race starts a thousand times as near to the saddle.',
    values: { nudge: 0.000001 },
  },
  {
    name: 'Two directions',
    says: 'No network: one way up and one way down, whose race can be checked by hand.',
    values: { place: -1, rate: 0.3 },
  },
];
