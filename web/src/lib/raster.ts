/** Pixels between the nodes of a grid. */

/** A picture of a field: packed colours, and level lines in units of cells between its nodes. */
export interface Picture {
  colours: Uint32Array;
  /** Pixels along a side. */
  size: number;
  /** Paths in units of cells of a grid whose first node lies at (½, ½), rows from above. */
  lines: string;
  /** Nodes along a side of that grid. */
  nodes: number;
}

/**
 * The values of a square grid of `nodes` × `nodes`, row by row from below, at the centres of `size` × `size` pixels, row by
 * row from above; between nodes they are interpolated.
 */
export function resample(values: ArrayLike<number>, nodes: number, size: number): Float64Array {
  const out = new Float64Array(size * size);
  const last = nodes - 1;
  const place = (pixel: number) => {
    const at = ((pixel + 0.5) / size) * last;
    const low = Math.min(last - 1, Math.floor(at));
    return [low, at - low] as const;
  };
  for (let y = 0; y < size; y++) {
    const [j, v] = place(size - 1 - y);
    for (let x = 0; x < size; x++) {
      const [i, u] = place(x);
      const k = j * nodes + i;
      const below = values[k]! + u * (values[k + 1]! - values[k]!);
      const above = values[k + nodes]! + u * (values[k + nodes + 1]! - values[k + nodes]!);
      out[y * size + x] = below + v * (above - below);
    }
  }
  return out;
}

/** The rows of a square grid in the other order: from above instead of from below. */
export function upsideDown(values: Float64Array, nodes: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let j = 0; j < nodes; j++)
    out.set(values.subarray(j * nodes, (j + 1) * nodes), (nodes - 1 - j) * nodes);
  return out;
}

/**
 * Heights for level lines that lie evenly in the logarithm: 1, 2 and 5 of each decade, from a thousandth of the highest on.
 * What is infinite has no say in them.
 */
export function logLevels(highest: number): number[] {
  const levels: number[] = [];
  if (!(highest > 0)) return levels;
  for (let decade = Math.floor(Math.log10(highest)) - 3; decade <= Math.log10(highest); decade++) {
    for (const lead of [1, 2, 5]) {
      const level = Number(`${lead}e${decade}`);
      if (level >= highest / 1000 && level < highest) levels.push(level);
    }
  }
  return levels;
}

/** The position of a height between 0 and the highest, on a scale that is logarithmic except for the lowest thousandth. */
export function logShare(height: number, highest: number): number {
  if (!(highest > 0)) return 0;
  return Math.log1p((1000 * height) / highest) / Math.log1p(1000);
}
