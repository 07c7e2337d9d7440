import { type Column, differing } from './protocol.ts';

/** Paper for equal weights, then the loss map from its light end to its dark one, from 1, 3, 6, 10 and 15 bits on. */
export const STEPS: readonly [least: number, colour: string][] = [
  [1, '#B9CFA8'],
  [3, '#79A9A3'],
  [6, '#3E7C9A'],
  [10, '#1F4E79'],
  [15, '#10233F'],
];
export const PAPER = '#F4F1EA';
export const WIDTH = 960;
/** Pixels a weight. */
const ROW = 4;

export const mapHeight = (weights: number) => ROW * weights;

function colour(bits: number): string {
  return STEPS.findLast(([least]) => bits >= least)?.[1] ?? PAPER;
}

interface Block {
  colour: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Weights from top to bottom, compared steps from left to right on a logarithmic axis; equal neighbours are one block. */
function blocks(columns: readonly Column[], total: number): Block[] {
  // Step 1 is at the left edge: where the axis says it is.
  const x = (step: number) => (step < 1 ? 0 : (WIDTH * Math.log(step)) / Math.log(total));
  return columns.flatMap((column, k) => {
    const left = Math.floor(x(column.step));
    const right = Math.ceil(x(columns[k + 1]?.step ?? column.step) + 0.5);
    const made: Block[] = [];
    if (right <= left || differing(column) === 0) return made;
    column.bits.forEach((bits, i) => {
      if (bits === 0) return;
      const last = made.at(-1);
      if (last && last.y + last.height === ROW * i && last.colour === colour(bits)) last.height += ROW;
      else made.push({ colour: colour(bits), x: left, y: ROW * i, width: right - left, height: ROW });
    });
    return made;
  });
}

export function drawMap(
  canvas: HTMLCanvasElement,
  columns: readonly Column[],
  weights: number,
  total: number,
): void {
  const height = mapHeight(weights);
  if (canvas.width !== WIDTH || canvas.height !== height) {
    canvas.width = WIDTH;
    canvas.height = height;
  }
  const g = canvas.getContext('2d')!;
  g.fillStyle = PAPER;
  g.fillRect(0, 0, WIDTH, height);
  for (const block of blocks(columns, total)) {
    g.fillStyle = block.colour;
    g.fillRect(block.x, block.y, block.width, block.height);
  }
}

/** The same blocks as paths of an SVG, one a colour. */
export function mapPaths(columns: readonly Column[], total: number): string {
  const paths = new Map<string, string>();
  for (const { colour, x, y, width, height } of blocks(columns, total))
    paths.set(colour, `${paths.get(colour) ?? ''}M${x} ${y}h${width}v${height}h-${width}z`);
  return [...paths].map(([colour, d]) => `<path fill="${colour}" d="${d}"/>`).join('\n');
}
