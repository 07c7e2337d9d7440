/** *Smoothing* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_smoothing.js';
import { nextRecord } from '../lib/record.ts';
import { rowsOf } from '../lib/rows.ts';
import type { Values } from '../lib/schema.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import type { Facts, Frame, Sample } from './protocol.ts';

/** Steps between two looks at the clock. */
const CHUNK = 8;
/** Runs that are drawn. */
const DRAWN = 400;

class Runs implements Running<Frame, undefined, never> {
  #handle: kernel.Smoothing;
  #measured: Sample[] = [];
  #ended = false;
  #fresh = true;

  constructor(handle: kernel.Smoothing) {
    this.#handle = handle;
    this.#measure();
  }

  get steps(): number {
    return this.#handle.steps;
  }

  #measure(): void {
    const { steps: step, smooth } = this.#handle;
    const [mean] = this.#handle.moments();
    this.#measured.push({ step, mean: mean!, smooth });
  }

  advance(target: number): boolean {
    const { steps } = this;
    const next = nextRecord(steps);
    const wanted = Math.min(target - steps, next - steps, CHUNK);
    this.#ended = this.#handle.advance(wanted) < wanted;
    if (this.#ended) return false;
    if (this.steps === next) this.#measure();
    return this.steps < target;
  }

  #facts(): Facts {
    const handle = this.#handle;
    return {
      width: handle.width,
      temperature: handle.temperature,
      curves: rowsOf(handle.curves(), 3).map(([x, f, g]) => ({ x: x!, true: f!, smooth: g! })),
      minima: { true: handle.minima(0), smooth: handle.minima(handle.width) },
      tree: rowsOf(handle.tree(), 2).map(([width, x]) => ({ width: width!, x: x! })),
      last: handle.last_false(),
      bound: handle.bound(),
    };
  }

  frame(): Frame {
    const handle = this.#handle;
    const [mean, spread] = handle.moments();
    const measured = this.#measured;
    const facts = this.#fresh ? this.#facts() : undefined;
    this.#measured = [];
    this.#fresh = false;
    return {
      step: this.steps,
      digest: handle.digest(),
      ...(this.#ended && { notFinite: this.steps }),
      ...(facts && { facts }),
      runs: Float32Array.from(handle.runs().subarray(0, DRAWN)),
      mean: mean!,
      spread: spread!,
      smooth: handle.smooth,
      checks: rowsOf(handle.checks(), 4).map(([x, slope, average, error]) => ({
        x: x!,
        slope: slope!,
        average: average!,
        error: error!,
      })),
      measured,
    };
  }

  free(): void {
    this.#handle.free();
  }
}

function start(values: Values): Runs {
  const settings = filled(
    new kernel.SmoothingSettings(),
    { ...values, uniform: values.kernel === 'uniform' ? 'on' : 'off' },
    {
      learning_rate: 'rate',
      batch_size: 'batch',
      curvature: 'bowl',
      amplitude: 'height',
      wavenumber: 'waves',
    },
  );
  return new Runs(new kernel.Smoothing(settings));
}

serveRuns<Frame, undefined>(kernel, start, {});
