/** The worker of Surface: owns the kernel's handle, fills maps in slices, colours what is looked at. */

import * as kernel from '../../pkg/scalar/losscape_surface.js';
import type { Picture } from '../grammar/field.ts';
import { DIVERGING, loss as lossColour } from '../lib/colour.ts';
import { contourPath } from '../lib/contour.ts';
import { logLevels, logShare, resample, upsideDown } from '../lib/raster.ts';
import {
  type Facts,
  INPUTS,
  type Look,
  type MapPart,
  type PlaneName,
  type Requests,
} from '../surface/protocol.ts';
import { loadKernel } from './kernel.ts';
import { type Handlers, serve } from './serve.ts';

/** Values between two looks at the clock. */
const CHUNK = 32;
/** Pixels along a side of the map, and of the decision map. */
const MAP_SIZE = 256;
const BOUNDARY_SIZE = 128;
/** Nodes along a side of the decision map. */
const BOUNDARY_NODES = 49;
/** Points of the run that are drawn. */
const PATH_POINTS = 300;

let memory: WebAssembly.Memory | undefined;
let surface: kernel.Surface | undefined;
/** What the handle was made from. */
let made = '';
let facts: Facts;
let cells = 0;
let rehearse = '';

const INPUT_NODES = /* @__PURE__ */ (() => {
  const nodes = new Float64Array(2 * BOUNDARY_NODES * BOUNDARY_NODES);
  const [left, right, low, high] = INPUTS;
  const share = (i: number) => i / (BOUNDARY_NODES - 1);
  for (let k = 0; k < BOUNDARY_NODES * BOUNDARY_NODES; k++) {
    nodes[2 * k] = left + (right - left) * share(k % BOUNDARY_NODES);
    nodes[2 * k + 1] = low + (high - low) * share(Math.floor(k / BOUNDARY_NODES));
  }
  return nodes;
})();

async function load(): Promise<void> {
  memory = await loadKernel('surface', kernel);
}

const handlers: Handlers<Requests> = {
  async start({ setup, rehearse: wanted }) {
    await load();
    rehearse = wanted;
    const { scene, seed, tilt, scale } = setup;
    const key = JSON.stringify(setup);
    if (surface && key === made) return facts;
    surface?.free();
    surface = undefined;
    const next = new kernel.Surface(seed, scene === 'ring', tilt, scale);
    surface = next;
    made = key;
    facts = {
      dim: next.dim,
      steps: next.steps,
      planned: next.planned,
      points: next.inputs,
      labels: next.labels,
    };
    return facts;
  },

  cut({ plane }) {
    const handle = surface!;
    handle.cut(cutOf(plane));
    const stride = Math.max(1, Math.floor(facts.planned / PATH_POINTS));
    return {
      unit: handle.unit(),
      share: handle.share(),
      walk: handle.walk_share(),
      path: handle.path(stride),
      stride,
      ends: handle.ends(),
    };
  },

  begin(ask) {
    if (rehearse === 'panic') kernel.rehearse_panic();
    cells = ask.cells;
    surface!.begin_at(ask.x, ask.y, ask.half, cells);
    return {};
  },

  fill({ sliceMs }) {
    const end = performance.now() + sliceMs;
    let complete = 0;
    do complete = surface!.fill(CHUNK);
    while (complete === 0 && performance.now() < end);
    return complete === 0 ? { cells: 0, done: false } : drawn(complete);
  },

  line({ ax, ay, bx, by }) {
    const all = surface!.line(ax, ay, bx, by);
    const [saddle, at, barrier, length] = all;
    return { saddle: saddle!, at: at!, barrier: barrier!, length: length!, losses: all.slice(4) };
  },

  look({ probe }) {
    const handle = surface!;
    if ('step' in probe) handle.look_at_step(probe.step);
    else handle.look_at(probe.x, probe.y);
    const [x, y] = handle.projected();
    const boundary = decisions(handle.outputs(INPUT_NODES));
    return {
      x: x!,
      y: y!,
      loss: handle.loss(),
      digest: handle.digest(),
      ...(boundary && { boundary }),
    } satisfies Look;
  },

  curvature() {
    const [largest, smallest, trace, flat, negative] = surface!.curvature();
    return { largest: largest!, smallest: smallest!, trace: trace!, flat: flat!, negative: negative! };
  },
};

function cutOf(plane: PlaneName): number {
  const { Cut } = kernel;
  return { minima: Cut.Minima, run: Cut.Run, curvature: Cut.Curvature, random: Cut.Random }[plane];
}

/** The picture of the grid that is complete: every `cells / complete`-th row and column of the values. */
function drawn(complete: number): MapPart {
  const handle = surface!;
  // A view is taken afresh each time: it detaches when the module's memory grows.
  const all = new Float64Array(memory!.buffer, handle.values_ptr(), handle.values_len());
  const [nodes, stride] = [complete + 1, cells / complete];
  const values = new Float64Array(nodes * nodes);
  for (let j = 0; j < nodes; j++)
    for (let i = 0; i < nodes; i++) values[j * nodes + i] = all[j * stride * (cells + 1) + i * stride]!;
  const finite = values.filter(Number.isFinite);
  const [lowest, highest] = [finite.reduce(least), finite.reduce(most)];
  const top = highest - lowest;
  const heights = values.map((v) => (Number.isFinite(v) ? v - lowest : top));
  const shares = heights.map((height) => logShare(height, top));
  const levels = logLevels(top);
  const rows = upsideDown(shares, nodes);
  const done = complete === cells;
  return {
    cells: complete,
    done,
    picture: {
      colours: Uint32Array.from(resample(shares, nodes, MAP_SIZE), lossColour),
      size: MAP_SIZE,
      lines: levels.map((level) => contourPath(rows, nodes, logShare(level, top))).join(''),
      nodes,
    },
    range: [lowest, highest],
    levels,
    ...(done && { digest: handle.map_digest() }),
  };
}

const least = (a: number, b: number) => Math.min(a, b);
const most = (a: number, b: number) => Math.max(a, b);

function decisions(logits: Float64Array): Picture | undefined {
  if (logits.length === 0) return undefined;
  const nodes = BOUNDARY_NODES;
  const colour = (logit: number) => DIVERGING[Math.round(255 / (1 + Math.exp(-logit)))]!;
  return {
    colours: Uint32Array.from(resample(logits, nodes, BOUNDARY_SIZE), colour),
    size: BOUNDARY_SIZE,
    lines: contourPath(upsideDown(logits, nodes), nodes, 0),
    nodes,
  };
}

serve(load, handlers);
