/** The read-outs of Batch size. */

import { fingerprint, type NumberShown } from '../grammar/numbers.ts';
import { significant } from '../lib/format.ts';
import type { Frame, Sample } from './protocol.ts';

export interface Shown {
  state: Frame;
  now: Sample | undefined;
  batches: readonly number[];
  /** Sets apart what is known of other data, which a pinned run may hold. */
  data: string;
  rate: number;
  hideCurvatures: boolean;
  hideRescaled: boolean;
}

export function numbers({ state, now, batches, data, rate, hideCurvatures }: Shown): NumberShown[] {
  const lanes = batches.map(
    (batch, lane): NumberShown => ({
      symbol: '',
      name: `curvature at batches of ${batch}`,
      value: now ? `${now.curvature[lane]!.toFixed(2)} of the edge` : '–',
      hidden: hideCurvatures,
      definition: `The largest eigenvalue λ of the Hessian of the loss of all points, as a share of 2/η = ${significant(2 / rate)}: the edge of stability.`,
      formula: 'edge',
      test: `${data}curvature-${batch}`,
    }),
  );
  return [...lanes, fingerprint(state.digest, 'all weights of all four runs')];
}

export function moreNumbers({
  state,
  now,
  batches,
  data,
  hideCurvatures,
  hideRescaled,
}: Shown): NumberShown[] {
  const { rescaled } = state;
  return [
    ...batches.map(
      (batch, lane): NumberShown => ({
        symbol: '',
        name: `batches of ${batch}, along their slopes`,
        value: now
          ? `${now.along[lane]!.toFixed(2)} ± ${now.along_error[lane]!.toFixed(2)} of the edge`
          : '–',
        hidden: hideCurvatures,
        definition:
          'The curvature of a batch’s own loss along its own slope, averaged over batches with the squares of the slopes as weights; ± its standard error. Batch sharpness has no weights.',
        formula: 'batch-sharpness',
        test: `${data}along-${batch}`,
      }),
    ),
    ...batches.map(
      (batch, lane): NumberShown => ({
        symbol: 'L',
        name: `loss at batches of ${batch}`,
        value: now ? significant(now.loss[lane]!, 2) : '–',
        definition:
          'Half the mean square of the errors on all points, or the mean cross-entropy of their classes.',
        test: `loss-${batch}`,
      }),
    ),
    {
      symbol: '',
      name: 'largest change of an output',
      value: rescaled ? significant(rescaled.differs, 2) : '–',
      hidden: hideRescaled,
      viewed: true,
      definition:
        'Between the ReLU network before and after rescaling, over all places drawn: rounding, nothing else.',
      test: 'differs',
    },
  ];
}
