import type { Sample } from './protocol.ts';

/** Runs at one loss: the steps at which each is first as low, and its curvature there. */
export interface SameLoss {
  loss: number;
  steps: readonly number[];
  curvature: readonly number[];
}

/**
 * Compares the runs at the lowest loss that all of them have reached, each at the first measurement that is no higher: where it
 * would have been stopped. Undefined before anything is measured, or if a run has no finite loss.
 */
export function atSameLoss(measured: readonly Sample[]): SameLoss | undefined {
  const runs = measured[0]?.loss.map((_, run) => run) ?? [];
  const lowest = runs.map((run) =>
    Math.min(...measured.map(({ loss }) => loss[run]!).filter(Number.isFinite)),
  );
  const loss = Math.max(...lowest);
  const first = runs.map((run) => measured.find((sample) => sample.loss[run]! <= loss));
  if (!Number.isFinite(loss) || first.includes(undefined)) return undefined;
  return {
    loss,
    steps: first.map((sample) => sample!.step),
    curvature: first.map((sample, run) => sample!.curvature[run]!),
  };
}
