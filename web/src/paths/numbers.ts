/** The numbers of a run, each with its definition. */

import type { NumberShown } from '../grammar/numbers.ts';
import { count, hexGroups, percent, significant } from '../lib/format.ts';
import type { Frame } from './protocol.ts';

interface Shared {
  toy: boolean;
  digits: boolean;
  /** Whether all moves are made. */
  over: boolean;
  /** What the reader has not yet guessed. */
  hideLine: boolean;
  hidePath: boolean;
  pinned?: Frame;
}

/** A number of the present run and, if there is one, of the pinned run. */
function shown(
  now: Frame,
  pinned: Frame | undefined,
  value: (of: Frame) => string | undefined,
  rest: Omit<NumberShown, 'value' | 'pinned'>,
): NumberShown {
  const a = pinned && !rest.hidden ? value(pinned) : undefined;
  return { ...rest, value: value(now) ?? '–', ...(a !== undefined && { pinned: a }) };
}

/** What the last scan has found, once there was one. */
function found(of: Frame, toy: boolean) {
  return toy || of.cycles.length > 0 ? of.best : undefined;
}

export function numbers(state: Frame, { toy, hideLine, hidePath, pinned }: Shared): NumberShown[] {
  const unit = toy ? {} : { unit: 'nats' };
  const line = shown(state, pinned, (of) => of.facts && significant(of.facts.straight.barrier), {
    symbol: '',
    name: 'barrier, straight line',
    hidden: hideLine,
    ...unit,
    definition:
      'The greatest height of the loss on the straight line from A to B above the line between their two losses, at 101 places.',
    formula: 'path-barrier',
    test: 'barrier-straight',
  });
  const barrier = (of: Frame) => {
    const best = found(of, toy);
    return best && significant(best.barrier);
  };
  const path = shown(state, pinned, barrier, {
    symbol: '',
    name: toy ? 'barrier, band' : 'barrier, best path',
    hidden: hidePath,
    ...unit,
    definition:
      'The same on the path, between its images too: nine places in each segment. Known once the first cycle has ended.',
    formula: 'path-barrier',
    test: 'barrier-path',
  });
  const digest: NumberShown = {
    symbol: '',
    name: 'fingerprint',
    value: hexGroups(state.digest),
    long: true,
    definition:
      'A 64-bit digest of the bits of all images. Equal settings, seeds and move give an equal fingerprint on every machine.',
    ...(pinned && { pinned: hexGroups(pinned.digest) }),
    test: 'digest',
  };
  const saddle = shown(
    state,
    pinned,
    (of) => {
      const best = found(of, toy);
      return best && significant(toy ? best.saddle : of.saddle![0]);
    },
    {
      symbol: '',
      name: 'loss at the saddle',
      hidden: hidePath,
      ...unit,
      definition: 'The highest loss on the best path; after a climb, that of the image that climbed.',
      formula: 'saddle',
      test: 'saddle',
    },
  );
  if (toy) return [line, path, saddle, digest];
  const aligned = shown(state, pinned, (of) => of.facts && significant(of.facts.aligned.barrier), {
    symbol: '',
    name: 'barrier, aligned line',
    hidden: hideLine,
    ...unit,
    definition:
      'The barrier on the straight line to B once its neurons have been put in the order, and given the signs, of those of A.',
    formula: 'path-barrier',
    test: 'barrier-aligned',
  });
  return [line, aligned, path, saddle, digest];
}

export function moreNumbers(
  state: Frame,
  { toy, digits, hideLine, hidePath, pinned }: Shared,
): NumberShown[] {
  const facts = state.facts!;
  const ratio = (of: Frame) => {
    const best = found(of, toy);
    return best && of.facts && best.barrier > 0
      ? `${significant(of.facts.straight.barrier / best.barrier)} : 1`
      : undefined;
  };
  const search: NumberShown[] = [
    shown(state, pinned, ratio, {
      symbol: '',
      name: 'line over path',
      hidden: hidePath,
      definition: 'The barrier on the straight line over that on the best path.',
      test: 'ratio',
    }),
    shown(state, pinned, (of) => count(of.gradients), {
      symbol: '',
      name: 'gradients spent',
      definition: 'How often the loss and its slope were evaluated at an image.',
      test: 'gradients',
    }),
    shown(state, pinned, (of) => found(of, toy) && significant(of.best!.ratio), {
      symbol: '',
      name: 'length over chord',
      hidden: hidePath,
      definition: 'How much longer the path is than the straight line.',
      test: 'length',
    }),
    shown(state, pinned, (of) => (of.step > 0 ? significant(of.residual) : undefined), {
      symbol: '',
      name: 'largest slope across the band',
      definition:
        'The largest gradient of an image across the band before its last move; a band at rest has 0.',
      formula: 'band',
      test: 'residual',
    }),
  ];
  if (toy) return search;
  return [
    ...search,
    shown(state, pinned, (of) => found(of, toy) && `${of.saddle![1]} of ${of.facts?.samples ?? ''}`, {
      symbol: '',
      name: digits ? 'training digits missed at the saddle' : 'points missed at the saddle',
      hidden: hidePath,
      definition: 'Training samples that the network at the saddle puts on the wrong side.',
      test: 'missed-saddle',
    }),
    {
      symbol: '',
      name: digits ? 'held-out digits read differently' : 'square where A and B differ',
      value: percent(facts.disagreement),
      hidden: hideLine,
      definition: digits
        ? 'Share of the 297 held-out digits that A and B read differently.'
        : 'Share of the square shown in which A and B name different classes, on 64 × 64 places.',
      test: 'disagreement',
    },
    {
      symbol: '‖A − B‖',
      name: 'distance, and after aligning',
      value: `${significant(facts.distances[0])}, ${significant(facts.distances[1])}`,
      definition: 'How far B is from A in weights, as trained and with its neurons in the order of A.',
      formula: 'norm',
      test: 'distances',
    },
    {
      symbol: '',
      name: 'change by aligning',
      value: facts.aligningError.toExponential(1),
      definition:
        'The largest change of a probability, over all training samples, when the neurons of B are reordered: rounding, nothing else.',
      test: 'aligning-error',
    },
    {
      symbol: '',
      name: 'climbed to',
      value: state.climbed === undefined ? '–' : significant(state.climbed),
      hidden: hidePath,
      definition: 'The loss at which the climbing image has ended; only with “climb to the saddle”.',
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
