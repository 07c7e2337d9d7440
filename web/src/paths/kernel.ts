/** *Paths* in the worker: trains the ends, moves the band in slices, colours what is looked at. */

import * as kernel from '../../pkg/scalar/losscape_paths.js';
import * as surfaces from '../../pkg/scalar/losscape_toy.js';
import { loss } from '../lib/colour.ts';
import { parsePoints } from '../lib/own.ts';
import type { Picture } from '../lib/raster.ts';
import type { Values } from '../lib/schema.ts';
import { fetchDigits, labelOf, pixelsOf } from '../worker/digits.ts';
import { loadPart } from '../worker/kernel.ts';
import { decisionMap, mapOf } from '../worker/maps.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled, isMember, member } from '../worker/settings.ts';
import {
  type Drag,
  type Facts,
  type Frame,
  type Look,
  NODES,
  type Requests,
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

/** The module with the toys and the curvatures, which is loaded when one is asked for. Every address is written out: bundlers look for literals. */
const SURFACES = {
  scalar: new URL('../../pkg/scalar/losscape_toy_bg.wasm', import.meta.url),
  simd: new URL('../../pkg/simd/losscape_toy_bg.wasm', import.meta.url),
};

let digits: kernel.Digits | undefined;

/** Two networks, trained and then joined. */
class Networks implements Running<Frame, View, Drag> {
  #paths: kernel.Paths;
  /** For the digits, the units of the hidden layer; empty for the moons. */
  #width: number | undefined;
  #left: number;
  /** Entries of the history that the page knows. */
  #known = 0;
  #cycles: kernel.CycleRow[] = [];
  /** Scans that the page knows of. */
  #scans = -1;
  #drawn = 0;
  #factsSent = false;
  /** Whether the work after the last move, such as a scan, is done. */
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
    const history = run.history(this.#known);
    this.#known += history.step.length;
    this.#cycles.push(...run.cycles(this.#cycles.length));
    const climbed = run.climbed();
    const training = this.#left > 0;
    const now: Frame = {
      step: run.steps,
      digest: training ? '' : run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      busy: !run.not_finite && (training || !this.#settled),
      left: this.#left,
      ...run.progress(),
      ...(climbed !== undefined && { climbed }),
      cycles: this.#cycles,
      history,
      span: run.span,
    };
    if (training || run.not_finite) return now;
    if (!this.#factsSent) {
      this.#factsSent = true;
      now.facts = this.#facts();
    }
    const ended = run.steps === now.total && this.#settled;
    const scans = now.cycles.length + (ended ? 1 : 0);
    if (scans !== this.#scans) {
      this.#scans = scans;
      now.best = run.report(kernel.Route.Best)!;
      now.bestProfile = run.profile(kernel.Route.Best, FINE);
      now.bestPlane = run.projection(kernel.Route.Best);
      now.saddle = run.look_at_saddle();
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
    const [a, b] = run.end_digests();
    const labels = run.labels();
    const straight = run.report(kernel.Route.Straight)!;
    return {
      straight,
      top: run.look(kernel.Route.Straight, straight.at),
      aligned: run.report(kernel.Route.Aligned)!,
      straightProfile: run.profile(kernel.Route.Straight, LINE),
      alignedProfile: run.profile(kernel.Route.Aligned, LINE),
      ...run.difference(),
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
    const seen: Look = { t, ...run.look(member(kernel.Route, route), t) };
    const width = this.#width;
    if (width === undefined) {
      seen.map = decisionMap(Float64Array.from(run.field(NODES)), NODES, PIXELS);
      return seen;
    }
    seen.weights = run.chosen().slice(0, 64 * width);
    const pixels = pixelsOf(shown, digits!, kernel.Digits.reduce);
    if (pixels) {
      seen.reading = { pixels, ...run.read(pixels) };
    }
    const label = labelOf(shown, digits!);
    if (label !== undefined) seen.label = label;
    return seen;
  }

  /** For a network with two inputs. */
  async curvatures(units: number, twins: boolean): Promise<Requests['curvatures']['answer']> {
    await loadPart(surfaces, SURFACES);
    const run = this.#paths;
    return { values: surfaces.curvatures(units, run.chosen(), run.points(), run.labels(), twins) };
  }

  free(): void {
    this.#paths.free();
  }
}

/** A band on a surface of two variables; its images can be dragged. */
class Toy implements Running<Frame, View, Drag> {
  #toy: surfaces.Toy;
  /** Heights at which the colours of the surface begin to bend, and end. */
  #heights: readonly [number, number];
  #factsSent = false;

  constructor(toy: surfaces.Toy, heights: readonly [number, number]) {
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
    const best = run.report(false);
    const now: Frame = {
      left: 0,
      step: run.steps,
      digest: run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      total: TOY_STEPS,
      gradients: run.gradients,
      residual: run.residual(),
      cycles: [],
      history: { step: new Uint32Array(), value: new Float32Array() },
      span: run.span,
      best,
      images: run.images(),
      bandProfile: run.profile(false),
    };
    if (run.climbing) now.climbed = best.saddle;
    if (this.#factsSent) return now;
    this.#factsSent = true;
    const [straight, straightProfile] = [run.report(true), run.profile(true)];
    [now.surface, now.heights] = this.#surface();
    now.facts = {
      straight,
      aligned: straight,
      top: { value: straight.saddle, missed: 0 },
      straightProfile,
      alignedProfile: straightProfile,
      distance: 0,
      aligned_distance: 0,
      disagreement: 0,
      aligning_error: 0,
      points: new Float32Array(),
      labels: new Uint8Array(),
      samples: 0,
      params: 2,
      rows: 0,
      ends: ['', ''],
    };
    return now;
  }

  /** Levels lie evenly in the logarithm of the height above the lowest cell: minima and saddles stay visible. */
  #surface(): [Picture, readonly [number, number]] {
    const field = this.#toy.field(NODES);
    const lowest = Math.min(...field);
    const [unit, highest] = this.#heights;
    const heights = Float64Array.from(
      field,
      (value) => Math.log1p((value - lowest) / unit) / Math.log1p(highest / unit),
    );
    const levels = Array.from({ length: 9 }, (_, k) => (k + 1) / 10);
    return [mapOf(heights, NODES, PIXELS, levels, loss), [lowest, lowest + highest]];
  }

  free(): void {
    this.#toy.free();
  }
}

/** The current run, its hidden units, and whether both networks learn the same task. */
let now: { run: Networks | Toy; units: number; twins: boolean } | undefined;

async function start(values: Values): Promise<Networks | Toy> {
  const run = await made(values);
  now = { run, units: Number(values.width), twins: values.task === 'twins' };
  return run;
}

async function made(values: Values): Promise<Networks | Toy> {
  const { Paths, PathsSettings, Task } = kernel;
  const { ToySurface } = surfaces;
  const task = String(values.task);
  if (isMember(ToySurface, task)) {
    const surface = member(ToySurface, task);
    await loadPart(surfaces, SURFACES);
    const toy = new surfaces.Toy(surface, Number(values.pivots), Number(values.rate), values.climb === 'on');
    return new Toy(toy, surface === ToySurface.EggCarton ? [1, 4] : [20, 250]);
  }
  const names = { seed_a: 'a', seed_b: 'b', learning_rate: 'rate' };
  const own = task === 'own';
  const known = own ? { ...values, task: 'different' } : values;
  const settings = filled(new PathsSettings(), known, names, { task: Task });
  if (own) {
    const { inputs, labels, standard } = parsePoints(String(values.own))!;
    if (standard) await loadPart(surfaces, SURFACES);
    const scaled = standard ? surfaces.standardise(inputs, 2) : inputs;
    return new Networks(Paths.on_points(scaled, labels, settings), undefined);
  }
  if (settings.task !== Task.Digits) return new Networks(new Paths(settings), undefined);
  digits ??= new kernel.Digits(new Uint8Array(await fetchDigits()));
  return new Networks(Paths.on_digits(digits, settings), settings.width);
}

serveRuns<Frame, View, Drag, Requests>(kernel, start, {
  curvatures: () => (now!.run as Networks).curvatures(now!.units, now!.twins),
});
