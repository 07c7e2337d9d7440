/** The read-outs of Saddles. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { count, percent, significant } from '../lib/format.ts';
import type { Frame, Place } from './protocol.ts';
import { minima } from './questions.ts';

export interface Shown {
  state: Frame;
  /** The place that is shown. */
  place: Place | undefined;
  hidePlaces: boolean;
  hideWays: boolean;
  hideRace: boolean;
  /** The end of Newton's method. */
  hideNewton: boolean;
}

export function numbers({ state, place, hidePlaces, hideWays }: Shown): NumberShown[] {
  const { found, step, digest } = state;
  const bottoms = minima(found);
  return [
    {
      symbol: '',
      name: 'places found',
      value: `${count(found.length)} of ${count(step)}`,
      definition:
        'Searches that reached a place with a slope below 10⁻¹⁰, of those that have ended. The same place may be found many times.',
      test: 'places',
    },
    {
      symbol: '',
      name: 'minima among them',
      value: found.length === 0 ? '–' : `${count(bottoms)} (${percent(bottoms / found.length, 0)})`,
      hidden: hidePlaces,
      definition: 'Places from which no direction goes down.',
      test: 'minima',
    },
    {
      symbol: 'L',
      name: 'loss at the place shown',
      value: place ? significant(place.loss, 4) : '–',
      hidden: hidePlaces,
      viewed: true,
      definition: 'Half the mean square of the errors, plus the weight penalty.',
      formula: 'squared-loss',
      test: 'loss',
    },
    {
      symbol: '',
      name: 'ways down there',
      value: place ? `${place.down} of ${state.directions}` : '–',
      hidden: hideWays,
      viewed: true,
      definition:
        'Directions in which the loss curves downwards: negative eigenvalues of its Hessian. Their number is called the index.',
      formula: 'index',
      test: 'down',
    },
    fingerprint(digest, 'all places found', 'settings and seed'),
  ];
}

export function moreNumbers({
  state,
  place,
  hidePlaces,
  hideWays,
  hideRace,
  hideNewton,
}: Shown): NumberShown[] {
  const { here, race } = state;
  const flat = here && [...here.values].filter((value) => Math.abs(value) <= here.nearlyFlat).length;
  const left = (method: number) => {
    const step = race?.tracks[method]?.left;
    return step === undefined ? (race ? 'never' : '–') : `${count(step)} steps`;
  };
  const hidden = { hidden: hideRace, viewed: true as const };
  return [
    {
      symbol: '‖∇L‖',
      name: 'slope there',
      value: here ? significant(here.slope, 2) : '–',
      hidden: hidePlaces,
      viewed: true,
      definition:
        'The length of the gradient at the place shown. It would be zero in exact arithmetic; a search ends below 10⁻¹⁰.',
      formula: 'slope',
      test: 'slope',
    },
    {
      symbol: '',
      name: 'nearly flat there',
      value: flat === undefined ? '–' : `${flat} of ${state.directions}`,
      hidden: hideWays,
      viewed: true,
      definition: 'Directions whose curvature is at most a hundredth of the steepest one, up or down.',
      test: 'flat',
    },
    {
      symbol: '',
      name: 'too flat for a sign',
      value: place ? String(place.unsigned) : '–',
      hidden: hideWays,
      viewed: true,
      definition: 'Curvatures that rounding alone could produce: they count neither as up nor as down.',
      test: 'unsigned',
    },
    {
      symbol: 'λ',
      name: 'lowest curvature there',
      value: here ? significant(here.values[0]!) : '–',
      hidden: hideWays,
      viewed: true,
      definition: 'The smallest eigenvalue of the Hessian: below zero, it is the steepest way down.',
      test: 'lowest',
    },
    {
      symbol: '',
      name: 'descent leaves after',
      value: left(0),
      ...hidden,
      definition:
        'Steps until plain gradient descent is farther than 0.1 from the saddle; on the toy, 0.9 along its way down.',
      test: 'descent',
    },
    {
      symbol: '',
      name: 'predicted',
      value: race?.predicted === undefined ? '–' : `${count(race.predicted)} steps`,
      ...hidden,
      definition:
        'From the curvatures alone: with every step a component y of the start grows by the factor 1 − ηλ, which is above 1 where λ is negative.',
      formula: 'escape',
      test: 'predicted',
    },
    {
      symbol: '',
      name: 'descent with noise',
      value: left(1),
      ...hidden,
      definition:
        'The same for descent whose slope is noisy. However near it starts, the noise takes it away.',
      test: 'noisy',
    },
    {
      symbol: '',
      name: 'heavy ball',
      value: left(4),
      ...hidden,
      definition:
        'The same for descent with momentum 0.9: each step adds nine tenths of the last one (Polyak 1964).',
      formula: 'heavy-ball',
      test: 'heavy',
    },
    {
      symbol: '',
      name: 'saddle-free Newton',
      value: left(2),
      ...hidden,
      definition: 'The same for Newton’s method with the magnitudes of the curvatures (Dauphin et al. 2014).',
      formula: 'saddle-free',
      test: 'free',
    },
    {
      symbol: '',
      name: 'Newton ends at a distance of',
      value: race ? significant(race.back, 2) : '–',
      ...hidden,
      hidden: hideNewton,
      definition: 'How far from the saddle Newton’s method ends, damped so that the slope falls.',
      test: 'back',
    },
  ];
}

const OF_TOY = new Set(['descent', 'predicted', 'heavy', 'free', 'back']);

/** What of these the toy has. */
export const numbersOfToy = (shown: Shown) => moreNumbers(shown).filter(({ test }) => OF_TOY.has(test));
