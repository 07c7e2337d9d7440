/** The worker of Paths: trains the ends, moves the band in slices, colours what is looked at. */

import * as kernel from '../../pkg/scalar/losscape_paths.js';
import type { Picture as FieldPicture } from '../grammar/field.ts';
import { DIVERGING, loss } from '../lib/colour.ts';
import { contourPath } from '../lib/contour.ts';
import { resample, upsideDown } from '../lib/raster.ts';
import {
  type Drag,
  type Facts,
  type Frame,
  isToy,
  type Look,
  NODES,
  type Report,
  type Requests,
  type RouteName,
  type Setup,
  type Surface,
  TOY_STEPS,
  type View,
} from '../paths/protocol.ts';
import type { Look as Shown } from '../train/protocol.ts';
import { download, loadKernel } from './kernel.ts';
import { type Handlers, serve } from './serve.ts';

const DIGITS = new URL('../../../core/src/models/data/digits/digits.bin', import.meta.url);

/** Units of work, training steps and moves of a toy between two looks at the clock. */
const WORK = 8;
const TRAINING = 200;
const MOVES = 4;

/** Profile, plane and picture of a band on its way are made no more often than this: they cost values. */
const DRAW_MS = 100;

/** Pixels along a side of a map. */
const PIXELS = 128;

let digits: kernel.Digits | undefined;
let paths: kernel.Paths | undefined;
let toy: kernel.Toy | undefined;
let setup: Setup;
let drags: Drag[] = [];
let rehearse = '';
let drawn = 0;
let told = 0;
let cycles = -1;
let factsSent = false;
/** Whether what follows the last move, a scan say, is done. */
let settled = true;

const load = () => loadKernel('paths', kernel);

const handlers: Handlers<Requests> = {
  async start(ask) {
    await load();
    setup = ask.setup;
    rehearse = ask.rehearse ?? '';
    paths?.free();
    toy?.free();
    paths = undefined;
    toy = undefined;
    drawn = 0;
    told = 0;
    cycles = -1;
    factsSent = false;
    settled = true;
    drags = [...setup.drags];
    if (isToy(setup.task)) {
      const surface =
        setup.task === 'egg-carton' ? kernel.ToySurface.EggCarton : kernel.ToySurface.MuellerBrown;
      toy = new kernel.Toy(surface, setup.pivots, setup.rate, setup.climb);
      dragsAt(0);
    } else {
      paths = await nets(setup);
    }
    return frame(ask.view);
  },

  async train({ sliceMs, view }) {
    const end = performance.now() + sliceMs;
    let left: number;
    do left = paths!.train(TRAINING);
    while (left > 0 && performance.now() < end);
    return frame(view, left);
  },

  async advance({ target, sliceMs, view }) {
    const end = performance.now() + sliceMs;
    if (rehearse === 'panic') kernel.rehearse_panic();
    if (paths)
      do settled = paths.advance(target, WORK);
      while (!settled && performance.now() < end);
    else moveToy(Math.min(target, TOY_STEPS), end);
    return frame(view);
  },

  async look({ view }) {
    return picture(view);
  },

  async drag({ drag }) {
    drags.push(drag);
    dragsAt(drag.step);
    return frame(undefined);
  },
};

async function nets(from: Setup): Promise<kernel.Paths> {
  const { Task, PathsSettings, Paths, Digits } = kernel;
  const s = new PathsSettings();
  s.task = from.task === 'twins' ? Task.Twins : Task.Different;
  s.width = from.width;
  s.seed_a = from.a;
  s.seed_b = from.b;
  s.align = from.align;
  s.pivots = from.pivots;
  s.cycles = from.cycles;
  s.learning_rate = from.rate;
  s.climb = from.climb;
  if (from.task !== 'digits') return new Paths(s);
  digits ??= new Digits(new Uint8Array(await (await download(DIGITS, 'the digits')).arrayBuffer()));
  return Paths.on_digits(digits, s);
}

function moveToy(target: number, end: number): void {
  const run = toy!;
  while (run.steps < target && performance.now() < end) {
    const next = Math.min(target, ...drags.map((drag) => drag.step).filter((step) => step > run.steps));
    const wanted = Math.min(MOVES, next - run.steps);
    if (run.advance(wanted) < wanted) return;
    dragsAt(run.steps);
  }
}

/** Repeats what the reader did after this many moves. */
function dragsAt(step: number): void {
  for (const { image, x, y } of drags.filter((drag) => drag.step === step)) toy!.drag(image, x, y);
}

function route(name: RouteName): number {
  const { Route } = kernel;
  return { straight: Route.Straight, aligned: Route.Aligned, band: Route.Band, best: Route.Best }[name];
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

function frame(view: View | undefined, left?: number): Frame {
  return toy ? toyFrame(toy) : netFrame(paths!, view!, left);
}

function netFrame(run: kernel.Paths, view: View, left?: number): Frame {
  const training = left ?? run.train(0);
  const [gradients] = run.evaluations();
  const history = run.history(told);
  told += history.length / 2;
  const climbed = run.climbed();
  const now: Frame = {
    left: training,
    step: run.steps,
    total: run.total,
    settled,
    digest: training > 0 ? '' : run.digest(),
    notFinite: run.not_finite,
    gradients: gradients!,
    residual: run.residual(),
    ...(climbed !== undefined && { climbed }),
    cycles: run.cycles(),
    history,
  };
  if (training > 0 || run.not_finite) return now;
  if (!factsSent) {
    factsSent = true;
    now.facts = facts(run);
  }
  const ended = run.steps === run.total && settled;
  const scanned = now.cycles.length / 5 + (ended ? 1 : 0);
  if (scanned !== cycles) {
    cycles = scanned;
    const [value, missed] = run.look_at_saddle();
    now.best = report(run.report(route('best')));
    now.bestProfile = run.profile(route('best'), 9);
    now.bestPlane = run.projection(route('best'));
    now.saddle = [value!, missed!];
  }
  const time = performance.now();
  if (time - drawn >= DRAW_MS || ended || now.best || run.steps === 0) {
    drawn = time;
    // A value of the digits costs far more than one of the moons.
    now.bandProfile = run.profile(route('band'), setup.task === 'digits' ? 0 : 3);
    now.bandPlane = run.projection(route('band'));
    now.look = picture(view);
  }
  return now;
}

function facts(run: kernel.Paths): Facts {
  const [apart, aligned] = run.distances();
  const [a, b] = run.end_digests();
  const labels = run.labels();
  return {
    straight: report(run.report(route('straight'))),
    aligned: report(run.report(route('aligned'))),
    straightProfile: run.profile(route('straight'), 99),
    alignedProfile: run.profile(route('aligned'), 99),
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

function picture(view: View): Look {
  const run = paths!;
  const [value, missed] = run.look(route(view.route), view.t);
  const seen: Look = { t: view.t, value: value!, missed: missed! };
  if (setup.task === 'digits') {
    seen.weights = run.chosen().slice(0, 64 * setup.width);
    const pixels = shown(view.shown);
    if (pixels) {
      const answers = run.read(pixels);
      seen.reading = {
        pixels,
        hidden: answers.slice(0, setup.width),
        probabilities: answers.slice(setup.width),
      };
    }
    const label = view.shown && 'row' in view.shown ? digits!.held_out_label(view.shown.row) : undefined;
    if (label !== undefined) seen.label = label;
    return seen;
  }
  const logits = run.field(NODES);
  const colour = (logit: number) => DIVERGING[Math.round(255 / (1 + Math.exp(-logit)))]!;
  seen.map = map(Float64Array.from(logits), [0], colour);
  return seen;
}

/** A picture of a field that was sampled row by row from below. */
function map(
  field: Float64Array,
  levels: readonly number[],
  colour: (value: number) => number,
): FieldPicture {
  const above = upsideDown(field, NODES);
  return {
    colours: Uint32Array.from(resample(field, NODES, PIXELS), colour),
    size: PIXELS,
    lines: levels.map((level) => contourPath(above, NODES, level)).join(''),
    nodes: NODES,
  };
}

function shown(what: Shown): Float32Array | undefined {
  if (!what) return undefined;
  if ('row' in what) return digits!.held_out_pixels(what.row);
  return what.ink.some((dot) => dot !== 0) ? kernel.Digits.reduce(what.ink) : undefined;
}

function toyFrame(run: kernel.Toy): Frame {
  const [best, bandProfile] = scan(run, false);
  const now: Frame = {
    left: 0,
    step: run.steps,
    total: TOY_STEPS,
    settled: true,
    digest: run.digest(),
    notFinite: run.not_finite,
    gradients: run.gradients,
    residual: run.residual(),
    cycles: new Float64Array(),
    history: new Float32Array(),
    best,
    images: run.images(),
    bandProfile,
  };
  if (run.climbing) now.climbed = best.saddle;
  if (factsSent) return now;
  factsSent = true;
  const [straight, straightProfile] = scan(run, true);
  now.surface = surface(run);
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

function scan(run: kernel.Toy, straight: boolean): [Report, Float32Array] {
  const numbers = run.scan(straight);
  return [report(numbers), sorted(Float32Array.from(numbers.subarray(6)))];
}

/** Levels lie evenly in the logarithm of the height above the lowest cell: minima and saddles stay visible. */
function surface(run: kernel.Toy): Surface {
  const field = run.field(NODES);
  const lowest = Math.min(...field);
  const [unit, highest] = setup.task === 'egg-carton' ? [1, 4] : [20, 250];
  const heights = Float64Array.from(
    field,
    (value) => Math.log1p((value - lowest) / unit) / Math.log1p(highest / unit),
  );
  const levels = Array.from({ length: 9 }, (_, k) => (k + 1) / 10);
  const [x, y, side] = run.square();
  return { square: [x!, y!, side!], map: map(heights, levels, loss) };
}

serve(load, handlers);
