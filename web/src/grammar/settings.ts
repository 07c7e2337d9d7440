/** The settings that every exhibit has, and the schema they make with its own. */

import { FLAGS } from '../lib/flags.ts';
import { OWN_PATTERN } from '../lib/own.ts';
import type { ChoiceField, Field, NumberField, Schema, TextField } from '../lib/schema.ts';

/** Known good or known bad settings, with what they show. */
export interface Preset {
  name: string;
  says: string;
  values: Record<string, number | string>;
}

export function seed(key: string, name: string, help: string, start = 1): NumberField {
  return {
    kind: 'number',
    key,
    name,
    symbol: '',
    help,
    min: 0,
    max: 4294967295,
    default: start,
    scale: 'linear',
    integer: true,
  };
}

export const SEED = seed(
  'seed',
  'seed',
  'Where the random numbers start: initial weights and the order of the samples.',
);

/** Off, unless it is switched on. */
export function onOff(key: string, name: string, help: string): ChoiceField {
  const options = ['off', 'on'].map((value) => ({ value, label: value }));
  return { kind: 'choice', key, name, help, options, default: 'off' };
}

function fingerprint(key: string, help: string): Field {
  return { kind: 'text', key, name: key, help, default: '', maxLength: 16, pattern: /^[0-9a-f]{16}$/ };
}

/** Fields of a link besides the exhibit's own settings. */
interface Moment {
  /** The last step that a link replays to, and the help of that field. */
  last: number;
  replays: string;
  /** The object of the fingerprint. */
  digest: string;
  /** The help of a second fingerprint, which combines it with that of a parallel run. */
  both?: string;
  /** Quantity and largest value of each guess. */
  guesses: readonly { of: string; max: number; integer?: true }[];
  /** When a rehearsed panic comes. */
  rehearse: string;
}

/** The link's key of the pinned run. */
export const PIN = 'pin';

/** The link's key of the reader's own data. */
export const OWN = 'own';

/** The reader's own data, as `lib/own.ts` writes them. */
export const OWN_FIELD: TextField = {
  kind: 'text',
  key: OWN,
  name: 'your data',
  help: 'Your own data, packed: made by the page, from what you paint or bring.',
  default: '',
  maxLength: 200_000,
  pattern: OWN_PATTERN,
};

/** The link's keys of the guesses, in the order of `guesses`. */
export const GUESSES = ['guess', 'guess2'] as const;

/** The value of a link without a guess: 0 is a valid guess. */
export const NO_GUESS = -1;

/** An exhibit's own settings, then the moment, the guesses, and what a lecturer may set. */
export function withCommon(own: Schema, moment: Moment): Schema {
  const guesses = moment.guesses.map(
    ({ of, max, integer }, k): NumberField => ({
      kind: 'number',
      key: GUESSES[k]!,
      name: k === 0 ? 'guess' : 'second guess',
      symbol: '',
      help: `The maker’s prediction of ${of}, if shared; shown after the reader’s own.`,
      min: NO_GUESS,
      max,
      default: NO_GUESS,
      scale: 'linear',
      ...(integer && { integer }),
    }),
  );
  const step: NumberField = {
    kind: 'number',
    key: 'step',
    name: 'step',
    symbol: '',
    help: moment.replays,
    min: 0,
    max: moment.last,
    default: 0,
    scale: 'linear',
    integer: true,
  };
  const beside: Schema = [
    fingerprint('digest', `The fingerprint of ${moment.digest}; the page says whether it matches.`),
    ...(moment.both ? [fingerprint('both', moment.both)] : []),
    {
      kind: 'text',
      key: PIN,
      name: 'pinned run',
      help: 'The link of the pinned run, without its #: it runs first, and is pinned.',
      default: '',
      maxLength: 1000,
    },
    ...guesses,
    ...FLAGS,
    {
      kind: 'choice',
      key: 'rehearse',
      name: 'rehearse',
      help: `Makes the kernel fail at the next ${moment.rehearse}, to see what the page says.`,
      options: [
        { value: '', label: 'nothing' },
        { value: 'panic', label: 'a panic' },
      ],
      default: '',
    },
  ];
  return [...own, step, ...beside.map((field): Field => ({ ...field, view: true }))];
}
