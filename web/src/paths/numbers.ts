/** The numbers of a run, each with its definition. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { count, hexGroups, percent, significant } from '../lib/format.ts';
import type { Frame } from './protocol.ts';

interface Shown {
  state: Frame;
  toy: boolean;
  digits: boolean;
  /** Whether the path is still to be guessed. */
  hidePath: boolean;
}

const NONE = '–';

/** The result of the last scan, if there was one. */
function found({ best, cycles }: Frame, toy: boolean) {
  return toy || cycles.length > 0 ? best : undefined;
}

export function numbers({ state, toy, hidePath }: Shown): NumberShown[] {
  const unit = toy ? {} : { unit: 'nats' };
  const best = found(state, toy);
  const line: NumberShown = {
    symbol: '',
    name: 'barrier, straight line',
    value: significant(state.facts!.straight.barrier),
    ...unit,
    definition:
      'The greatest height of the loss on the straight line from A to B above the line between their two losses, at 101 places.',
    formula: 'path-barrier',
    test: 'barrier-straight',
  };
  const aligned: NumberShown = {
    symbol: '',
    name: 'barrier, line to the relabelled B',
    value: significant(state.facts!.aligned.barrier),
    ...unit,
    definition:
      'The barrier on the straight line to B after its neurons have taken the order and signs of those of A.',
    formula: 'path-barrier',
    test: 'barrier-aligned',
  };
  return [
    line,
    ...(toy ? [] : [aligned]),
    {
      symbol: '',
      name: toy ? 'barrier, band' : 'barrier, best path',
      value: best ? significant(best.barrier) : NONE,
      hidden: hidePath,
      ...unit,
      definition:
        'The same on the path, between its images too: nine places in each segment. Known after the first cycle.',
      formula: 'path-barrier',
      test: 'barrier-path',
    },
    {
      symbol: '',
      name: 'loss at the saddle',
      value: best ? significant(toy ? best.saddle : state.saddle!.value) : NONE,
      hidden: hidePath,
      ...unit,
      definition: 'The highest loss on the best path; after a climb, that of the image that climbed.',
      formula: 'saddle',
      test: 'saddle',
    },
    fingerprint(state.digest, 'all images', 'settings, seeds and move'),
  ];
}

export function moreNumbers({ state, toy, digits, hidePath }: Shown): NumberShown[] {
  const facts = state.facts!;
  const best = found(state, toy);
  const search: NumberShown[] = [
    {
      symbol: '',
      name: 'line over path',
      value: best && best.barrier > 0 ? `${significant(facts.straight.barrier / best.barrier)} : 1` : NONE,
      hidden: hidePath,
      definition: 'The barrier on the straight line over that on the best path.',
      test: 'ratio',
    },
    {
      symbol: '',
      name: 'gradients spent',
      value: count(state.gradients),
      definition: 'How often the loss and its slope were evaluated at an image.',
      test: 'gradients',
    },
    {
      symbol: '',
      name: 'length over chord',
      value: best ? significant(best.ratio) : NONE,
      hidden: hidePath,
      definition: 'How much longer the path is than the straight line.',
      test: 'length',
    },
    {
      symbol: '',
      name: 'largest slope across the band',
      value: state.step > 0 ? significant(state.residual) : NONE,
      definition:
        'The largest gradient of an image across the band before its last move; a band at rest has 0.',
      formula: 'band',
      test: 'residual',
    },
  ];
  if (toy) return search;
  return [
    ...search,
    {
      symbol: '',
      name: digits ? 'training digits missed at the saddle' : 'points missed at the saddle',
      value: best ? `${state.saddle!.missed} of ${facts.samples}` : NONE,
      hidden: hidePath,
      definition: 'Training samples that the network at the saddle puts on the wrong side.',
      test: 'missed-saddle',
    },
    {
      symbol: '',
      name: digits ? 'held-out digits read differently' : 'square where A and B differ',
      value: percent(facts.disagreement),
      definition: digits
        ? 'Share of the 297 held-out digits that A and B read differently.'
        : 'Share of the square shown in which A and B name different classes, on 64 × 64 places.',
      test: 'disagreement',
    },
    {
      symbol: '‖A − B‖',
      name: 'distance, and after relabelling',
      value: `${significant(facts.distance)}, ${significant(facts.aligned_distance)}`,
      definition: 'How far B is from A in weights, as trained and with its neurons in the order of A.',
      formula: 'norm',
      test: 'distances',
    },
    {
      symbol: '',
      name: 'change by relabelling',
      value: facts.aligning_error.toExponential(1),
      definition:
        'The largest change of a probability, over all training samples, when the neurons of B are reordered: rounding, nothing else.',
      test: 'aligning-error',
    },
    {
      symbol: '',
      name: 'climbed to',
      value: state.climbed === undefined ? NONE : significant(state.climbed),
      hidden: hidePath,
      definition: 'The loss at which the climbing image ended; only with “climb to the saddle”.',
      test: 'climbed',
    },
    {
      symbol: '',
      name: 'fingerprints of A and B',
      value: `${hexGroups(facts.ends[0])} ${hexGroups(facts.ends[1])}`,
      long: true,
      definition: 'Digests of the two ends of the band. They never change during a search.',
      test: 'ends',
    },
  ];
}
