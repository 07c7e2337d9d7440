/** The questions, and the verdicts after the run. */

import { choosing } from '../grammar/predict.ts';
import type { Asked } from '../grammar/predictions.ts';
import { settingsIn, type Values } from '../lib/schema.ts';
import type { Doubled, Sample } from './protocol.ts';
import { ofBowl, RUN } from './schema.ts';

export interface AskedOfCloud extends Asked {
  /** The truth, from the settled cloud and a second one with twice the step and batch; undefined before. */
  truth: (end: Sample | undefined, doubled: Doubled | undefined) => number | undefined;
}

const ENDS = {
  guess: 'guess',
  hidden: 'ends',
  hides: 'cloud, its density and the law',
  at: 'after the last step',
} as const;

/** For clouds that begin on the right; others begin all over the map. */
const WHERE: Readonly<Record<string, string>> = {
  wells:
    'All begin in the right well, the higher one. When the cloud has settled, what share of it is in the lower one, on the left?',
  valleys:
    'All begin in the right well, which is wide and shallow. The left one is deeper and narrow. When the cloud has settled, what share of it is on the left?',
  ring: 'All begin on the right of a ring of low ground, which slopes down to the left. When the cloud has settled, what share of it is in the left half?',
};

const COOLED = ' The noise is cooled on the way: near the end the law has nearly all on the left.';

const ANYWHERE =
  'The walkers begin all over the map. When the cloud has settled, what share of it is on the left, where the lowest place is?';

const share = (ground: string, cooled: boolean, box: boolean): AskedOfCloud => ({
  ...ENDS,
  id: `share-${ground}-${cooled}`,
  text: `${box ? ANYWHERE : WHERE[ground]}${cooled ? COOLED : ''}`,
  quantity: 'share on the left',
  min: 0,
  max: 100,
  step: 1,
  unit: '%',
  digits: 0,
  truth: (end) => end && 100 * end.left.cloud,
  verdict: () =>
    cooled
      ? 'While warm, the cloud follows the law; then the walls between the wells get too high for the remaining noise, and each walker stays on its side.'
      : 'Neither all in the lowest place nor half and half: each place gets e^(−V/T), and a wide valley has more places.',
});

const WIDE: AskedOfCloud = {
  ...ENDS,
  id: 'wide',
  text: 'In a bowl of curvature λ the law of the diffusion has variance T/λ. The cloud takes steps of length η. Across, where λ is 5, how many times the law’s variance will the cloud’s be?',
  quantity: 'variance over that of the law',
  min: 0.5,
  max: 5,
  step: 1,
  unit: 'times',
  digits: 2,
  log: true,
  truth: (end) => end && end.across.cloud / end.across.law,
  verdict: () =>
    'Exactly 1/(1 − ηλ/2) times: near 1 while steps are small, 2 at ηλ = 1, and infinite at ηλ = 2. The diffusion describes small steps.',
};

/** Widths that differ by less than a tenth are the same. */
const SAME = 0.1;

const wider = (real: boolean): AskedOfCloud => ({
  ...ENDS,
  id: real ? 'wider-batches' : 'wider',
  text: `The bowl is five times as steep across (up and down) as along. ${
    real
      ? 'Each step takes real samples of a regression, whose loss is this bowl.'
      : 'The noise is five times as strong across, too.'
  } When the cloud has settled, in which direction is it wider?`,
  quantity: 'where it is wider',
  ...choosing(['along, where the bowl is flat', 'across, where it is steep', 'neither, to a tenth']),
  truth: (end) => {
    if (!end) return undefined;
    const ratio = Math.sqrt(end.across.cloud / end.along.cloud);
    if (Math.abs(ratio - 1) < SAME) return 2;
    return ratio < 1 ? 0 : 1;
  },
  verdict: () =>
    real
      ? 'Nobody matched this noise to the curvature. A sample’s slope is its residual times its input, and the inputs make the curvature: where the bowl is steep, samples disagree more. The two cancel in the width, while steps are small.'
      : 'The steep direction pulls back five times as hard and is shaken with five times the variance: the two cancel, and the variance is T in every direction, while steps are small.',
});

const ROUND: AskedOfCloud = {
  ...ENDS,
  id: 'round',
  text: 'The noise is weak in the lower half of the map and strong in the upper; nothing else pushes. In the end the cloud no longer changes. Does it then stand still on average, or does it flow?',
  quantity: 'whether it flows',
  ...choosing(['it stands still: what goes one way comes back', 'it flows round the ring for ever']),
  truth: (end) => end && (end.produced > 1e-4 ? 1 : 0),
  verdict: () =>
    'Where noise depends on the place, the settled cloud is in general not in equilibrium. The shape stays, the walkers circulate, and that produces entropy all the time.',
};

/** A share that differs by less has hardly changed. */
const HARDLY = 0.03;

export const LOCKED: AskedOfCloud = {
  id: 'locked',
  text: 'Double both the step and the batch: the temperature stays. Does the place where the cloud settles change?',
  quantity: 'whether it changes',
  ...choosing(['yes', 'hardly, while steps are small', 'no, never']),
  hides: '',
  at: 'after the last step, and that of a second cloud',
  truth: (end, doubled) => {
    if (!end || !doubled) return undefined;
    const [here, there] = [end.left.cloud, doubled.left];
    if (here === there) return 2;
    const mean = (here + there) / 2;
    // Two clouds of as many walkers differ by this much even if both follow one law.
    const noise = Math.sqrt((2 * mean * (1 - mean)) / doubled.walkers);
    return Math.abs(here - there) <= Math.max(HARDLY, 3 * noise) ? 1 : 0;
  },
  verdict: () =>
    'Only η/b enters the law of small steps. Lock the temperature and move the learning rate to see it; with “Too large a step” the temperature no longer sets the law.',
};

function asked({ ground, noise, cooling, begin }: Values): readonly AskedOfCloud[] {
  if (ground === 'bowl') return [ofBowl(noise!) ? wider(noise === 'batches') : WIDE];
  if (ground === 'ring' && noise === 'above') return [ROUND];
  return [share(String(ground), cooling !== '0', begin === 'box'), LOCKED];
}

/** A guess is for the run of these settings. */
export function questions(values: Values): readonly AskedOfCloud[] {
  return asked(values).map((question) => ({ ...question, about: settingsIn(RUN, values) }));
}
