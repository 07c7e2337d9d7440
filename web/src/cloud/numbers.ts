/** The read-outs of Cloud. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { count, significant } from '../lib/format.ts';
import type { Sample, Three } from './protocol.ts';

export interface Shown {
  now: Sample;
  digest: string;
  bowl: boolean;
  /** Whether there is another well to reach, and the passage times known. */
  wells: boolean;
  passage: Float64Array | undefined;
  hide: boolean;
}

const each = ({ cloud, density, law }: Three, of: (x: number) => string) =>
  `${of(cloud)} · ${of(density)} · ${of(law)}`;

export function numbers({ now, digest, bowl, hide }: Shown): NumberShown[] {
  return [
    {
      symbol: 'T',
      name: 'temperature',
      value: significant(now.temperature),
      definition:
        'Learning rate times the noise’s variance over twice the batch size, in units of the landscape’s height: what the noise of many steps amounts to.',
      formula: 'cloud-temperature',
      test: 'temperature',
    },
    bowl
      ? {
          symbol: '',
          name: 'variance across: cloud · density · law',
          value: each(now.across, (x) => significant(x)),
          hidden: hide,
          long: true,
          definition:
            'Along the steep direction, where λ is 5. With equal noise everywhere the law’s is T/λ, plus a little for the size of the cells.',
          test: 'across',
        }
      : {
          symbol: '',
          name: 'share on the left: cloud · density · law',
          value: each(now.left, (x) => (100 * x).toFixed(1)),
          unit: '%',
          hidden: hide,
          long: true,
          definition:
            'Three shares: of the walkers, of the density that the Fokker–Planck equation carries along, and of the law where both settle.',
          formula: 'gibbs',
          test: 'left',
        },
    {
      symbol: 'KL',
      name: 'distance of the density',
      value: now.density < 1e-9 ? 'below 1e−9' : significant(now.density),
      unit: 'nats',
      hidden: hide,
      definition:
        'The relative entropy of the density to the law: 0 if they are equal, about 0.7 if one is spread over twice as much as the other. It falls at every step, unless the law changes.',
      formula: 'relative-entropy',
      test: 'distance',
    },
    {
      symbol: '',
      name: 'distance of the cloud, and floor',
      value: `${significant(now.cloud)} · ${significant(now.floor)}`,
      unit: 'nats',
      hidden: hide,
      definition:
        'The same for the walkers, counted in 24 × 24 bins, and its average for a perfect cloud of as many walkers. For a finite cloud it never reaches 0, and may rise.',
      test: 'cloud-distance',
    },
    fingerprint(digest, 'all walkers and of the density'),
  ];
}

const steps = (x: number) => (Number.isFinite(x) ? count(Math.round(x)) : '–');

export function moreNumbers({ now, bowl, wells, passage, hide }: Shown): NumberShown[] {
  const [cloud, diffusion, formula] = passage ?? [];
  const arrival: NumberShown = {
    symbol: '',
    name: 'steps to the left well: cloud · diffusion · Kramers',
    value: passage ? `${steps(cloud!)} · ${steps(diffusion!)} · ${steps(formula!)}` : '–',
    unit: 'steps, on average',
    hidden: hide,
    long: true,
    definition:
      'From the right well to the bottom of the left one. The cloud’s number is all steps before arrival, over the number of walkers that have arrived. The diffusion’s follows from its equation, exactly, on the grid. Kramers’ formula is for walls much higher than T: lower the temperature and it comes closer.',
    formula: 'kramers',
    test: 'arrival',
  };
  const along: NumberShown = {
    symbol: '',
    name: 'variance along: cloud · density · law',
    value: each(now.along, (x) => significant(x)),
    hidden: hide,
    long: true,
    definition: 'Along the flat direction, where λ is 1.',
    test: 'along',
  };
  return [
    ...(bowl ? [along] : []),
    ...(wells ? [arrival] : []),
    {
      symbol: '(F − F*)/T',
      name: 'free energy above its limit, over T',
      value: Number.isFinite(now.energy) ? significant(now.energy, 4) : '–',
      unit: 'nats',
      hidden: hide,
      definition:
        'Mean height minus T times the entropy, above its value for the law. Over T it is the distance of the density, computed another way. It exists only where the noise is equal everywhere.',
      formula: 'free-energy',
      test: 'energy',
    },
    {
      symbol: '',
      name: 'entropy the law produces',
      value: !Number.isFinite(now.produced) ? '–' : now.produced < 1e-9 ? '0' : significant(now.produced, 2),
      unit: 'nats per unit of time',
      hidden: hide,
      definition:
        'By the current that remains when all has settled: 0 in equilibrium, above 0 where it circulates. A unit of time is 1/η steps.',
      test: 'produced',
    },
    {
      symbol: '',
      name: 'circulation',
      value: Math.abs(now.circulation) < 1e-12 ? '0' : significant(now.circulation, 2),
      unit: 'per unit of time',
      hidden: hide,
      definition: 'The moment of the density’s current about the middle: above 0 it turns counter-clockwise.',
      test: 'circulation',
    },
  ];
}
