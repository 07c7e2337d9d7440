/** *Train* in the worker. */

import * as kernel from '../../pkg/scalar/losscape_train.js';
import type { Look } from '../grammar/look.ts';
import type { Change } from '../lib/changes.ts';
import { nextRecord, type Sample } from '../lib/record.ts';
import type { Values } from '../lib/schema.ts';
import { fetchDigits, labelOf, pixelsOf } from '../worker/digits.ts';
import { loadKernel, memory } from '../worker/kernel.ts';
import { type Running, serveRuns } from '../worker/serve.ts';
import { filled } from '../worker/settings.ts';
import { COOLED, COOLER, type Frame, RACE_STEPS, type Raced, type Requests } from './protocol.ts';

/** Steps between two looks at the clock. */
const CHUNK = 8;

// Needed before the first run, so on its way before that is asked for; a failure is reported where it is awaited.
fetchDigits().catch(() => undefined);

let digits: kernel.Digits | undefined;

class Training implements Running<Frame, Look, Change> {
  #digits: kernel.Digits;
  #train: kernel.Train;
  #samples: Sample[] = [];

  constructor(digits: kernel.Digits, train: kernel.Train) {
    this.#digits = digits;
    this.#train = train;
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

  frame(view: Look, _looked: boolean, buffer: ArrayBuffer | undefined): Frame {
    const run = this.#train;
    new Float32Array(buffer!).set(new Float32Array(memory().buffer, run.params_ptr(), run.params_len()));
    const samples = this.#samples;
    this.#samples = [];
    const pixels = pixelsOf(view, this.#digits, kernel.Digits.reduce);
    return {
      step: run.steps,
      digest: run.digest(),
      ...(run.not_finite && { notFinite: run.steps }),
      buffer: buffer!,
      rows: this.#digits.held_out_len,
      hiddenUnits: run.hidden_units,
      samples,
      temperature: run.temperature(),
      norm: run.norm(),
      reading: pixels && { pixels, ...run.read(pixels) },
      label: labelOf(view, this.#digits),
    };
  }

  save(): Uint8Array {
    return this.#train.save();
  }

  free(): void {
    this.#train.free();
  }
}

let run: Training;

async function data(): Promise<kernel.Digits> {
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

async function start(values: Values, file: Uint8Array | undefined): Promise<Training> {
  const [digits, settings] = [await data(), settingsOf(values)];
  const { Train } = kernel;
  run = new Training(digits, file ? Train.load(digits, settings, file) : new Train(digits, settings));
  return run;
}

/** Steps of the race at which the loss is measured: close together at first. */
const MEASURED = [0, 20, 50, 100, 200, 350, 600, 900, COOLED, RACE_STEPS];

async function race({ settings }: Requests['race']['ask']): Promise<Raced> {
  await loadKernel(kernel);
  const train = new kernel.Train(await data(), settingsOf(settings));
  const points = MEASURED.map((step): [number, number] => {
    train.advance(step - train.steps);
    if (step === COOLED) train.set_learning_rate(Number(settings.rate) / COOLER);
    return [train.steps, train.measure().loss];
  });
  train.free();
  return { points, end: points.at(-1)![1] };
}

serveRuns<Frame, Look, Change, Requests>(kernel, start, { save: () => run.save(), race });
