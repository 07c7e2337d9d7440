/** *Batch size* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_batch.js';
import { OWN_SPAN, parsePoints } from '../lib/own.ts';
import { nextRecord } from '../lib/record.ts';
import type { Values } from '../lib/schema.ts';
import { CHANCES, STRIDE } from '../lib/slices.ts';
import { MOONS_SPAN } from '../lib/view.ts';
import { decisionMap, nodesOf } from '../worker/maps.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import {
  type Frame,
  type Kicked,
  MEASURES,
  type Measured,
  type Sample,
  type Sliced,
  type View,
} from './protocol.ts';

/** Steps between two looks at the clock. */
const CHUNK = 8;

class Lanes implements Running<Frame, View, never> {
  #handle: kernel.Batch;
  #seed: number;
  #measured: Sample[] = [];
  /** The step that was measured last. */
  #last = 0;
  #ended = false;
  #fresh = true;
  #network: kernel.Rescaled | undefined;
  #alpha: number | undefined;
  /** What is learned, and, in the plane, where decision maps are made. */
  #data: string;
  #mapped: Float64Array | undefined;
  /** Whether the page has the slices. */
  #sent = false;
  /** The step and the length of the kicks that the page has. */
  #known = '';

  constructor(handle: kernel.Batch, { seed, data }: Values) {
    this.#handle = handle;
    this.#seed = Number(seed);
    this.#data = String(data);
    if (data !== 'polynomial') this.#mapped = nodesOf(data === 'own' ? OWN_SPAN : MOONS_SPAN);
    this.#measure();
  }

  get steps(): number {
    return this.#handle.steps;
  }

  #measure(): void {
    const { curvature, loss, along, along_error, unseen, misread } = this.#handle.measure();
    this.#measured.push({
      step: this.steps,
      curvature: [...curvature],
      loss: [...loss],
      along: [...along],
      along_error: [...along_error],
      unseen: [...unseen],
      misread: [...misread],
    });
    this.#last = this.steps;
  }

  advance(target: number): boolean {
    const { steps } = this;
    const next = nextRecord(steps);
    const wanted = Math.min(target - steps, next - steps, CHUNK);
    const short = this.#handle.advance(wanted) < wanted;
    this.#ended = short && !this.#stopped;
    if (this.#ended) return false;
    if (this.steps === next || (short && this.#last !== this.steps)) this.#measure();
    return !short && this.steps < target;
  }

  /** Whether all runs have stopped. */
  get #stopped(): boolean {
    return this.#handle.stops().every((step) => step > 0);
  }

  get #rectified(): kernel.Rescaled {
    this.#network ??= new kernel.Rescaled(this.#seed);
    return this.#network;
  }

  #sliced(): Sliced {
    const { largest, trace } = this.#rectified.measures(1);
    return { chances: this.#rectified.chances(CHANCES, STRIDE), largest, trace };
  }

  #rescaled(alpha: number): Measured {
    const [before, after] = [this.#rectified.measures(1), this.#rectified.measures(alpha)];
    const ratios = MEASURES.map(([key]) => after[key] / before[key]);
    return { alpha, ratios, loss: after.loss, differs: after.differs };
  }

  #kicked(radius: number): Kicked {
    const handle = this.#handle;
    const [losses, slices, distances] = [handle.kicks(radius), handle.slices(), handle.distances()];
    return { step: this.steps, radius, losses, slices, distances };
  }

  frame({ alpha, kick, slices }: View): Frame {
    const handle = this.#handle;
    const frame: Frame = {
      step: this.steps,
      digest: handle.digest(),
      ...(this.#ended && { notFinite: this.steps }),
      curves: handle.curves(),
      measured: this.#measured,
      stops: handle.stops(),
    };
    if (slices && !this.#sent) frame.sliced = this.#sliced();
    this.#sent ||= slices;
    if (this.#fresh) {
      frame.data = this.#data;
      frame.batches = handle.batches();
      frame.points = handle.points();
      frame.places = handle.places();
      frame.labels = handle.labels();
    }
    const mapped = this.#mapped;
    if (mapped) frame.maps = [0, 3].map((run) => decisionMap(handle.outputs(run, mapped)));
    if (alpha !== undefined && alpha !== this.#alpha) frame.rescaled = this.#rescaled(alpha);
    this.#alpha = alpha;
    const wanted = `${this.steps} ${kick}`;
    if (kick !== undefined && wanted !== this.#known) {
      frame.kicked = this.#kicked(kick);
      this.#known = wanted;
    }
    this.#measured = [];
    this.#fresh = false;
    return frame;
  }

  free(): void {
    this.#handle.free();
    this.#network?.free();
  }
}

function start(values: Values): Lanes {
  const points = values.data === 'own' ? parsePoints(String(values.own)) : undefined;
  const settings = filled(
    new kernel.BatchSettings(),
    {
      ...values,
      // Own points take its place.
      data: points ? 'moons' : values.data!,
      classes: values.loss === 'cross-entropy' ? 'on' : 'off',
    },
    { learning_rate: 'rate', cross_entropy: 'classes' },
    { protocol: kernel.Protocol, data: kernel.TrainingData },
  );
  const handle = points
    ? kernel.Batch.on_points(settings, Float64Array.from(points.inputs), points.labels, points.standard)
    : new kernel.Batch(settings);
  return new Lanes(handle, values);
}

serveRuns<Frame, View>(kernel, start, {});
