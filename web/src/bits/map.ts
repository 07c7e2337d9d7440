import type { Column } from './protocol.ts';

/** Paper for equal weights, then the loss map from its light end to its dark one, at 1, 5, 10, 15, 20 and more bits. */
const STEPS: readonly [number, string][] = [
  [1, '#B9CFA8'],
  [3, '#79A9A3'],
  [6, '#3E7C9A'],
  [10, '#1F4E79'],
  [15, '#10233F'],
];
const PAPER = '#F4F1EA';

function colour(bits: number): string {
  return STEPS.findLast(([least]) => bits >= least)?.[1] ?? PAPER;
}

/** Weights from top to bottom, compared steps from left to right on a logarithmic axis. */
export function drawMap(
  canvas: HTMLCanvasElement,
  columns: readonly Column[],
  weights: number,
  total: number,
): void {
  const height = 4 * weights;
  const width = 960;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const g = canvas.getContext('2d')!;
  g.fillStyle = PAPER;
  g.fillRect(0, 0, width, height);
  // Step 1 is at the left edge: where the axis says it is.
  const x = (step: number) => (step < 1 ? 0 : (width * Math.log(step)) / Math.log(total));
  columns.forEach((column, k) => {
    const left = Math.floor(x(column.step));
    const right = Math.ceil(x(columns[k + 1]?.step ?? column.step) + 0.5);
    if (right <= left) return;
    for (let i = 0; i < weights; i++) {
      const bits = column.bits[i]!;
      if (bits === 0) continue;
      g.fillStyle = colour(bits);
      g.fillRect(left, 4 * i, Math.max(1, right - left), 4);
    }
  });
}
