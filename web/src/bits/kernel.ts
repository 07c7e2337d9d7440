/** *Same bits* in the worker: the twins, and the fingerprint's experiments in one build. */

import * as kernel from '../../pkg/scalar/losscape_train.js';
import { LabFailure } from '../lib/failure.ts';
import type { Values } from '../lib/schema.ts';
import type { Build } from '../lib/simd.ts';
import { download } from '../worker/kernel.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { columns } from './columns.ts';
import type { Column, Comparison, Requests, Row } from './protocol.ts';

/** Steps between two looks at the clock. */
const CHUNK = 64;

class Pair implements Running<Comparison, undefined, never> {
  #twins: kernel.Twins;
  #made: Column[];
  #ahead: number[];
  /** Whether a value was not finite. */
  #ended = false;

  constructor(twins: kernel.Twins, total: number) {
    this.#twins = twins;
    this.#ahead = columns(total).slice(1);
    this.#made = [this.#now()];
  }

  get steps(): number {
    return this.#twins.steps;
  }

  #now(): Column {
    const [ours, theirs] = this.#twins.losses();
    return { step: this.steps, bits: this.#twins.differing(), losses: [ours!, theirs!] };
  }

  advance(target: number): boolean {
    const { steps } = this;
    const next = this.#ahead[0] ?? target;
    this.#twins.advance(Math.min(next - steps, target - steps, CHUNK));
    this.#ended = this.steps === steps && steps < target;
    if (this.#ended) return false;
    if (this.steps === next) {
      this.#made.push(this.#now());
      this.#ahead.shift();
    }
    return this.steps < target;
  }

  frame(): Comparison {
    const [digest, twin] = this.#twins.digests();
    const made = this.#made;
    this.#made = [];
    return {
      step: this.steps,
      digest: digest!,
      ...(this.#ended && { notFinite: this.steps }),
      twin: twin!,
      columns: made,
      now: this.#now(),
      first: this.#twins.first,
    };
  }

  free(): void {
    this.#twins.free();
  }
}

const start = ({ seed, tanh, order, steps }: Values) =>
  new Pair(new kernel.Twins(Number(seed), tanh === 'browser', order === 'reversed'), Number(steps));

/** The module that `cargo xtask fingerprint` runs in Node and Chromium: plain exports, no kernel. */
interface Experiments {
  memory: WebAssembly.Memory;
  count(): number;
  name(experiment: number): number;
  name_len(experiment: number): number;
  run(experiment: number): bigint;
}

async function experiments({ build }: { build: Build }): Promise<Row[]> {
  const url =
    build === 'simd'
      ? new URL('../../pkg/simd/fingerprint.wasm', import.meta.url)
      : new URL('../../pkg/scalar/fingerprint.wasm', import.meta.url);
  const bytes = await (await download(url, 'the experiments')).arrayBuffer();
  let exports: Experiments;
  try {
    exports = (await WebAssembly.instantiate(bytes)).instance.exports as unknown as Experiments;
  } catch (error) {
    throw new LabFailure({ kind: 'compile', detail: String(error) });
  }
  return Array.from({ length: exports.count() }, (_, k) => {
    // A 64-bit result arrives signed.
    const digest = BigInt.asUintN(64, exports.run(k)).toString(16).padStart(16, '0');
    const name = new Uint8Array(exports.memory.buffer, exports.name(k), exports.name_len(k));
    return { experiment: new TextDecoder().decode(name), digest };
  });
}

serveRuns<Comparison, undefined, never, Requests>(kernel, start, { experiments });
