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

/** Losses within this share of their mean no longer jitter; a mean that falls by less has stopped falling. */
const JITTER = 0.1;
const GAIN = 0.02;

/**
 * Whether a run may stop by itself: past step 3000, its training loss has on average gained less than 2 % over the last third of
 * the steps against the third before, and all losses of the last third lie within a tenth of their mean. While it
 * jitters it has not settled, whatever its mean does.
 */
export function settled(samples: readonly Sample[]): boolean {
  const last = samples.at(-1);
  if (!last || last.step < 3000) return false;
  const losses = (from: number, to: number) =>
    samples
      .filter(({ step }) => 3 * step > from * last.step && 3 * step <= to * last.step)
      .map(({ loss }) => loss);
  const [earlier, later] = [losses(1, 2), losses(2, 3)];
  if (earlier.length === 0 || later.length === 0) return false;
  const mean = (of: readonly number[]) => of.reduce((sum, loss) => sum + loss, 0) / of.length;
  const [before, now] = [mean(earlier), mean(later)];
  return now > (1 - GAIN) * before && later.every((loss) => Math.abs(loss - now) <= JITTER * now);
}
