import { OWN_FIELD, onOff, type Preset, seed, withCommon } from '../grammar/settings.ts';
import { asHeld, type ChoiceField, type NumberField, type Schema, shortest } from '../lib/schema.ts';
import type { Drag } from './protocol.ts';

export const TASK: ChoiceField = {
  kind: 'choice',
  key: 'task',
  name: 'task',
  help: 'What the two networks learn; or a surface of two variables, seen in full.',
  options: [
    { value: 'different', label: 'truly different (moons, noise 0.30)' },
    { value: 'twins', label: 'relabelled twins (moons, noise 0.15)' },
    { value: 'digits', label: 'handwritten digits' },
    { value: 'own', label: 'your own points' },
    { value: 'mueller-brown', label: 'toy: Müller–Brown' },
    { value: 'egg-carton', label: 'toy: egg carton' },
  ],
  default: 'different',
};

export const WIDTH: ChoiceField = {
  kind: 'choice',
  key: 'width',
  name: 'width',
  help: 'Units in each hidden layer: two layers on the moons, one on the digits.',
  options: ['2', '3', '4', '6', '8', '16'].map((value) => ({ value, label: value })),
  default: '8',
};

export const ALIGN = onOff(
  'align',
  'relabel B',
  'Puts the neurons of B in the order of A before the search. What B computes stays the same.',
);

const seedOf = (end: 'A' | 'B', start: number) =>
  seed(
    end.toLowerCase(),
    `seed ${end}`,
    `Where the random numbers of ${end} start: first weights and order of the samples.`,
    start,
  );

export const SEED_A = seedOf('A', 1);
export const SEED_B = seedOf('B', 2);

export const PIVOTS: NumberField = {
  kind: 'number',
  key: 'pivots',
  name: 'first pivots',
  symbol: '',
  help: 'Inner images of the band at the start; a cycle adds at most two.',
  min: 3,
  max: 15,
  default: 7,
  scale: 'linear',
  step: 1,
  integer: true,
};

export const CYCLES: NumberField = {
  kind: 'number',
  key: 'cycles',
  name: 'cycles',
  symbol: '',
  help: 'How often the band grows where it is coarse, moves 800 times, and is scanned.',
  min: 1,
  max: 6,
  default: 4,
  scale: 'linear',
  step: 1,
  integer: true,
};

export const RATE: NumberField = {
  kind: 'number',
  key: 'rate',
  name: 'step size',
  symbol: 'η',
  help: 'How far the images move along the slope.',
  min: 0.005,
  max: 0.05,
  default: 0.02,
  scale: 'linear',
  step: 0.005,
};

export const CLIMB = onOff(
  'climb',
  'climb to the saddle',
  'At the end the highest image walks up along the band and down across it, to the saddle.',
);

export const ROUTE: ChoiceField = {
  kind: 'choice',
  key: 'route',
  name: 'walk along',
  help: 'The way on which the shown network lies. A view: it changes no number of the search.',
  options: [
    { value: 'best', label: 'the best path' },
    { value: 'band', label: 'the band now' },
    { value: 'straight', label: 'the straight line' },
    { value: 'aligned', label: 'the line to the relabelled B' },
  ],
  default: 'best',
  view: true,
};

export const PLACE: NumberField = {
  kind: 'number',
  key: 't',
  name: 'place on the way',
  symbol: 't',
  help: 'From A (0) to B (1), by length. A view: it changes no number of the search.',
  min: 0,
  max: 1,
  default: 0.5,
  scale: 'linear',
  step: 0.01,
  view: true,
};

/** Drags in a link, as step:image:x:y with coordinates in f32's shortest decimals, which may have an exponent of either sign. */
const DRAG = String.raw`\d{1,5}:\d{1,2}(:-?[.\d]+(e[-+]?\d+)?){2}`;
const DRAGS = new RegExp(`^${DRAG}(;${DRAG})*$`);

/** More drags no longer fit into a link. */
export const MAX_DRAGS = 64;

const OWN: Schema = [
  TASK,
  WIDTH,
  SEED_A,
  SEED_B,
  ALIGN,
  PIVOTS,
  CYCLES,
  RATE,
  CLIMB,
  {
    kind: 'text',
    key: 'drags',
    name: 'drags',
    help: 'Images of a toy moved by hand, as step:image:x:y, separated by semicolons.',
    default: '',
    maxLength: 3000,
    pattern: DRAGS,
  },
  ROUTE,
  PLACE,
  OWN_FIELD,
];

export const SCHEMA = withCommon(OWN, {
  last: 10_000,
  replays: 'The link replays to this move of the band.',
  digest: 'the band at that move',
  guesses: [{ of: 'the barrier on the path', max: 150 }],
  rehearse: 'move',
});

export function printDrags(drags: readonly Drag[]): string {
  return drags.map(({ step, image, x, y }) => `${step}:${image}:${shortest(x)}:${shortest(y)}`).join(';');
}

export function parseDrags(text: string): Drag[] {
  if (!DRAGS.test(text)) return [];
  const drags = text
    .split(';')
    .slice(0, MAX_DRAGS)
    .map((part) => {
      const [step, image, x, y] = part.split(':').map(Number);
      return { step: step!, image: image!, x: asHeld(x!), y: asHeld(y!) };
    });
  return drags.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).sort((a, b) => a.step - b.step);
}

/** Known good, known bad, each with what it shows. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'Truly different',
    says: 'Two functions, not one: the boundaries that A and B draw are not the same.',
    values: {},
  },
  {
    name: 'Twins',
    says: 'Clean data and some weight decay: A and B came to the same function, with other weights. Compare the two straight lines.',
    values: { task: 'twins' },
  },
  {
    name: 'Too narrow',
    says: 'Twins with two units a layer. Is there room for a way around?',
    values: { task: 'twins', width: '2', a: 3, b: 4 },
  },
  {
    name: 'Width 3',
    says: 'Three units a layer. Try other seeds, too.',
    values: { task: 'twins', width: '3', a: 3, b: 4 },
  },
  {
    name: 'Digits',
    says: 'The same search on 1210 numbers that read handwritten digits. Draw one, then walk: what does each network on the way read?',
    values: { task: 'digits', width: '16', rate: 0.05 },
  },
  {
    name: 'Egg carton',
    says: 'A surface of two variables with a hollow at either end. Play; then reset, drag one image aside, and play again.',
    values: { task: 'egg-carton' },
  },
  {
    name: 'Müller–Brown',
    says: 'A bent valley with two saddles, on which such methods are tested. Watch the images slide into it.',
    values: { task: 'mueller-brown' },
  },
];
