/** The read-outs of Same bits. */

import type { NumberShown } from '../grammar/numbers.ts';
import { count, hexGroups, significant } from '../lib/format.ts';
import { type Comparison, differing, lossDifference } from './protocol.ts';

export interface Shown {
  at: Comparison | undefined;
  weights: number;
  hideBits: boolean;
  hideLosses: boolean;
}

export function numbers(shown: Shown): NumberShown[] {
  const { at, weights, hideBits, hideLosses } = shown;
  return [
    {
      symbol: '',
      name: 'weights that differ',
      value: at ? `${differing(at.now)} of ${weights}` : '–',
      hidden: hideBits,
      definition: 'Weights with at least one differing bit at this step.',
      test: 'differing',
    },
    {
      symbol: '',
      name: 'first differing bit',
      value: at ? (at.first === undefined ? 'none' : `step ${count(at.first)}`) : '–',
      hidden: hideBits,
      definition: 'The first step after which any bit of any weight differs between the runs.',
      test: 'first',
    },
    {
      symbol: '',
      name: 'difference of the losses, as a share',
      value: at ? significant(lossDifference(at.now), 2) : '–',
      hidden: hideLosses,
      definition: "How far the twin's loss is from the kernel's, as a share of the kernel's.",
      test: 'loss-difference',
    },
    {
      symbol: '',
      name: 'fingerprint of the kernel',
      value: at ? hexGroups(at.digest) : '–',
      long: true,
      definition:
        "The digest of the kernel's parameters at this step: the same on every machine. Links are checked against it.",
      test: 'digest',
    },
  ];
}

export function moreNumbers(shown: Shown): NumberShown[] {
  const { at, hideBits, hideLosses } = shown;
  return [
    {
      symbol: 'L',
      name: 'loss, kernel and twin',
      value: at ? at.now.losses.map((loss) => loss.toPrecision(8)).join(' ') : '–',
      hidden: hideLosses,
      long: true,
      definition:
        'Mean of half the squared error over 160 points, for the parameters of both runs, both measured by the kernel.',
      test: 'losses',
    },
    {
      symbol: '',
      name: 'fingerprint of the twin',
      value: at ? hexGroups(at.twin) : '–',
      hidden: hideBits,
      long: true,
      definition: "The digest of the twin's parameters. One differing bit gives another digest.",
      test: 'twin',
    },
  ];
}
