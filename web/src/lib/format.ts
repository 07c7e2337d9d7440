/** Numbers as a reader wants them: few digits, thin groups, a true minus. */

export function percent(x: number, digits = 1): string {
  return Number.isFinite(x) ? `${(100 * x).toFixed(digits)} %` : 'not finite';
}

export function significant(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return 'not finite';
  if (x === 0) return '0';
  const size = Math.abs(x);
  const text = size >= 1e-4 && size < 1e6 ? trimExponent(x.toPrecision(digits)) : x.toExponential(digits - 1);
  return text.replaceAll('-', '−').replace(/e\+?/, 'e');
}

/** `toPrecision` prints 1234 at three digits as 1.23e+3; a reader wants 1230. */
function trimExponent(text: string): string {
  return text.includes('e') ? String(Number(text)) : text;
}

/** A tick of an axis: no more digits than it has. */
export function tick(x: number): string {
  const text = Number(x.toPrecision(6));
  const size = Math.abs(text);
  const plain = size === 0 || (size >= 1e-3 && size < 1e6);
  return (plain ? (Number.isInteger(text) ? count(text) : String(text)) : text.toExponential())
    .replaceAll('-', '−')
    .replace('e+', 'e');
}

export function count(n: number): string {
  return n.toString().replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** A number of things: 1 point, 2 points. */
export function counted(n: number, one: string, several = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : several}`;
}

/** A digest in groups of four hexadecimal digits. */
export function hexGroups(digest: string): string {
  return digest.replace(/(.{4})(?=.)/g, '$1 ');
}

/** A text in which these stay on one line: groups of a number, a number and its unit, ln 2, 2/η, T = 0.2, 2 ± 1, 1 + η|λ|. */
export function unbroken(text: string): string {
  return text
    .replace(/(\d) (?=\d{3}(?!\d)|%|nats\b)/g, '$1\u00a0')
    .replace(/\bln (?=\d)/g, 'ln\u00a0')
    .replace(/(\w) = (?=[\d−])/g, '$1\u00a0=\u00a0')
    .replaceAll(' ± ', '\u00a0±\u00a0')
    .replace(/(\d\/)(?=\p{L})/gu, '$1\u2060')
    .replace(/(\d) \+ (?=\p{L})/gu, '$1\u00a0+\u00a0')
    .replace(/(\p{L})\|(\p{L})\|/gu, '$1\u2060|\u2060$2\u2060|');
}
