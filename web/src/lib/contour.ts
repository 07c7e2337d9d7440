/** Level lines of a field on a square grid, as paths in units of cells: marching squares (Lorensen and Cline 1987, in two dimensions). */

/**
 * The path of one level; `field` is row by row from the upper left cell. Lines run with the higher ground at their right, end
 * at the edges of the grid, and pass between two nodes where the values between them, taken as linear, meet the level. Where
 * opposite corners of a square are high, their mean decides which of them are joined.
 */
export function contourPath(field: ArrayLike<number>, cells: number, level: number): string {
  const high = (k: number) => field[k]! >= level;
  /** The edges at which a line enters and leaves a square; 2k is the edge from node k to the right, 2k + 1 the one down. */
  const next = new Map<number, number>();
  for (let j = 0; j + 1 < cells; j++)
    for (let i = 0; i + 1 < cells; i++) {
      const a = j * cells + i;
      const [b, c, d] = [a + 1, a + cells + 1, a + cells];
      const all = Number(high(a)) + Number(high(b)) + Number(high(c)) + Number(high(d));
      if (all === 0 || all === 4) continue;
      // Each edge with the end that is at the right of who enters there, and the other one.
      const edges = [
        [2 * a, a, b],
        [2 * b + 1, b, c],
        [2 * d, c, d],
        [2 * a + 1, d, a],
      ] as const;
      const enter = edges.filter(([, right, left]) => high(right) && !high(left));
      const leave = edges.filter(([, right, left]) => !high(right) && high(left));
      const joined = field[a]! + field[b]! + field[c]! + field[d]! >= 4 * level;
      const inOrder = enter.length === 1 || joined === high(a);
      for (const [k, [edge]] of enter.entries()) next.set(edge, leave[inOrder ? k : 1 - k]![0]);
    }
  const place = (edge: number) => {
    const from = edge >> 1;
    const to = from + (edge & 1 ? cells : 1);
    const share = (level - field[from]!) / (field[to]! - field[from]!);
    const [x, y] = [(from % cells) + 0.5, Math.floor(from / cells) + 0.5];
    return edge & 1 ? `${round(x)} ${round(y + share)}` : `${round(x + share)} ${round(y)}`;
  };
  const ends = new Set(next.values());
  const inside = [...next.keys()].filter((edge) => !ends.has(edge)).concat([...next.keys()]);
  let path = '';
  for (const start of inside) {
    let edge: number | undefined = start;
    const points: string[] = [];
    while (edge !== undefined && next.has(edge)) {
      points.push(place(edge));
      const to: number = next.get(edge)!;
      next.delete(edge);
      edge = to;
    }
    if (points.length > 0) path += `M${points.join('L')}${edge === start ? 'Z' : `L${place(edge!)}`}`;
  }
  return path;
}

function round(x: number): number {
  return Math.round(100 * x) / 100;
}
