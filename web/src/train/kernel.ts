/** *Train* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_train.js';
import type { Change } from '../lib/changes.ts';
import type { NetworkInput } from '../lib/look.ts';
import { type Own, parseOwn } from '../lib/own.ts';
import { nextRecord, type Sample } from '../lib/record.ts';
import type { Values } from '../lib/schema.ts';
import { fetchDigits, labelOf, pixelsOf } from '../worker/digits.ts';
import { loadKernel, memory } from '../worker/kernel.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import { COOLED, COOLER, type Frame, RACE_STEPS, type Raced, type Requests } from './protocol.ts';

/** Steps between two looks at the clock. */
const CHUNK = 8;

// Needed before the first run, so requested early; a failure is reported where it is awaited.
fetchDigits().catch(() => undefined);

let digits: kernel.Digits | undefined;

/** The data to learn, and the rows shown. */
interface Data {
  train: kernel.Train;
  /** Held-out rows, and rows that are trained on. */
  rows: number;
  trained: number;
  inputs: number;
  classes: number;
  inputsOf(look: NetworkInput): Float32Array | undefined;
  labelOf(look: NetworkInput): number | undefined;
  free(): void;
}

/** Both parts of the digits. */
const DIGITS = { trained: 1500, inputs: 64, classes: 10 };

class Training implements Running<Frame, NetworkInput, Change> {
  #data: Data;
  #train: kernel.Train;
  #samples: Sample[] = [];

  constructor(data: Data) {
    this.#data = data;
    this.#train = data.train;
    this.#measure();
  }

  get steps(): number {
    return this.#train.steps;
  }

  advance(target: number): boolean {
    const { steps } = this;
    const record = nextRecord(steps);
    const wanted = Math.min(CHUNK, record - steps, target - steps);
    const made = this.#train.advance(wanted);
    if (this.steps === record) this.#measure();
    return made === wanted && this.steps < target;
  }

  #measure(): void {
    this.#samples.push({ step: this.steps, ...this.#train.measure() });
  }

  act({ key, value }: Change): void {
    if (key === 'rate') this.#train.set_learning_rate(value);
    else if (key === 'batch') this.#train.set_batch_size(value);
    else if (key === 'momentum') this.#train.set_momentum(value);
  }

  frame(view: NetworkInput, _looked: boolean, buffer: ArrayBuffer | undefined): Frame {
    const run = this.#train;
    new Float32Array(buffer!).set(new Float32Array(memory().buffer, run.params_ptr(), run.params_len()));
    const samples = this.#samples;
    this.#samples = [];
    const data = this.#data;
    const pixels = data.inputsOf(view);
    return {
      step: run.steps,
      digest: run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      buffer: buffer!,
      rows: data.rows,
      trained: data.trained,
      inputs: data.inputs,
      classes: data.classes,
      hiddenUnits: run.hidden_units,
      samples,
      temperature: run.temperature(),
      norm: run.norm(),
      reading: pixels && { pixels, ...run.read(pixels) },
      label: data.labelOf(view),
    };
  }

  save(): Uint8Array {
    return this.#train.save();
  }

  free(): void {
    this.#data.free();
  }
}

let run: Training;

async function digitRows(): Promise<kernel.Digits> {
  digits ??= new kernel.Digits(new Uint8Array(await fetchDigits()));
  return digits;
}

const settingsOf = (values: Values) =>
  filled(
    new kernel.TrainSettings(),
    values,
    { learning_rate: 'rate', batch_size: 'batch', start: 'init' },
    { start: kernel.Start, order: kernel.Order },
  );

/** Digits, or the reader's own rows, of which `split` decides what is held out. */
async function dataOf(values: Values, split: number, file?: Uint8Array): Promise<Data> {
  const settings = settingsOf(values);
  const own = values.data === 'own' && !file ? parseOwn(String(values.own)) : undefined;
  return own ? onOwn(own, settings, split) : onDigits(await digitRows(), settings, file);
}

async function start(values: Values, file: Uint8Array | undefined): Promise<Training> {
  run = new Training(await dataOf(values, Number(values.seed), file));
  return run;
}

function onDigits(digits: kernel.Digits, settings: kernel.TrainSettings, file: Uint8Array | undefined): Data {
  const { Digits, Train } = kernel;
  const train = file ? Train.load(digits, settings, file) : new Train(digits, settings);
  return {
    train,
    ...DIGITS,
    rows: digits.held_out_len,
    inputsOf: (look) => pixelsOf(look, digits, Digits.reduce),
    labelOf: (look) => labelOf(look, digits),
    free: () => train.free(),
  };
}

function onOwn(
  { inputs, width, labels, standard }: Own,
  settings: kernel.TrainSettings,
  split: number,
): Data {
  const table = new kernel.Table(inputs, width, labels, standard, split);
  const train = kernel.Train.on_table(table, settings);
  return {
    train,
    rows: table.held_out_len,
    trained: table.training_len,
    inputs: width,
    classes: table.classes,
    inputsOf: (look) => ('row' in look ? table.held_out_row(look.row) : undefined),
    labelOf: (look) => ('row' in look ? table.held_out_label(look.row) : undefined),
    free() {
      train.free();
      table.free();
    },
  };
}

/** Steps of the race at which the loss is measured: close together at first. */
const MEASURED = [0, 20, 50, 100, 200, 350, 600, 900, COOLED, RACE_STEPS];

/** Runs that are compared train on the same rows. */
const SPLIT_OF_RACE = 1;

async function race({ settings }: Requests['race']['ask']): Promise<Raced> {
  await loadKernel(kernel);
  const data = await dataOf(settings, SPLIT_OF_RACE);
  const { train } = data;
  const points = MEASURED.map((step): [number, number] => {
    train.advance(step - train.steps);
    if (step === COOLED) train.set_learning_rate(Number(settings.rate) / COOLER);
    return [train.steps, train.measure().loss];
  });
  data.free();
  return { points, end: points.at(-1)![1] };
}

serveRuns<Frame, NetworkInput, Change, Requests>(kernel, start, { save: () => run.save(), race });
