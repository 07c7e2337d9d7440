import type { NumberShown } from '../grammar/numbers.ts';
import { hexGroups, percent, significant } from '../lib/format.ts';
import type { Curved, Line, Look, MapPart, Slice } from './protocol.ts';

/** Data for the read-outs. */
export interface Measured {
  ring: boolean;
  dim: number;
  /** Training points. */
  points: number;
  /** Whether the plane holds the line from A to B. */
  holdsLine: boolean;
  line: Line | undefined;
  look: Look | undefined;
  atCross: boolean;
  curved: Curved | undefined;
  slice: Slice | undefined;
  map: MapPart | undefined;
  digest: string;
  /** Whether the answers of the questions are still to be guessed. */
  hideLine: boolean;
  hideShare: boolean;
}

const NONE = '–';

export function numbers(m: Measured): NumberShown[] {
  const nats = m.ring ? {} : { unit: 'nats' };
  const where = m.atCross ? 'at the cross' : 'of the run';
  const share: NumberShown[] = m.ring
    ? []
    : [
        {
          symbol: '',
          name: 'share of the run in this plane',
          value: m.slice ? percent(m.slice.share) : NONE,
          hidden: m.hideShare,
          definition:
            'The share of the run’s squared displacement from its end, summed over 61 points, that lies along the two directions of the map.',
          formula: 'share',
          test: 'share',
        },
        {
          symbol: '',
          name: 'control: a random walk in its own best plane',
          value: m.slice ? percent(m.slice.walk) : NONE,
          definition:
            'A walk of 61 purely random steps in as many dimensions, projected on the plane that holds most of it. A high share is not evidence of structure.',
          formula: 'share',
          test: 'walk',
        },
      ];
  const line: NumberShown[] = [
    {
      symbol: '',
      name: 'highest loss on the line',
      value: m.line ? significant(m.line.saddle) : NONE,
      hidden: m.hideLine,
      ...nats,
      definition: 'The largest of 101 losses at equal distances on the straight line, the ends included.',
      test: 'saddle',
    },
    {
      symbol: '',
      name: 'barrier on the line',
      value: m.line ? significant(m.line.barrier) : NONE,
      hidden: m.hideLine,
      ...nats,
      definition:
        'The greatest height of the loss above the straight line between the losses of the two ends.',
      formula: 'barrier',
      test: 'barrier',
    },
  ];
  return [
    ...(m.holdsLine ? line : []),
    {
      symbol: 'L',
      name: `loss ${where}`,
      value: m.look ? significant(m.look.loss) : NONE,
      ...nats,
      definition: m.ring
        ? 'The height of the surface at the point looked at.'
        : `Mean cross-entropy over the ${m.points} points, plus the weight penalty, at the parameters looked at.`,
      formula: m.ring ? 'ring' : 'penalised',
      test: 'loss',
    },
    ...(m.ring
      ? []
      : [
          {
            symbol: '',
            name: 'loss of the drawn surface there',
            value: m.look ? significant(m.look.drawn) : NONE,
            ...nats,
            definition:
              'The loss at the point of the plane straight below, which is what the map shows where the run is drawn. The run itself is elsewhere, in directions not shown.',
            test: 'drawn',
          },
        ]),
    {
      symbol: 'λ',
      name: 'largest curvature',
      value: m.curved ? significant(m.curved.largest) : NONE,
      definition: `The largest eigenvalue of the Hessian ${where}: how sharply the loss bends in its steepest direction.`,
      formula: 'curvature',
      test: 'largest',
    },
    {
      symbol: 'tr H',
      name: 'sum of curvatures',
      value: m.curved ? significant(m.curved.trace) : NONE,
      definition:
        'The trace of the Hessian, the sum of its eigenvalues, over all directions and not only the two of the map.',
      test: 'trace',
    },
    ...share,
  ];
}

export function moreNumbers(m: Measured): NumberShown[] {
  return [
    {
      symbol: '',
      name: 'flat directions',
      value: m.curved ? `${m.curved.flat} of ${m.dim}` : NONE,
      definition:
        'Eigenvalues of the Hessian up to a hundredth of the largest: directions in which the loss hardly changes.',
      test: 'flat',
    },
    {
      symbol: '',
      name: 'directions that curve down',
      value: m.curved ? `${m.curved.negative} of ${m.dim}` : NONE,
      definition: 'Negative eigenvalues that are not flat.',
      test: 'negative',
    },
    {
      symbol: '',
      name: 'smallest curvature',
      value: m.curved ? significant(m.curved.smallest) : NONE,
      definition: 'The smallest eigenvalue of the Hessian.',
      test: 'smallest',
    },
    {
      symbol: '',
      name: 'one unit of the map',
      value: m.slice ? significant(m.slice.unit) : NONE,
      definition: 'How long one unit of the map is in parameter space.',
      test: 'unit',
    },
    {
      symbol: '',
      name: 'length of the line',
      value: m.line ? significant(m.line.length) : NONE,
      definition: 'In parameter space.',
      test: 'length',
    },
    {
      symbol: '',
      name: 'fingerprint of the run',
      value: m.digest ? hexGroups(m.digest) : NONE,
      long: true,
      definition:
        'A 64-bit digest of the bits of all parameters of the run at its step. Equal on every machine.',
      test: 'digest',
    },
    {
      symbol: '',
      name: 'fingerprint of the map',
      value: m.map?.digest ? hexGroups(m.map.digest) : 'being computed',
      viewed: true,
      long: true,
      definition: 'A 64-bit digest of the bits of all losses on the map.',
      test: 'map-digest',
    },
  ];
}
