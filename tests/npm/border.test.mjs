/** The border: every number that a script hands over is the one that the kernel takes, or is refused by name. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { install, TYPES } from './project.mjs';

let project;
before(() => {
  project = install();
});
after(() => project.remove());

/** Every method, constructor and property of the package that takes a number or a member of an enumeration. */
function takers() {
  const enums = [...TYPES.matchAll(/^export enum (\w+)/gm)].map(([, name]) => name);
  const found = [];
  for (const [, owner, body] of TYPES.matchAll(/^export class (\w+) \{\n([\s\S]*?)^\}/gm)) {
    for (const [, fixed, method, list] of body.matchAll(/^ +(static )?(\w+)\((.*)\)(?:: .*)?;$/gm)) {
      const params = list.split(', ').map((param) => param.split(': '));
      found.push({ owner, fixed: Boolean(fixed), method, params });
    }
    for (const [, name, type] of body.matchAll(/^ +(\w+): (\w+);$/gm))
      found.push({ owner, property: true, method: name, params: [[name, type]] });
  }
  const numeric = (type) => type === 'number' || enums.includes(type);
  return found
    .map((taker) => ({ ...taker, numeric: taker.params.filter(([, type]) => numeric(type)) }))
    .filter((taker) => taker.numeric.length > 0);
}

/** What a script needs to call any method: an object of each class. */
const OBJECTS = `
  import load, * as losscape from 'losscape';
  await load();
  const { Batch, BatchSettings, Cloud, CloudSettings, Digits, Ghosts, Paths, PathsSettings, RaceSettings } = losscape;
  const { Rescaled, Saddles, SaddlesSettings, Smoothing, SmoothingSettings, Surface, Toy, Train, TrainSettings } = losscape;
  const { Split, Table, Twins } = losscape;
  const digits = new Digits(await losscape.readDigits());
  const settings = new TrainSettings();
  // A race needs a place to start beside.
  const saddles = new Saddles(new SaddlesSettings());
  while (saddles.searches < 1) saddles.advance(1000);
  saddles.look_at(1);
  const objects = {
    Batch: new Batch(new BatchSettings()),
    BatchSettings: new BatchSettings(),
    Cloud: new Cloud(new CloudSettings()),
    CloudSettings: new CloudSettings(),
    Digits: digits,
    Ghosts: new Ghosts(1),
    Paths: new Paths(new PathsSettings()),
    PathsSettings: new PathsSettings(),
    Race: saddles.race(new RaceSettings()),
    RaceSettings: new RaceSettings(),
    Rescaled: new Rescaled(1),
    Saddles: saddles,
    SaddlesSettings: new SaddlesSettings(),
    Smoothing: new Smoothing(new SmoothingSettings()),
    SmoothingSettings: new SmoothingSettings(),
    Split: new Split(),
    Surface: new Surface(1, true, 0, 1),
    Table: new Table(new Float32Array(10), 1, Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1), true, 1),
    Toy: new Toy(0, 7, 0.02, true),
    Train: new Train(digits, settings),
    TrainSettings: settings,
    Twins: new Twins(1, true, false),
  };
  const good = (type) => objects[type] ?? (type === 'boolean' ? true : type.includes('[]') ? [] : 1);
  /** What a call throws when \`bad\` stands for its parameter \`name\`. */
  function refusal({ owner, fixed, property, method, params }, name, bad) {
    const args = params.map(([param, type]) => (param === name ? bad : good(type)));
    try {
      if (method === 'constructor') new losscape[owner](...args);
      else if (property) objects[owner][method] = bad;
      else (fixed ? losscape[owner] : objects[owner])[method](...args);
    } catch (error) {
      if (!(error instanceof losscape.LabError)) throw error;
      return error;
    }
  }
`;

test('every whole number is checked, and what is none is refused with its name and range', () => {
  const all = takers();
  assert.ok(all.length > 25, `${all.length} methods take numbers`);
  const lines = project.script(`${OBJECTS}
    const WHOLE = /^\`(.*)\` is (.*), must be a whole number from 0 to 4294967295$/;
    const whole = [];
    for (const taker of ${JSON.stringify(all)}) {
      for (const [name, type] of taker.numeric) {
        const where = \`\${taker.owner}.\${taker.method} \${name}\`;
        for (const bad of ['x', undefined, null, 1n, {}]) {
          const error = refusal(taker, name, bad);
          if (error?.arg !== name || !error.message.includes(' must be ')) console.log('passed', where, typeof bad);
        }
        // Only what takes 1.5 is no whole number.
        if (type !== 'number' || !WHOLE.test(refusal(taker, name, 1.5)?.message)) continue;
        whole.push(where);
        for (const bad of [-1, 2 ** 32, 2 ** 32 + 16, NaN, Infinity, '7', true]) {
          const [, arg, value] = refusal(taker, name, bad)?.message.match(WHOLE) ?? [];
          const printed = typeof bad === 'string' ? JSON.stringify(bad) : String(bad);
          if (arg !== name || value !== printed) console.log('passed', where, bad);
        }
      }
    }
    console.log(whole.join('\\n'));
  `);
  assert.deepEqual(
    lines.filter((line) => line.startsWith('passed')),
    [],
  );
  for (const known of [
    'Batch.advance steps',
    'Batch.outputs run',
    'BatchSettings.hidden hidden',
    'BatchSettings.largest largest',
    'BatchSettings.smallest smallest',
    'Cloud.advance steps',
    'Cloud.walkers count',
    'CloudSettings.walkers walkers',
    'Paths.advance target',
    'Paths.field nodes',
    'PathsSettings.seed_a seed_a',
    'Ghosts.ritz products',
    'Race.left method',
    'Saddles.look_at search',
    'SaddlesSettings.hidden hidden',
    'Smoothing.advance steps',
    'SmoothingSettings.runs runs',
    'Split.split unit',
    'Surface.constructor seed',
    'Surface.fill count',
    'Toy.advance sweeps',
    'Toy.drag image',
    'Toy.field nodes',
    'Train.advance steps',
    'Train.set_batch_size batch_size',
    'TrainSettings.batch_size batch_size',
    'TrainSettings.hidden hidden',
    'TrainSettings.seed seed',
    'Twins.advance steps',
    'Twins.constructor seed',
  ]) {
    assert.ok(lines.includes(known), `${known} is a whole number`);
  }
});

test('an object, an array or a flag of another kind is refused by name, and so is every element of an array', () => {
  const lines = project.script(`${OBJECTS}
    const labels = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const inputs = new Float32Array(10).map((_, i) => i);
    const table = (changes) => {
      const all = { inputs, width: 1, labels, standard: true, seed: 1, ...changes };
      return new Table(all.inputs, all.width, all.labels, all.standard, all.seed);
    };
    const freed = new TrainSettings();
    freed.free();
    const detached = new Float32Array(10);
    structuredClone(detached, { transfer: [detached.buffer] });
    for (const call of [
      () => table({ labels: labels.with(5, 300) }),
      () => table({ labels: labels.with(5, -1) }),
      () => table({ labels: labels.with(5, 0.5) }),
      () => table({ labels: labels.with(5, '1') }),
      () => table({ labels: Int32Array.from(labels).with(5, 257) }),
      () => table({ labels: '0000011111' }),
      () => table({ labels: null }),
      () => table({ inputs: ['0', 1, 2, 3, 4, 5, 6, 7, 8, 9] }),
      () => table({ inputs: new DataView(new ArrayBuffer(40)) }),
      () => table({ inputs: detached }),
      () => table({ standard: 'no' }),
      () => new Surface(1, 1, 0, 1),
      () => { objects.PathsSettings.align = 0; },
      () => new Train(digits, freed),
      () => new Train(digits, digits),
      () => new Train(digits),
    ]) {
      try { call(); console.log('passed', call); } catch (error) { console.log(String(error)); }
    }
    const same = (one, other) => one.held_out_row(0).join() === other.held_out_row(0).join();
    console.log(same(table({}), table({ inputs: Array.from(inputs), labels: Uint8Array.from(labels) })));
  `);
  const whole = 'must be a whole number from 0 to 255';
  assert.deepEqual(lines, [
    `LabError: \`labels\` is 300 at index 5, ${whole}`,
    `LabError: \`labels\` is -1 at index 5, ${whole}`,
    `LabError: \`labels\` is 0.5 at index 5, ${whole}`,
    `LabError: \`labels\` is "1" at index 5, ${whole}`,
    `LabError: \`labels\` is 257 at index 5, ${whole}`,
    'LabError: `labels` is "0000011111", must be an array',
    'LabError: `labels` is null, must be an array',
    'LabError: `inputs` is "0" at index 0, must be a number',
    'LabError: `inputs` is DataView, must be an array',
    'LabError: `inputs` has length 0, expected 10',
    'LabError: `standard` is "no", must be true or false',
    'LabError: `toy` is 1, must be true or false',
    'LabError: `align` is 0, must be true or false',
    'LabError: `settings` is TrainSettings, must be a TrainSettings that has not been freed',
    'LabError: `settings` is Digits, must be a TrainSettings',
    'LabError: `settings` is undefined, must be a TrainSettings',
    'true',
  ]);
});

test('what would not fit or take for ever is refused with its range', () => {
  const lines = project.script(`${OBJECTS}
    const settings2 = new PathsSettings();
    settings2.width = 4294967295;
    for (const call of [
      () => { settings.hidden = 4294967295; new Train(digits, settings); },
      () => { settings.hidden = 0; new Train(digits, settings); },
      () => new Paths(settings2),
      () => new Toy(0, 31, 0.02, true),
      () => objects.Paths.field(4294967295),
      () => objects.Paths.profile(0, 4294967295),
      () => objects.Toy.field(1),
      () => objects.Toy.drag(8, 0, 0),
      () => new Toy(4, 7, 0.02, true),
      () => new Toy(0, 7, NaN, true),
    ]) {
      try { call(); console.log('passed', call); } catch (error) { console.log(String(error)); }
    }
  `);
  assert.deepEqual(lines, [
    'LabError: `hidden` is 4294967295, must be from 1 to 1024',
    'LabError: `hidden` is 0, must be from 1 to 1024',
    'LabError: `width` is 4294967295, must be from 1 to 256',
    'LabError: `pivots` is 31, must be from 1 to 30',
    'LabError: `nodes` is 4294967295, must be from 2 to 1024',
    'LabError: `points` is 4294967295, must be from 0 to 1000',
    'LabError: `nodes` is 1, must be from 2 to 1024',
    'LabError: `image` is 8, must be below 8',
    'LabError: `surface` is 4, must be a ToySurface: 0 to 1',
    'LabError: `learning_rate` is NaN, must be finite and above 0',
  ]);
});

test('a refusal is an Error with a stack, and nothing has changed', () => {
  const lines = project.script(`${OBJECTS}
    const { LabError, Start } = losscape;
    const train = objects.Train;
    const digest = train.digest();
    for (const rate of [-1, 'x']) {
      try {
        train.set_learning_rate(rate);
      } catch (error) {
        console.log(error instanceof LabError, error instanceof Error, error.name, error.arg);
        console.log(String(error));
        console.log(error.stack.includes('main.mjs'));
      }
    }
    console.log(train.digest() === digest, train.advance(3));
    settings.start = Start.HeNormal;
    try { settings.start = 9; } catch (error) { console.log(error.message); }
    console.log(settings.start === Start.HeNormal);
  `);
  assert.deepEqual(lines, [
    'true true LabError learning_rate',
    'LabError: `learning_rate` is -1, must be finite and above 0',
    'true',
    'true true LabError learning_rate',
    'LabError: `learning_rate` is "x", must be a number',
    'true',
    'true 3',
    '`start` is 9, must be a Start: 0 to 3',
    'true',
  ]);
});

test('a call before `load()` says so', () => {
  const lines = project.script(`
    import load, { Digits, LabError, Surface, TrainSettings, version } from 'losscape';
    for (const call of [
      () => version(),
      () => new TrainSettings(),
      () => new Surface(1, true, 0, 1),
      () => new Digits(new Uint8Array(1)),
      () => Digits.reduce(new Uint8Array(1024)),
    ]) {
      try { call(); } catch (error) { console.log(error instanceof LabError, error.arg, error.message); }
    }
    // A module, but not this one.
    await load(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)).catch(() => {});
    try { version(); } catch (error) { console.log(error instanceof LabError, error.arg, error.message); }
    await load();
    console.log(new TrainSettings().hidden);
  `);
  const refusal = 'true load the kernel is not loaded: `await load()` first';
  assert.deepEqual(lines, [...Array(6).fill(refusal), '16']);
});
