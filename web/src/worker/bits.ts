/** The worker of *Same bits*: runs the fingerprint's experiments in one build, and the twins. */

import * as kernel from '../../pkg/scalar/losscape_training.js';
import { columns } from '../bits/columns.ts';
import type { Column, Comparison, Requests, Row } from '../bits/protocol.ts';
import { LabFailure } from '../lib/failure.ts';
import type { Build } from '../lib/simd.ts';
import { download, loadKernel } from './kernel.ts';
import { type Handlers, serve } from './serve.ts';

/** The module that `cargo xtask fingerprint` runs in Node and Chromium: plain exports, no kernel. */
interface Experiments {
  memory: WebAssembly.Memory;
  count(): number;
  name(experiment: number): number;
  name_len(experiment: number): number;
  run(experiment: number): bigint;
}

let twins: kernel.Twins | undefined;
let rehearse = '';
let ahead: number[] = [];

async function experiments(build: Build): Promise<Row[]> {
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

function column(run: kernel.Twins): Column {
  const [ours, theirs] = run.losses();
  return { step: run.steps, bits: run.differing(), losses: [ours!, theirs!] };
}

function comparison(columns: Column[]): Comparison {
  const run = twins!;
  const [ours, theirs] = run.digests();
  const first = run.first;
  return { columns, now: column(run), ...(first !== undefined && { first }), digests: [ours!, theirs!] };
}

const load = () => loadKernel('training', kernel);

const handlers: Handlers<Requests> = {
  experiments: ({ build }) => experiments(build),

  async twins({ seed, tanh, order, total, rehearse: wanted }) {
    await load();
    rehearse = wanted;
    twins?.free();
    twins = new kernel.Twins(seed, tanh, order);
    ahead = columns(total).slice(1);
    return comparison([column(twins)]);
  },

  async advance({ target, sliceMs }) {
    const end = performance.now() + sliceMs;
    if (rehearse === 'panic') kernel.rehearse_panic();
    const run = twins!;
    const made: Column[] = [];
    while (run.steps < target && ahead.length > 0 && performance.now() < end) {
      const before = run.steps;
      run.advance(Math.min(ahead[0]! - before, target - before, 64));
      if (run.steps === before) throw new LabFailure({ kind: 'not-finite', step: before });
      if (run.steps < ahead[0]!) continue;
      made.push(column(run));
      ahead.shift();
    }
    return comparison(made);
  },
};

serve(load, handlers);
