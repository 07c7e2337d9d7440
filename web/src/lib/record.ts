/**
 * When a run is measured. A function of the step alone, never of time or of frames, so that the curves of a replay,
 * and the file of a slow machine, are those of the first run.
 */

/** Every 5 steps up to 500; the gap doubles whenever the step does, so that round steps are always measured. */
export function nextRecord(step: number): number {
  let gap = 5;
  while (step >= 100 * gap) gap *= 2;
  return (Math.floor(step / gap) + 1) * gap;
}

/** The kernel's measures at a step; losses in nats, accuracies from 0 to 1. */
export interface Sample {
  step: number;
  loss: number;
  accuracy: number;
  held_out_loss: number;
  held_out_accuracy: number;
}

/**
 * Whether a run may stop by itself: past step 3000, and its training loss has gained less than 2 % over the last third
 * of the steps.
 */
export function settled(samples: readonly Sample[]): boolean {
  const last = samples.at(-1);
  if (!last || last.step < 3000) return false;
  const earlier = samples.findLast((s) => s.step <= (2 * last.step) / 3);
  return earlier !== undefined && last.loss > 0.98 * earlier.loss;
}
