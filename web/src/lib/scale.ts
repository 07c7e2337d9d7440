/** Scales of a chart's axes, and lines between its points. Where ticks lie is d3's choice. */

import { nice, ticks } from 'd3-array';

type Pair = readonly [number, number];

/** From values to places on the screen. */
export interface Scale {
  (value: number): number;
  /** About this many round values, in the order of the axis. */
  ticks(count: number): number[];
}

export interface Linear extends Scale {
  /** The value at a place. */
  invert(place: number): number;
}

export function linear([low, high]: Pair, [from, to]: Pair): Linear {
  // A single value lies in the middle.
  const share = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  const scale = (value: number) => from + share(value) * (to - from);
  return Object.assign(scale, {
    ticks: (count: number) => ticks(low, high, count),
    invert: (place: number) => low + ((place - from) / (to - from)) * (high - low),
  });
}

/** The values' room, widened to round numbers. */
export function roomy([low, high]: Pair, count: number): Pair {
  return nice(low, high, count);
}

/** For positive values. */
export function logarithmic([low, high]: Pair, range: Pair): Scale {
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const scale = linear([from, to], range);
  return Object.assign((value: number) => scale(Math.log10(value)), {
    ticks(count: number): number[] {
      if (to - from >= count) return ticks(from, to, Math.min(to - from, count)).map(power);
      const inside: number[] = [];
      for (let decade = Math.floor(from); decade <= Math.ceil(to); decade++)
        for (let k = 1; k < 10; k++) {
          const value = decade < 0 ? k / power(-decade) : k * power(decade);
          if (value >= low && value <= high) inside.push(value);
        }
      return 2 * inside.length < count ? ticks(low, high, count) : inside;
    },
  });
}

/** 1, 2 and 5 of each decade: few enough to read. */
export function oneTwoFive(v: number): boolean {
  const lead = v / 10 ** Math.floor(Math.log10(v) + 1e-9);
  return [1, 2, 5].some((k) => Math.abs(lead - k) < 1e-6);
}

/** As it is written, where `**` may miss the last place. */
const power = (exponent: number) => Number(`1e${exponent}`);

/** A path through points of the screen, broken where one is nowhere. */
export function polyline(points: Iterable<Pair>): string {
  let path = '';
  let pen = 0;
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) {
      path += alone(pen);
      pen = 0;
    } else path += `${pen++ ? 'L' : 'M'}${thousandths(x)},${thousandths(y)}`;
  }
  return path + alone(pen);
}

/** A point without neighbours is seen as a dot, if its line is closed. */
const alone = (points: number) => (points === 1 ? 'Z' : '');

const thousandths = (v: number) => Math.round(1000 * v) / 1000;
