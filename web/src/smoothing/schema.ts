import { type Preset, SEED, withCommon } from '../grammar/settings.ts';
import type { ChoiceField, NumberField, Schema } from '../lib/schema.ts';

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'learning rate',
  symbol: 'η',
  help: 'The length of a step per unit of slope.',
  min: 0.002,
  max: 0.08,
  default: 0.02,
  scale: 'log',
};

export const NOISE: NumberField = {
  kind: 'number',
  key: 'noise',
  name: 'noise of a sample',
  symbol: 'σ',
  help: 'The standard deviation of the noise in the slope of one sample.',
  min: 0,
  max: 20,
  default: 5,
  scale: 'linear',
  step: 0.5,
};

export const BATCH: NumberField = {
  kind: 'number',
  key: 'batch',
  name: 'batch size',
  symbol: 'b',
  help: 'Samples that a step averages over: its noise is that of one sample over √b.',
  min: 1,
  max: 64,
  default: 1,
  scale: 'doubling',
  integer: true,
};

export const START: NumberField = {
  kind: 'number',
  key: 'start',
  name: 'start',
  symbol: 'x₀',
  help: 'Where all runs, and descent on the smoothed curve, begin.',
  min: -4,
  max: 4,
  default: 2.5,
  scale: 'linear',
  step: 0.05,
};

export const KERNEL: ChoiceField = {
  kind: 'choice',
  key: 'kernel',
  name: 'law of the noise',
  help: 'Both have the same standard deviation.',
  options: [
    { value: 'gaussian', label: 'normal' },
    { value: 'uniform', label: 'uniform' },
  ],
  default: 'gaussian',
};

export const RUNS: ChoiceField = {
  kind: 'choice',
  key: 'runs',
  name: 'runs',
  help: 'How many runs start together, each with its own noise.',
  options: ['1', '200', '2000'].map((value) => ({ value, label: value.replace('2000', '2 000') })),
  default: '200',
};

const bowl = (key: string, name: string, symbol: string, help: string) => ({
  kind: 'number' as const,
  key,
  name,
  symbol,
  help,
  scale: 'linear' as const,
});

export const CURVATURE: NumberField = {
  ...bowl('bowl', 'curvature of the bowl', 'λ', 'The curve is λx²/2 + a cos(kx + φ).'),
  min: 0.2,
  max: 2,
  default: 0.5,
  step: 0.1,
};
export const AMPLITUDE: NumberField = {
  ...bowl('height', 'height of the ripples', 'a', 'Half the height between a dip and the next top.'),
  min: 0,
  max: 1,
  default: 0.6,
  step: 0.05,
};
export const WAVENUMBER: NumberField = {
  ...bowl('waves', 'wavenumber of the ripples', 'k', 'A ripple is 2π/k wide.'),
  min: 2,
  max: 12,
  default: 6,
  step: 0.5,
};
export const PHASE: NumberField = {
  ...bowl('phase', 'phase of the ripples', 'φ', 'Moves the ripples along the bowl.'),
  min: 0,
  max: 6.3,
  default: 0.9,
  step: 0.1,
};

/** Steps of a run: enough for both to come to rest. */
export const TOTAL = 3000;

/** Settings that a run depends on. */
export const RUN: Schema = [
  SEED,
  RATE,
  NOISE,
  BATCH,
  START,
  KERNEL,
  RUNS,
  CURVATURE,
  AMPLITUDE,
  WAVENUMBER,
  PHASE,
];

export const SCHEMA = withCommon(RUN, {
  last: TOTAL,
  replays: 'The link replays all runs to this step.',
  digest: 'all runs at that step',
  guesses: [
    { of: 'who comes to the middle of the bowl', max: 3, integer: true },
    { of: 'the width at which the last false dip vanishes', max: 1 },
  ],
  rehearse: 'step',
});

export const PRESETS: readonly Preset[] = [
  {
    name: 'Little noise',
    says: 'One step’s noise is a tenth as wide as the ripples are.',
    values: {},
  },
  {
    name: 'Three times as much',
    says: 'Wide enough to change the curve that one step sees.',
    values: { noise: 15 },
  },
  {
    name: 'Half a ripple wide',
    says: 'Nearly half a ripple wide: from larger steps with the same noise.',
    values: { noise: 15, rate: 0.031 },
  },
  {
    name: 'Small steps',
    says: 'Four times as much noise in steps a quarter as long: one step is smoothed as with little noise, and sees the same curve.',
    values: { noise: 20, rate: 0.005 },
  },
  {
    name: 'No noise',
    says: 'The control: nothing is smoothed, and all runs are one.',
    values: { noise: 0 },
  },
];
