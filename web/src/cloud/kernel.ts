/** *Cloud* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_cloud.js';
import { loss } from '../lib/colour.ts';
import { contourPath } from '../lib/contour.ts';
import { logLevels, logShare, upsideDown } from '../lib/raster.ts';
import { nextRecord } from '../lib/record.ts';
import { rowsOf } from '../lib/rows.ts';
import type { Values } from '../lib/schema.ts';
import { mapOf } from '../worker/maps.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import {
  CELLS,
  type Doubled,
  type Frame,
  HIGHEST,
  type Requests,
  type Sample,
  type Three,
  total,
} from './protocol.ts';

/** Walkers that are drawn. */
const DRAWN = 512;
const SIZE = 256;
/** Level lines of the density, as shares of the law's highest place. */
const LEVELS = [0.04, 0.2, 0.5, 0.8];

/** Of one quantity, as the kernel lists them. */
const three = ([cloud, density, law]: Float64Array): Three => ({
  cloud: cloud!,
  density: density!,
  law: law!,
});

class Moving implements Running<Frame, undefined, never> {
  #handle: kernel.Cloud;
  #flows: boolean;
  #measured: Sample[];
  #ended = false;
  /** The temperature of the law that the page knows. */
  #known = 0;
  #peak = 0;

  constructor(handle: kernel.Cloud, flows: boolean) {
    this.#handle = handle;
    this.#flows = flows;
    this.#measured = [this.#now()];
  }

  get steps(): number {
    return this.#handle.steps;
  }

  #now(): Sample {
    const handle = this.#handle;
    const [along, across] = rowsOf(handle.variances(), 3);
    const [density, cloud, floor, spread, energy] = handle.distances();
    const [circulation, produced] = handle.circulation();
    return {
      step: this.steps,
      temperature: handle.temperature,
      left: three(handle.shares()),
      along: three(along!),
      across: three(across!),
      density: density!,
      cloud: cloud!,
      floor: floor!,
      spread: spread!,
      energy: energy!,
      circulation: circulation!,
      produced: produced!,
    };
  }

  advance(target: number): boolean {
    const { steps } = this;
    this.#ended = this.#handle.advance(1) < 1;
    if (this.#ended) return false;
    if (this.steps === nextRecord(steps)) this.#measured.push(this.#now());
    return this.steps < target;
  }

  #lines(density: Float64Array): string {
    const rows = upsideDown(density, CELLS);
    return LEVELS.map((level) => contourPath(rows, CELLS, level * this.#peak)).join('');
  }

  #ground() {
    const heights = this.#handle.potential();
    const lowest = heights.reduce((a, b) => Math.min(a, b));
    const above = heights.map((v) => v - lowest);
    return mapOf(above, CELLS, SIZE, logLevels(HIGHEST), (v) => loss(logShare(v, HIGHEST)));
  }

  frame(): Frame {
    const handle = this.#handle;
    const { temperature } = handle;
    const measured = this.#measured;
    this.#measured = [];
    const changed = temperature !== this.#known;
    const first = this.#known === 0;
    const law = changed ? handle.law() : undefined;
    if (law) this.#peak = law.reduce((a, b) => Math.max(a, b));
    this.#known = temperature;
    // Nobody has arrived at the start, and the equation takes a while.
    const passage = this.steps > 0 ? handle.passage() : undefined;
    return {
      step: this.steps,
      digest: handle.digest(),
      ...(this.#ended && { notFinite: this.steps }),
      ...(first && { ground: this.#ground() }),
      now: this.#now(),
      walkers: handle.walkers(DRAWN),
      density: this.#lines(handle.density()),
      ...(law && { law: this.#lines(law) }),
      ...(this.#flows && { current: handle.current() }),
      ...(passage?.length && { passage }),
      measured,
    };
  }

  free(): void {
    this.#handle.free();
  }
}

function cloud(values: Values): kernel.Cloud {
  const settings = filled(
    new kernel.CloudSettings(),
    { ...values, spread: values.begin === 'box' ? 'on' : 'off' },
    { learning_rate: 'rate', batch_size: 'batch' },
    { ground: kernel.Ground, noise: kernel.Noise },
  );
  return new kernel.Cloud(settings);
}

/** The run shown, with twice the step and twice the batch. */
let twice: { values: Values; handle?: kernel.Cloud };

function start(values: Values): Moving {
  twice?.handle?.free();
  twice = { values: { ...values, rate: 2 * Number(values.rate), batch: 2 * Number(values.batch) } };
  return new Moving(cloud(values), values.noise === 'above');
}

function doubled({ sliceMs }: Requests['doubled']['ask']): Doubled | undefined {
  const end = performance.now() + sliceMs;
  const { values } = twice;
  twice.handle ??= cloud(values);
  while (twice.handle.steps < total(Number(values.rate))) {
    if (twice.handle.advance(1) < 1) return { left: Number.NaN, walkers: Number(values.walkers) };
    if (performance.now() >= end) return undefined;
  }
  const { cloud: left } = three(twice.handle.shares());
  return { left, walkers: Number(values.walkers) };
}

serveRuns<Frame, undefined, never, Requests>(kernel, start, { doubled });
