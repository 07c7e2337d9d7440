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

export interface Sample {
  step: number;
  trainLoss: number;
  trainAccuracy: number;
  heldLoss: number;
  heldAccuracy: number;
}

/** Numbers in a message: five a sample, in the order of [`Sample`]. */
export const SAMPLE_LEN = 5;

export function toSamples(flat: Float64Array): Sample[] {
  const samples: Sample[] = [];
  for (let i = 0; i + SAMPLE_LEN <= flat.length; i += SAMPLE_LEN) {
    const [step, trainLoss, trainAccuracy, heldLoss, heldAccuracy] = flat.subarray(i, i + SAMPLE_LEN);
    samples.push({
      step: step!,
      trainLoss: trainLoss!,
      trainAccuracy: trainAccuracy!,
      heldLoss: heldLoss!,
      heldAccuracy: heldAccuracy!,
    });
  }
  return samples;
}

/**
 * Whether a run may stop by itself: past step 3000, and its training loss has gained less than 2 % over the last third
 * of the steps.
 */
export function settled(samples: readonly Sample[]): boolean {
  const last = samples.at(-1);
  if (!last || last.step < 3000) return false;
  const earlier = samples.findLast((s) => s.step <= (2 * last.step) / 3);
  return earlier !== undefined && last.trainLoss > 0.98 * earlier.trainLoss;
}
