import { type Preset, SEED, withCommon } from '../grammar/settings.ts';
import type { ChoiceField } from '../lib/schema.ts';

export const STEPS: ChoiceField = {
  kind: 'choice',
  key: 'steps',
  name: 'steps',
  help: 'How long both runs are.',
  options: [
    { value: '1000', label: '1 000' },
    { value: '10000', label: '10 000' },
    { value: '100000', label: '100 000' },
  ],
  default: '1000',
};

export const TANH: ChoiceField = {
  kind: 'choice',
  key: 'tanh',
  name: 'tanh of the twin',
  help: 'Whose tanh the twin, the second training, uses.',
  options: [
    { value: 'browser', label: 'the browser’s Math.tanh' },
    { value: 'kernel', label: 'the kernel’s' },
  ],
  default: 'browser',
};

export const ORDER: ChoiceField = {
  kind: 'choice',
  key: 'order',
  name: 'order of sums of the twin',
  help: 'How the twin adds up the inputs of a unit.',
  options: [
    { value: 'same', label: 'first to last, like the kernel' },
    { value: 'reversed', label: 'last to first' },
  ],
  default: 'same',
};

export const SCHEMA = withCommon([SEED, STEPS, TANH, ORDER], {
  last: 100_000,
  replays: 'The link replays both runs to this step.',
  digest: "the kernel's parameters at that step",
  both: 'Made from both fingerprints there; it does not reveal whether they are equal. The page says whether the twin reaches its own. Another browser’s tanh may give another.',
  guesses: [
    { of: 'the weights that keep their bits', max: 105, integer: true },
    { of: 'the difference of the losses, as a share', max: 1 },
  ],
  rehearse: 'step',
});

export const PRESETS: readonly Preset[] = [
  {
    name: 'Another tanh',
    says: 'The twin asks the browser for tanh. Both tanhs are within a rounding error of the true value.',
    values: {},
  },
  {
    name: 'Another order',
    says: 'The twin adds the same products from the last to the first. On paper the sum is the same.',
    values: { tanh: 'kernel', order: 'reversed' },
  },
  {
    name: 'Nothing exchanged',
    says: 'The control: the twin does the same arithmetic in the same order, with different code.',
    values: { tanh: 'kernel' },
  },
  {
    name: 'For long',
    says: 'Another tanh for 100 000 steps. Choose the fastest speed; the step count is below the figure.',
    values: { steps: '100000' },
  },
];
