/** The worker of Train: owns the kernel's handle, makes steps in slices, answers one message at a time. */

import * as kernel from '../../pkg/scalar/losscape_training.js';
import type { Change } from '../lib/changes.ts';
import { nextRecord, SAMPLE_LEN } from '../lib/record.ts';
import type { Frame, Look, Reading, Requests, Setup } from '../train/protocol.ts';
import { download, loadKernel } from './kernel.ts';
import { type Handlers, serve } from './serve.ts';

const DIGITS = new URL('../../../core/src/models/data/digits/digits.bin', import.meta.url);

/** Between two looks at the clock. */
const CHUNK = 8;

interface Session {
  memory: WebAssembly.Memory;
  digits: kernel.Digits;
}

/** On their way before they are asked for. */
let early: Promise<ArrayBuffer> | undefined = digitsFile();
early.catch(() => undefined); // told where it is awaited

let session: Session | undefined;
let train: kernel.Train | undefined;
let setup: Setup | undefined;
let look: Look;
let rehearse = '';
let recorded = -1;

const handlers: Handlers<Requests> = {
  async start(ask) {
    const { digits } = await load();
    setup = ask.setup;
    look = ask.look;
    rehearse = ask.rehearse ?? '';
    replace(new kernel.Train(digits, settings(setup)));
    changesAt(0);
    return frame(ask.params, measureAt(0));
  },

  async advance({ steps, sliceMs, params }) {
    const end = performance.now() + sliceMs;
    const samples: number[] = [];
    let left = steps;
    let notFinite: number | undefined;
    const run = train!;
    while (left > 0) {
      if (rehearse === 'panic') kernel.rehearse_panic();
      const record = nextRecord(run.steps);
      const change = nextChange(run.steps);
      const wanted = Math.min(left, CHUNK, record - run.steps, change - run.steps);
      const made = run.advance(wanted);
      left -= wanted;
      if (made < wanted) {
        notFinite = run.steps;
        break;
      }
      if (run.steps === record) samples.push(...measureAt(run.steps));
      changesAt(run.steps);
      if (performance.now() >= end) break;
    }
    return frame(params, samples, notFinite);
  },

  async change({ change, params }) {
    apply(change);
    setup!.changes = [
      ...setup!.changes.filter((c) => c.step !== change.step || c.key !== change.key),
      change,
    ];
    return frame(params, []);
  },

  async look(ask) {
    look = ask.look;
    const seen = see();
    const label = look && 'row' in look ? session!.digits.held_out_label(look.row) : undefined;
    return { ...(seen && { reading: seen }), ...(label !== undefined && { label }) };
  },

  async save() {
    return train!.save();
  },

  async load({ bytes, params }) {
    const next = kernel.Train.load(session!.digits, settings(setup!), bytes);
    replace(next);
    setup!.changes = [];
    setup!.hidden = next.hidden_units;
    return frame(params, measureAt(0));
  },
};

async function load(): Promise<Session> {
  session ??= await open();
  return session;
}

async function digitsFile(): Promise<ArrayBuffer> {
  return (await download(DIGITS, 'the digits')).arrayBuffer();
}

async function open(): Promise<Session> {
  const file = early ?? digitsFile();
  early = undefined;
  const [memory, bytes] = await Promise.all([loadKernel('training', kernel), file]);
  const digits = new kernel.Digits(new Uint8Array(bytes));
  return { memory, digits };
}

function settings(from: Setup) {
  const s = new kernel.TrainSettings();
  s.seed = from.seed;
  s.hidden = from.hidden;
  s.learning_rate = from.rate;
  s.batch_size = from.batch;
  s.momentum = from.momentum;
  s.l2 = from.l2;
  const starts: Record<string, number> = {
    'glorot-uniform': kernel.Start.GlorotUniform,
    'glorot-normal': kernel.Start.GlorotNormal,
    'he-uniform': kernel.Start.HeUniform,
    'he-normal': kernel.Start.HeNormal,
  };
  s.start = starts[from.init]!;
  s.order = from.order === 'replacement' ? kernel.Order.Replacement : kernel.Order.Epochs;
  return s;
}

function replace(next: kernel.Train): void {
  train?.free();
  train = next;
  recorded = -1;
}

function nextChange(step: number): number {
  const later = setup!.changes.map((c) => c.step).filter((s) => s > step);
  return later.length > 0 ? Math.min(...later) : Number.POSITIVE_INFINITY;
}

/** Makes the changes that a replay has to make at this step. */
function changesAt(step: number): void {
  for (const change of setup!.changes) if (change.step === step) apply(change);
}

function apply({ key, value }: Change): void {
  if (key === 'rate') train!.set_learning_rate(value);
  else if (key === 'batch') train!.set_batch_size(value);
  else if (key === 'momentum') train!.set_momentum(value);
}

function measureAt(step: number): number[] {
  if (step <= recorded) return [];
  recorded = step;
  return [step, ...train!.measure()].slice(0, SAMPLE_LEN);
}

/** Shows the network what the reader looks at. */
function see(): Reading | undefined {
  if (!look) return undefined;
  const { digits } = session!;
  const pixels = 'ink' in look ? kernel.Digits.reduce(look.ink) : digits.held_out_pixels(look.row);
  if (pixels.every((p) => p === 0)) return undefined;
  train!.read(pixels);
  return { pixels, hidden: train!.hidden, probabilities: train!.probabilities };
}

function frame(params: ArrayBuffer, samples: number[], notFinite?: number): Frame {
  const run = train!;
  // A view is taken afresh each time: it detaches when the module's memory grows.
  const view = new Float32Array(session!.memory.buffer, run.params_ptr(), run.params_len());
  new Float32Array(params).set(view);
  const flat = new Float64Array(samples);
  const reading = see();
  return {
    step: run.steps,
    rows: session!.digits.held_out_len,
    hiddenUnits: run.hidden_units,
    params,
    samples: flat,
    digest: run.digest(),
    temperature: run.temperature(),
    norm: run.norm(),
    ...(notFinite !== undefined && { notFinite }),
    ...(reading && { reading }),
  };
}

serve(load, handlers, (answer) => {
  if (answer instanceof Uint8Array) return [answer.buffer];
  const { params, samples } = answer as Partial<Frame>;
  return params && samples ? [params, samples.buffer] : [];
});
