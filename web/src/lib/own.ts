/**
 * A reader's own data as short text, for a link: `width.scale.rows`, with an `s` behind the width if the kernel is to standardise the inputs. Each row is its label and its inputs; a number is a whole
 * number in digits of base 32, lowest first, of which all but the last have 32 added. An input x stands for x · 10^scale, positive numbers
 * doubled, negative ones doubled less one; where no such scale keeps every bit, `b` stands in its place, and for an input its 32 bits.
 */

/** Rows of numbers with a class each. */
export interface Table {
  /** Inputs of a row. */
  width: number;
  /** Row by row. */
  inputs: Float32Array;
  labels: Uint8Array;
}

/** A table, and whether the kernel brings each input to mean 0 and variance 1 first. */
export interface Own extends Table {
  standard: boolean;
}

/** The span of maps of a reader's points: three standard deviations to each side. */
export const OWN_SPAN = [-3, 3, -3, 3] as const;

/** Characters of data that a link holds: it is still short enough to be sent. */
export const MOST_IN_LINK = 1500;

/** The most rows, inputs and classes there may be. */
export const MOST = { rows: 512, inputs: 64, classes: 32 } as const;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export const OWN_PATTERN = /^\d{1,2}s?\.[\db]\.[\w-]+$/;

const LAST_SCALE = 9;
const LARGEST = 2 ** 31;

function digits(n: number): string {
  let text = '';
  for (let rest = n; ; rest = Math.floor(rest / 32)) {
    if (rest < 32) return text + DIGITS[rest]!;
    text += DIGITS[32 + (rest % 32)]!;
  }
}

const scaled = (x: number, scale: number) => Math.round(x * Number(`1e${scale}`));
const unscaled = (n: number, scale: number) => Math.fround(n / Number(`1e${scale}`));

/** The fewest decimals that keep every bit, if there are so few. */
function scaleOf(inputs: Float32Array): number | undefined {
  for (let scale = 0; scale <= LAST_SCALE; scale++) {
    const keeps = (x: number) => {
      const n = scaled(x, scale);
      return Math.abs(n) < LARGEST && unscaled(n, scale) === x;
    };
    if (inputs.every(keeps)) return scale;
  }
  return undefined;
}

export function printOwn({ width, inputs, labels, standard }: Own): string {
  const scale = scaleOf(inputs);
  const bits = new Uint32Array(inputs.buffer, inputs.byteOffset, inputs.length);
  let rows = '';
  labels.forEach((label, row) => {
    rows += digits(label);
    for (let k = row * width; k < (row + 1) * width; k++) {
      const n = scale === undefined ? 0 : scaled(inputs[k]!, scale);
      rows += digits(scale === undefined ? bits[k]! : n >= 0 ? 2 * n : -2 * n - 1);
    }
  });
  return `${width}${standard ? 's' : ''}.${scale ?? 'b'}.${rows}`;
}

/** The data that a text encodes; undefined if it encodes none. */
export function parseOwn(text: string): Own | undefined {
  if (!OWN_PATTERN.test(text)) return undefined;
  const [head, scale, rows] = text.split('.') as [string, string, string];
  const standard = head.endsWith('s');
  const width = Number(standard ? head.slice(0, -1) : head);
  if (width < 1 || width > MOST.inputs) return undefined;
  const numbers: number[] = [];
  let [n, place] = [0, 1];
  for (const digit of rows) {
    const value = DIGITS.indexOf(digit);
    n += place * (value % 32);
    place *= 32;
    if (n > 2 * LARGEST || place > 64 * LARGEST) return undefined;
    if (value >= 32) continue;
    numbers.push(n);
    [n, place] = [0, 1];
  }
  const count = numbers.length / (width + 1);
  if (place !== 1 || !Number.isInteger(count) || count < 1 || count > MOST.rows) return undefined;
  const labels = Uint8Array.from({ length: count }, (_, row) =>
    Math.min(MOST.classes, numbers[row * (width + 1)]!),
  );
  const inputs = Float32Array.from(
    numbers.filter((_, k) => k % (width + 1) > 0),
    (code) => decoded(code, scale),
  );
  const good = inputs.every(Number.isFinite) && labels.every((label) => label < MOST.classes);
  return good && new Set(labels).size > 1 ? { width, inputs, labels, standard } : undefined;
}

function decoded(code: number, scale: string): number {
  if (scale === 'b') return new Float32Array(Uint32Array.of(code).buffer)[0]!;
  return unscaled(code % 2 === 0 ? code / 2 : -(code + 1) / 2, Number(scale));
}

/** The data, if they are points of two classes in the plane. */
export function parsePoints(text: string): Own | undefined {
  const table = parseOwn(text);
  return table?.width === 2 && table.labels.every((label) => label < 2) ? table : undefined;
}
