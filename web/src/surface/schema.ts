import { OWN_FIELD, type Preset, SEED, withCommon } from '../grammar/settings.ts';
import {
  asHeld,
  type ChoiceField,
  clampNumber,
  type NumberField,
  type Schema,
  type Values,
} from '../lib/schema.ts';
import { type Point, type Span, within, zoomed } from '../lib/view.ts';
import { HALF_OF } from './protocol.ts';

export const SCENE: ChoiceField = {
  kind: 'choice',
  key: 'scene',
  name: 'landscape',
  help: 'Which loss is shown.',
  options: [
    { value: 'network', label: 'a network of 105 weights' },
    { value: 'ring', label: 'a toy: a ring of minima' },
    { value: 'own', label: 'the network, on your points' },
  ],
  default: 'network',
};

const PLANES = [
  { value: 'minima', label: 'three networks' },
  { value: 'run', label: 'the run’s' },
  { value: 'curvature', label: 'steepest' },
  { value: 'random', label: 'random' },
];

export const PLANE: ChoiceField = {
  kind: 'choice',
  key: 'plane',
  name: 'plane',
  help: 'Which two directions span the plane: through three trained networks, the principal ones of the run, the two of largest curvature at its end, or random ones, filter-normalised.',
  options: PLANES,
  default: 'minima',
  live: true,
};

export const BESIDE: ChoiceField = {
  kind: 'choice',
  key: 'beside',
  name: 'plane beside it',
  help: 'A second plane, to compare with. A view: it changes no number of the run.',
  options: PLANES,
  default: 'run',
  live: true,
  view: true,
};

export const TILT: NumberField = {
  kind: 'number',
  key: 'tilt',
  name: 'tilt',
  symbol: 'a',
  help: 'Slope of the ring: a x is added to the loss.',
  min: 0,
  max: 0.3,
  default: 0,
  scale: 'linear',
  step: 0.01,
};

export const HALF: NumberField = {
  kind: 'number',
  key: 'half',
  name: 'half-width',
  symbol: 'w',
  help: 'How far the map reaches from its middle, in units of the plane.',
  min: 0.25,
  max: 4,
  default: 2,
  scale: 'log',
  live: true,
};

const middle = (key: string, name: string): NumberField => ({
  kind: 'number',
  key,
  name: `middle, ${name}`,
  symbol: '',
  help: `Where the middle of the map lies, in units of the plane: ${name}. No map reaches beyond 4.`,
  min: -4,
  max: 4,
  default: 0,
  scale: 'linear',
  live: true,
});

const MIDDLE = [middle('mx', 'x'), middle('my', 'y')] as const;

/** The largest map; others are parts of it. */
const WHOLE: Span = [-HALF.max, HALF.max, -HALF.max, HALF.max];

/** The part of the plane that the map shows. */
export function shown(values: Values): Span {
  const [half, x, y] = [HALF, ...MIDDLE].map(({ key }) => Number(values[key])) as [number, number, number];
  return within(WHOLE, [x - half, x + half, y - half, y + half]);
}

/** The same, `by` times as close, while a place stays where it is; 0 shows what the plane begins with. */
export function closer(values: Values, by: number, place: Point): Values {
  if (by === 0) return { half: HALF_OF[String(values.plane)]!, mx: 0, my: 0 };
  const now = shown(values);
  // Short in a link; the place stays within a pixel of where it was.
  const half = Number(clampNumber(HALF, (now[1] - now[0]) / 2 / by).toPrecision(3));
  const [left, right, low, high] = zoomed(WHOLE, now, (now[1] - now[0]) / 2 / half, place);
  const rounded = (v: number) => asHeld(Math.round(1000 * v) / 1000);
  return { half: Math.fround(half), mx: rounded((left + right) / 2), my: rounded((low + high) / 2) };
}

export const CELLS: ChoiceField = {
  kind: 'choice',
  key: 'cells',
  name: 'resolution',
  help: 'Cells along a side of the map; 16 are drawn first.',
  options: [
    { value: '32', label: '32 × 32' },
    { value: '64', label: '64 × 64' },
    { value: '128', label: '128 × 128' },
  ],
  default: '64',
  live: true,
};

export const SCALE: NumberField = {
  kind: 'number',
  key: 'scale',
  name: 'initial scale',
  symbol: 's',
  help: 'Multiplies the initial weights of every run; a run on the ring starts half as far from the middle.',
  min: 0.1,
  max: 3,
  default: 1,
  scale: 'log',
};

const place = (key: string, name: string, start: number): NumberField => ({
  kind: 'number',
  key,
  name,
  symbol: '',
  help: `Place of ${name} on the map, in units of the plane.`,
  min: -4,
  max: 4,
  default: start,
  scale: 'linear',
  step: 0.02,
  live: true,
});

/** Steps of a run of the network. */
export const MAX_STEP = 3000;

const OWN: Schema = [
  SCENE,
  SEED,
  PLANE,
  BESIDE,
  TILT,
  HALF,
  ...MIDDLE,
  CELLS,
  SCALE,
  place('ax', 'handle A, x', -1),
  place('ay', 'handle A, y', 0),
  place('bx', 'handle B, x', 1),
  place('by', 'handle B, y', 0),
  {
    kind: 'choice',
    key: 'at',
    name: 'look at',
    help: 'Whose loss, curvature and decision boundary are shown: the run at its step, or the cross on the map.',
    options: [
      { value: 'run', label: 'the run' },
      { value: 'cross', label: 'the cross' },
    ],
    default: 'run',
    live: true,
    view: true,
  },
  { ...place('cx', 'the cross, x', 0), view: true },
  { ...place('cy', 'the cross, y', 0.5), view: true },
  OWN_FIELD,
];

export const SCHEMA = withCommon(OWN, {
  last: MAX_STEP,
  replays: 'The link goes to this step of the run.',
  digest: 'the parameters at that step',
  guesses: [
    { of: 'the share of the run in a random plane, in %', max: 100 },
    { of: 'the highest loss between A and B', max: 100 },
  ],
  rehearse: 'map',
});

/** Landscapes; the planes through one are tabs of the figure. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'Network',
    says: 'Two moons, 105 weights, and a training run from a common start.',
    values: {},
  },
  {
    name: 'Far start',
    says: 'Initial weights three times as large: the run begins far up, where the loss is steep.',
    values: { scale: 3 },
  },
  {
    name: 'Ring',
    says: 'A toy with two parameters: every point of the ring is a minimum, and a map of it shows all there is.',
    values: { scene: 'ring' },
  },
  {
    name: 'Tilted ring',
    says: 'A slope of 0.1 leaves one minimum and one saddle, opposite. Watch where the run slows down.',
    values: { scene: 'ring', tilt: 0.1 },
  },
];
