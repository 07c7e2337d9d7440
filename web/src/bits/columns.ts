/** Steps at which the twins are compared: close together at first, and the last one. A function of the length alone. */
export function columns(total: number, count = 72): number[] {
  const steps = new Set<number>([0]);
  for (let step = 1; step <= total; step *= 10) steps.add(step);
  for (let k = 0; k <= count; k++) steps.add(Math.round(total ** (k / count)));
  return [...steps].sort((a, b) => a - b);
}

/** The last 16 hexadecimal digits of a line that a board, or a reader, printed; spaces between them are allowed. */
export function digestIn(line: string): string | undefined {
  const compact = line
    .toLowerCase()
    .replace(/0x/g, ' ')
    .match(/(?:[0-9a-f]{4}[ _:-]?){4}(?![0-9a-f])/g);
  return compact?.at(-1)?.replace(/[^0-9a-f]/g, '');
}

/** 64 bits as an 8 × 8 picture, most significant first: rows of a path for an SVG of 8 × 8 units. */
export function identicon(digest: string): string {
  let path = '';
  for (let k = 0; k < 16; k++) {
    const nibble = Number.parseInt(digest[k] ?? '0', 16);
    for (let b = 0; b < 4; b++) {
      if (nibble & (8 >> b)) path += `M${4 * (k % 2) + b} ${k >> 1}h1v1h-1z`;
    }
  }
  return path;
}
