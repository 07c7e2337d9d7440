/** *Surface* in the worker: owns the kernel's handle, fills maps in slices, colours what is looked at. */

import * as kernel from '../../pkg/scalar/losscape_surface.js';
import { loss as lossColour } from '../lib/colour.ts';
import { OWN_SPAN, parsePoints } from '../lib/own.ts';
import { logLevels, logShare } from '../lib/raster.ts';
import type { Values } from '../lib/schema.ts';
import { MOONS_SPAN, type Span } from '../lib/view.ts';
import { memory } from '../worker/kernel.ts';
import { decisionMap, mapOf, nodesOf } from '../worker/maps.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { member } from '../worker/settings.ts';
import {
  type Beside,
  type Curved,
  type Facts,
  type Frame,
  HALF_OF,
  type Line,
  type MapPart,
  type Requests,
  type Slice,
  type View,
} from './protocol.ts';

/** Values between two looks at the clock. */
const CHUNK = 32;
/** Pixels along a side of the map. */
const MAP_SIZE = 256;
/** Points of the run that are drawn, and those whose heights are compared. */
const PATH_POINTS = 300;
const HEIGHTS = 60;
/** Cells along a side of the map beside the one that is looked at. */
const BESIDE = 32;
/** Cells along a side of the map that sets the range of a plane's colours. */
const COARSE = 16;

/** The run has been made when it begins; it advances by being looked at step after step. */
class Landscape implements Running<Frame, View, never> {
  readonly made: string;
  #handle: kernel.Surface;
  /** The square of inputs that is shown. */
  #inputs: Float64Array;
  #step = 0;
  #plane = '';
  #cells = 0;
  /** The losses that the colours of this plane cover, however closely it is looked at. */
  #range: [number, number] = [0, 0];
  /** Whether the page does not know this run yet. */
  #fresh = true;

  constructor(made: string, handle: kernel.Surface, inputs: Span) {
    this.made = made;
    this.#handle = handle;
    this.#inputs = nodesOf(inputs);
  }

  /** The same landscape, begun once more. */
  again(): this {
    this.#step = 0;
    this.#plane = '';
    this.#fresh = true;
    return this;
  }

  get steps(): number {
    return this.#step;
  }

  advance(target: number): boolean {
    this.#step = Math.min(target, this.#handle.steps);
    return false;
  }

  frame({ plane, cross }: View): Frame {
    const handle = this.#handle;
    const frame: Partial<Frame> = {};
    if (this.#fresh) frame.facts = this.#facts();
    if (plane !== this.#plane) frame.slice = this.#cut(plane);
    this.#fresh = false;
    handle.look_at_step(this.#step);
    const digest = handle.digest();
    if (cross) handle.look_at(cross.x, cross.y);
    const [x, y] = handle.projected();
    const loss = handle.loss();
    const logits = handle.outputs(this.#inputs);
    const boundary = logits.length > 0 ? decisionMap(logits) : undefined;
    // The map's own value there; then back, for whatever is asked of the point next.
    handle.look_at(x!, y!);
    const drawn = handle.loss();
    if (!cross) handle.look_at_step(this.#step);
    const diverged = handle.steps < handle.planned && this.#step === handle.steps;
    return {
      ...frame,
      step: this.#step,
      digest,
      ...(diverged && { notFinite: this.#step }),
      look: { x: x!, y: y!, loss, drawn, boundary },
    };
  }

  #facts(): Facts {
    const { dim, steps, planned, inputs, labels } = this.#handle;
    return { dim, steps, planned, points: inputs, labels };
  }

  #cut(plane: string): Slice {
    const handle = this.#handle;
    this.#plane = '';
    handle.cut(member(kernel.Cut, plane));
    this.#plane = plane;
    this.#range = this.#whole(plane, COARSE).range!;
    return this.#slice();
  }

  /** A map of the part of a plane that is shown at first, with its own colours. */
  #whole(plane: string, cells: number): MapPart {
    this.begin({ x: 0, y: 0, half: HALF_OF[plane]!, cells });
    let complete = 0;
    while (complete < cells) complete = this.#handle.fill(cells * cells) || complete;
    return this.#drawn(cells);
  }

  #slice(): Slice {
    const handle = this.#handle;
    const stride = Math.max(1, Math.floor(handle.planned / PATH_POINTS));
    return {
      unit: handle.unit(),
      share: handle.share(),
      walk: handle.walk_share(),
      path: handle.path(stride),
      stride,
      ends: handle.ends(),
      heights: this.#heights(Math.max(1, Math.floor(handle.planned / HEIGHTS))),
    };
  }

  #heights(stride: number): Slice['heights'] {
    const handle = this.#handle;
    const heights: Slice['heights'] = [];
    for (let step = 0; step <= handle.steps; step += stride) {
      handle.look_at_step(step);
      const run = handle.loss();
      const [x, y] = handle.projected();
      handle.look_at(x!, y!);
      heights.push([step, run, handle.loss()]);
    }
    return heights;
  }

  /** Without a break: the plane shown must be in place again before the next frame. */
  beside({ plane }: Requests['beside']['ask']): Beside {
    const handle = this.#handle;
    const before = this.#plane;
    handle.cut(member(kernel.Cut, plane));
    const made = { plane, ...this.#slice(), picture: this.#whole(plane, BESIDE).picture! };
    handle.cut(member(kernel.Cut, before));
    return made;
  }

  begin({ x, y, half, cells }: Requests['begin']['ask']): object {
    this.#cells = cells;
    this.#handle.begin_at(x, y, half, cells);
    return {};
  }

  fill({ sliceMs }: { sliceMs: number }): MapPart {
    const end = performance.now() + sliceMs;
    let complete = 0;
    do complete = this.#handle.fill(CHUNK);
    while (complete === 0 && performance.now() < end);
    return complete === 0 ? { cells: 0, done: false } : this.#drawn(complete, this.#range);
  }

  /** The picture of the grid that is complete: every `cells / complete`-th row and column of the values. */
  #drawn(complete: number, range?: [number, number]): MapPart {
    const [handle, cells] = [this.#handle, this.#cells];
    const all = new Float64Array(memory().buffer, handle.values_ptr(), handle.values_len());
    const [nodes, stride] = [complete + 1, cells / complete];
    const values = new Float64Array(nodes * nodes);
    for (let j = 0; j < nodes; j++)
      for (let i = 0; i < nodes; i++) values[j * nodes + i] = all[j * stride * (cells + 1) + i * stride]!;
    const finite = values.filter(Number.isFinite);
    const [lowest, highest] = range ?? [finite.reduce(least), finite.reduce(most)];
    const top = highest - lowest;
    const heights = values.map((v) => (Number.isFinite(v) ? Math.min(top, Math.max(0, v - lowest)) : top));
    const levels = logLevels(top);
    const done = complete === cells;
    return {
      cells: complete,
      done,
      picture: mapOf(
        heights.map((height) => logShare(height, top)),
        nodes,
        MAP_SIZE,
        levels.map((level) => logShare(level, top)),
        lossColour,
      ),
      range: [lowest, highest],
      levels,
      ...(done && { digest: handle.map_digest() }),
    };
  }

  line({ ax, ay, bx, by }: Requests['line']['ask']): Line {
    return this.#handle.line(ax, ay, bx, by);
  }

  curvature(): Curved {
    return this.#handle.curvature();
  }

  free(): void {
    this.#handle.free();
  }
}

const least = (a: number, b: number) => Math.min(a, b);
const most = (a: number, b: number) => Math.max(a, b);

let run: Landscape | undefined;

/** A landscape is built once; a changed view needs no new one. */
function start({ scene, seed, tilt, scale, own }: Values): Landscape {
  const points = scene === 'own' ? parsePoints(String(own)) : undefined;
  const made = JSON.stringify([scene, seed, tilt, scale, points && own]);
  if (run?.made === made) return run.again();
  const handle = points
    ? kernel.Surface.on_points(
        Number(seed),
        Number(scale),
        Float64Array.from(points.inputs),
        points.labels,
        points.standard,
      )
    : new kernel.Surface(Number(seed), scene === 'ring', Number(tilt), Number(scale));
  run = new Landscape(made, handle, points ? OWN_SPAN : MOONS_SPAN);
  return run;
}

serveRuns<Frame, View, never, Requests>(kernel, start, {
  begin: (ask) => run!.begin(ask),
  fill: (ask) => run!.fill(ask),
  beside: (ask) => run!.beside(ask),
  line: (ask) => run!.line(ask),
  curvature: () => run!.curvature(),
});
