/** *Paths* in the worker: trains the ends, moves the band in slices, colours what is looked at. */

import * as kernel from '../../pkg/scalar/losscape_paths.js';
import { loss } from '../lib/colour.ts';
import type { Values } from '../lib/schema.ts';
import { fetchDigits, labelOf, pixelsOf } from '../worker/digits.ts';
import { decisionMap, mapOf } from '../worker/maps.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled, isMember, member } from '../worker/settings.ts';
import {
  type Drag,
  type Facts,
  type Frame,
  type Look,
  NODES,
  type Report,
  type Surface,
  TOY_STEPS,
  type View,
} from './protocol.ts';

/** Units of work, training steps and moves of a toy between two looks at the clock. */
const WORK = 8;
const TRAINING = 200;
const MOVES = 4;

/** Profile, plane and picture of a band on its way are made no more often than this: they cost values. */
const DRAW_MS = 100;

/** Pixels along a side of a map. */
const PIXELS = 128;

/** Places of a scan between two images; of a network on the way, fewer, because a value of the digits is dear. */
const FINE = 9;
const LINE = 99;

let digits: kernel.Digits | undefined;

/** Two networks, trained and then joined. */
class Networks implements Running<Frame, View, Drag> {
  #paths: kernel.Paths;
  /** Of the digits, the units of the hidden layer; of the moons nothing. */
  #width: number | undefined;
  #left: number;
  /** Entries of the history that the page knows. */
  #told = 0;
  /** Scans that the page knows of. */
  #scans = -1;
  #drawn = 0;
  #factsSent = false;
  /** Whether what follows the last move, a scan say, is done. */
  #settled = true;

  constructor(paths: kernel.Paths, width: number | undefined) {
    this.#paths = paths;
    this.#width = width;
    this.#left = paths.train(0);
  }

  get steps(): number {
    return this.#paths.steps;
  }

  advance(target: number): boolean {
    if (this.#left > 0) {
      this.#left = this.#paths.train(TRAINING);
      return !this.#paths.not_finite;
    }
    this.#settled = this.#paths.advance(target, WORK);
    return !this.#settled;
  }

  frame(view: View, looked: boolean): Frame {
    const run = this.#paths;
    const [gradients] = run.evaluations();
    const history = run.history(this.#told);
    this.#told += history.length / 2;
    const climbed = run.climbed();
    const training = this.#left > 0;
    const now: Frame = {
      step: run.steps,
      digest: training ? '' : run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      busy: !run.not_finite && (training || !this.#settled),
      left: this.#left,
      total: run.total,
      gradients: gradients!,
      residual: run.residual(),
      ...(climbed !== undefined && { climbed }),
      cycles: run.cycles(),
      history,
    };
    if (training || run.not_finite) return now;
    if (!this.#factsSent) {
      this.#factsSent = true;
      now.facts = this.#facts();
    }
    const ended = run.steps === run.total && this.#settled;
    const scans = now.cycles.length / 5 + (ended ? 1 : 0);
    if (scans !== this.#scans) {
      this.#scans = scans;
      const [value, missed] = run.look_at_saddle();
      now.best = report(run.report(kernel.Route.Best));
      now.bestProfile = run.profile(kernel.Route.Best, FINE);
      now.bestPlane = run.projection(kernel.Route.Best);
      now.saddle = [value!, missed!];
    }
    const time = performance.now();
    if (looked || time - this.#drawn >= DRAW_MS || ended || now.best || run.steps === 0) {
      this.#drawn = time;
      now.bandProfile = run.profile(kernel.Route.Band, this.#width === undefined ? 3 : 0);
      now.bandPlane = run.projection(kernel.Route.Band);
      now.look = this.#look(view);
    }
    return now;
  }

  #facts(): Facts {
    const run = this.#paths;
    const [apart, aligned] = run.distances();
    const [a, b] = run.end_digests();
    const labels = run.labels();
    return {
      straight: report(run.report(kernel.Route.Straight)),
      aligned: report(run.report(kernel.Route.Aligned)),
      straightProfile: run.profile(kernel.Route.Straight, LINE),
      alignedProfile: run.profile(kernel.Route.Aligned, LINE),
      distances: [apart!, aligned!],
      disagreement: run.disagreement(),
      aligningError: run.aligning_error(),
      points: run.points(),
      labels,
      samples: labels.length,
      params: run.params_len,
      rows: digits?.held_out_len ?? 0,
      ends: [a!, b!],
    };
  }

  #look({ route, t, shown }: View): Look {
    const run = this.#paths;
    const [value, missed] = run.look(member(kernel.Route, route), t);
    const seen: Look = { t, value: value!, missed: missed! };
    const width = this.#width;
    if (width === undefined) {
      seen.map = decisionMap(Float64Array.from(run.field(NODES)), NODES, PIXELS);
      return seen;
    }
    seen.weights = run.chosen().slice(0, 64 * width);
    const pixels = pixelsOf(shown, digits!, kernel.Digits.reduce);
    if (pixels) {
      const answers = run.read(pixels);
      seen.reading = { pixels, hidden: answers.slice(0, width), probabilities: answers.slice(width) };
    }
    const label = labelOf(shown, digits!);
    if (label !== undefined) seen.label = label;
    return seen;
  }

  free(): void {
    this.#paths.free();
  }
}

/** A band on a surface that one can see in full; its images can be dragged. */
class Toy implements Running<Frame, View, Drag> {
  #toy: kernel.Toy;
  /** Heights at which the colours of the surface begin to bend, and end. */
  #heights: readonly [number, number];
  #factsSent = false;

  constructor(toy: kernel.Toy, heights: readonly [number, number]) {
    this.#toy = toy;
    this.#heights = heights;
  }

  get steps(): number {
    return this.#toy.steps;
  }

  advance(target: number): boolean {
    const wanted = Math.min(MOVES, target - this.steps);
    return this.#toy.advance(wanted) === wanted && this.steps < target;
  }

  act({ image, x, y }: Drag): void {
    this.#toy.drag(image, x, y);
  }

  frame(): Frame {
    const run = this.#toy;
    const [best, bandProfile] = this.#scan(false);
    const now: Frame = {
      left: 0,
      step: run.steps,
      digest: run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      total: TOY_STEPS,
      gradients: run.gradients,
      residual: run.residual(),
      cycles: new Float64Array(),
      history: new Float32Array(),
      best,
      images: run.images(),
      bandProfile,
    };
    if (run.climbing) now.climbed = best.saddle;
    if (this.#factsSent) return now;
    this.#factsSent = true;
    const [straight, straightProfile] = this.#scan(true);
    now.surface = this.#surface();
    now.facts = {
      straight,
      aligned: straight,
      straightProfile,
      alignedProfile: straightProfile,
      distances: [0, 0],
      disagreement: 0,
      aligningError: 0,
      points: new Float32Array(),
      labels: new Uint8Array(),
      samples: 0,
      params: 2,
      rows: 0,
      ends: ['', ''],
    };
    return now;
  }

  #scan(straight: boolean): [Report, Float32Array] {
    const numbers = this.#toy.scan(straight);
    return [report(numbers), sorted(Float32Array.from(numbers.subarray(6)))];
  }

  /** Levels lie evenly in the logarithm of the height above the lowest cell: minima and saddles stay visible. */
  #surface(): Surface {
    const field = this.#toy.field(NODES);
    const lowest = Math.min(...field);
    const [unit, highest] = this.#heights;
    const heights = Float64Array.from(
      field,
      (value) => Math.log1p((value - lowest) / unit) / Math.log1p(highest / unit),
    );
    const levels = Array.from({ length: 9 }, (_, k) => (k + 1) / 10);
    const [x, y, side] = this.#toy.square();
    return { square: [x!, y!, side!], map: mapOf(heights, NODES, PIXELS, levels, loss) };
  }

  free(): void {
    this.#toy.free();
  }
}

function report(numbers: Float64Array): Report {
  const [saddle, at, barrier, a, b, ratio] = numbers;
  return { saddle: saddle!, at: at!, barrier: barrier!, ends: [a!, b!], ratio: ratio! };
}

/** Pairs in the order of the way, each place once. */
function sorted(pairs: Float32Array): Float32Array {
  const places = Array.from(
    { length: pairs.length / 2 },
    (_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!] as const,
  );
  places.sort((p, q) => p[0] - q[0]);
  return new Float32Array(places.filter(([t], i) => i === 0 || t !== places[i - 1]![0]).flat());
}

async function start(values: Values): Promise<Networks | Toy> {
  const { Paths, PathsSettings, Task, ToySurface } = kernel;
  const task = String(values.task);
  if (isMember(ToySurface, task)) {
    const surface = member(ToySurface, task);
    const toy = new kernel.Toy(surface, Number(values.pivots), Number(values.rate), values.climb === 'on');
    return new Toy(toy, surface === ToySurface.EggCarton ? [1, 4] : [20, 250]);
  }
  const names = { seed_a: 'a', seed_b: 'b', learning_rate: 'rate' };
  const settings = filled(new PathsSettings(), values, names, { task: Task });
  if (settings.task !== Task.Digits) return new Networks(new Paths(settings), undefined);
  digits ??= new kernel.Digits(new Uint8Array(await fetchDigits()));
  return new Networks(Paths.on_digits(digits, settings), settings.width);
}

serveRuns<Frame, View, Drag>(kernel, start, {});
