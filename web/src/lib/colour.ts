/** The decision map: class A through paper to class B, interpolated in OKLab so that equal steps look equal. */

type Triple = [number, number, number];

const A = '#133275';
const PAPER = '#F4F1EA';
const B = '#993D14';

function fromHex(hex: string): Triple {
  const n = Number.parseInt(hex.slice(1), 16);
  return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
}

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const gamma = (c: number) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);

/** sRGB to OKLab (Ottosson 2020). */
function toLab(rgb: Triple): Triple {
  const [r, g, b] = rgb.map((c) => linear(c / 255)) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([L, a, b]: Triple): Triple {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels: Triple = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return channels.map((c) => Math.round(255 * Math.min(1, Math.max(0, gamma(Math.max(0, c)))))) as Triple;
}

/** 256 colours as packed little-endian RGBA, from −1 (class A) over 0 to +1 (class B). */
export const DIVERGING: Uint32Array = /* @__PURE__ */ (() => {
  const map = new Uint32Array(256);
  const [a, paper, b] = [A, PAPER, B].map((hex) => toLab(fromHex(hex))) as [Triple, Triple, Triple];
  for (let i = 0; i < 256; i++) {
    const t = (i - 127.5) / 127.5;
    const end = t < 0 ? a : b;
    const w = Math.abs(t);
    const [r, g, bl] = fromLab(paper.map((p, k) => p + w * (end[k]! - p)) as Triple);
    map[i] = (255 << 24) | (bl << 16) | (g << 8) | r;
  }
  return map;
})();

/** The colour of `x` on a map that saturates at ±`limit`. */
export function diverging(x: number, limit: number): number {
  const t = limit > 0 ? x / limit : 0;
  const i = Math.round(127.5 + 127.5 * Math.min(1, Math.max(-1, t)));
  return DIVERGING[i]!;
}

/** The loss map, low to high: its lightness rises for every kind of colour vision. */
const LOSS = ['#10233F', '#1F4E79', '#3E7C9A', '#79A9A3', '#B9CFA8', '#F1EBC1'];

/** 256 colours of the loss map as packed little-endian RGBA. */
export const LOSS_MAP: Uint32Array = /* @__PURE__ */ (() => {
  const map = new Uint32Array(256);
  const stops = LOSS.map((hex) => toLab(fromHex(hex)));
  for (let i = 0; i < 256; i++) {
    const x = (i / 255) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(x));
    const [low, high] = [stops[k]!, stops[k + 1]!];
    const [r, g, b] = fromLab(low.map((p, c) => p + (x - k) * (high[c]! - p)) as Triple);
    map[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return map;
})();

/** The colour of a loss, 0 (lowest) to 1 (highest). */
export function loss(x: number): number {
  return LOSS_MAP[Math.round(255 * Math.min(1, Math.max(0, x)))]!;
}
