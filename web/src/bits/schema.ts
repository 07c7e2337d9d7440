import { FLAGS } from '../lib/flags.ts';
import type { Schema } from '../lib/schema.ts';
import { SEED } from '../train/schema.ts';

export const SCHEMA: Schema = [
  SEED,
  {
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
  },
  {
    kind: 'choice',
    key: 'tanh',
    name: 'tanh',
    help: 'Whose tanh the twin uses.',
    options: [
      { value: 'browser', label: "the browser's Math.tanh" },
      { value: 'kernel', label: "the kernel's" },
    ],
    default: 'browser',
  },
  {
    kind: 'choice',
    key: 'order',
    name: 'order of sums',
    help: 'How the twin adds up the inputs of a unit.',
    options: [
      { value: 'same', label: 'first to last, as the kernel' },
      { value: 'reversed', label: 'last to first' },
    ],
    default: 'same',
  },
  ...FLAGS,
];
