import { FLAGS } from '../lib/flags.ts';
import type { ChoiceField, Field, Schema } from '../lib/schema.ts';
import { SEED } from '../train/schema.ts';

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
  name: "the twin's tanh",
  help: 'Whose tanh the twin uses.',
  options: [
    { value: 'browser', label: "the browser's Math.tanh" },
    { value: 'kernel', label: "the kernel's" },
  ],
  default: 'browser',
};

export const ORDER: ChoiceField = {
  kind: 'choice',
  key: 'order',
  name: "the twin's order of sums",
  help: 'How the twin adds up the inputs of a unit.',
  options: [
    { value: 'same', label: 'first to last, as the kernel' },
    { value: 'reversed', label: 'last to first' },
  ],
  default: 'same',
};

const fingerprint = (key: string, help: string): Field => ({
  kind: 'text',
  key,
  name: key,
  help,
  default: '',
  maxLength: 16,
  pattern: /^[0-9a-f]{16}$/,
});

export const SCHEMA: Schema = [
  SEED,
  STEPS,
  TANH,
  ORDER,
  {
    kind: 'number',
    key: 'step',
    name: 'step',
    symbol: '',
    help: 'The link replays both runs to this step.',
    min: 0,
    max: 100_000,
    default: 0,
    scale: 'linear',
    integer: true,
  },
  fingerprint(
    'digest',
    "The fingerprint of the kernel's parameters at that step; the page says whether it is met.",
  ),
  fingerprint(
    'twin',
    "The fingerprint of the twin's parameters there; another browser's tanh may give another.",
  ),
  {
    kind: 'number',
    key: 'guess',
    name: 'guess',
    symbol: '',
    help: 'A prediction of the first step with a differing bit, only if its maker chose to share it.',
    min: 0,
    max: 1000,
    default: 0,
    scale: 'linear',
    integer: true,
  },
  {
    kind: 'number',
    key: 'guess2',
    name: 'second guess',
    symbol: '',
    help: 'A prediction of the difference of the losses, only if its maker chose to share it.',
    min: 0,
    max: 1,
    default: 0,
    scale: 'linear',
  },
  ...FLAGS,
];

export interface Preset {
  name: string;
  says: string;
  values: Record<string, string>;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'Another tanh',
    says: 'The twin asks the browser for tanh. Both are within a rounding error of the true value, and that is enough.',
    values: {},
  },
  {
    name: 'Another order',
    says: 'The twin adds the same products from the last to the first. On paper sums do not care; here they do.',
    values: { tanh: 'kernel', order: 'reversed' },
  },
  {
    name: 'Nothing exchanged',
    says: 'The control: the map must stay empty, or the comparison is worth nothing.',
    values: { tanh: 'kernel' },
  },
  {
    name: 'For long',
    says: 'Another tanh for 100 000 steps: few weights keep their bits. Choose the fastest speed.',
    values: { steps: '100000' },
  },
];
