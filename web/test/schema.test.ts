import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChanges, printChanges, withChange } from '../src/lib/changes.ts';
import {
  clampNumber,
  defaults,
  type Field,
  fromPosition,
  type NumberField,
  parse,
  print,
  printNumber,
  sliderRange,
  toPosition,
  type Values,
} from '../src/lib/schema.ts';
import { PRESETS, SCHEMA } from '../src/train/schema.ts';

/** A small generator with a seed, so that a failure can be run again. */
function generator(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const TEXT = 'aZ09 &=#%+;:,äß😀"<>';

function anyValue(field: Field, random: () => number): Values[string] {
  switch (field.kind) {
    case 'number': {
      const x =
        field.scale === 'linear'
          ? field.min + random() * (field.max - field.min)
          : field.min * (field.max / field.min) ** random();
      return clampNumber(field, x);
    }
    case 'choice':
      return field.options[Math.floor(random() * field.options.length)]!.value;
    case 'flag':
      return random() < 0.5;
    case 'text': {
      if (field.key === 'changes') return random() < 0.5 ? '' : '12:rate:0.5;90:batch:32';
      if (field.key === 'own') return random() < 0.5 ? '' : '2s.1.ACBBDE';
      if (field.key === 'digest') return random() < 0.5 ? '' : '0123456789abcdef';
      if (field.pattern) return random() < 0.5 ? '' : 'predict,prose';
      const letters = [...TEXT];
      return Array.from({ length: 12 }, () => letters[Math.floor(random() * letters.length)]).join('');
    }
  }
}

const numbers = SCHEMA.filter((f): f is NumberField => f.kind === 'number');

test('parse after print is the identity', () => {
  const random = generator(1);
  for (let round = 0; round < 2000; round++) {
    const values: Values = {};
    for (const field of SCHEMA) {
      values[field.key] = random() < 0.3 ? defaults([field])[field.key]! : anyValue(field, random);
    }
    const hash = print(SCHEMA, values);
    const back = parse(SCHEMA, hash);
    assert.deepEqual(back.values, values, hash);
    assert.deepEqual(back.notes, [], hash);
    assert.equal(print(SCHEMA, back.values), hash, 'canonical');
  }
});

test('a link holds only what differs from the default', () => {
  assert.equal(print(SCHEMA, defaults(SCHEMA)), '#v=1');
  assert.equal(print(SCHEMA, { ...defaults(SCHEMA), rate: Math.fround(0.3) }), '#v=1&rate=0.3');
});

test('garbage is clamped, and said', () => {
  const { values, notes } = parse(
    SCHEMA,
    '#v=1&rate=2000&batch=x&seed=-4&init=none&digest=zz&step=1e99&q=hello',
  );
  assert.equal(values.rate, 100);
  assert.equal(values.batch, 16);
  assert.equal(values.seed, 0);
  assert.equal(values.init, 'glorot-uniform');
  assert.equal(values.digest, '');
  assert.equal(values.step, 200_000);
  assert.equal(values.q, 'hello');
  assert.equal(notes.length, 6);
});

test('what is not a number becomes the very default, which a link leaves out', () => {
  for (const field of numbers) {
    const { values, notes } = parse(SCHEMA, `#v=1&${field.key}=0,5`);
    assert.equal(values[field.key], defaults(SCHEMA)[field.key], field.key);
    assert.equal(print(SCHEMA, values), '#v=1', field.key);
    assert.equal(notes.length, 1, field.key);
  }
});

test('no text whatever makes parsing throw or leave the range', () => {
  const random = generator(2);
  const letters = [...TEXT, 'NaN', 'Infinity', '-', '1e400', '0x10', 'rate', 'v'];
  for (let round = 0; round < 2000; round++) {
    const piece = () => letters[Math.floor(random() * letters.length)];
    const junk = Array.from({ length: 6 }, piece).join('');
    const key = SCHEMA[Math.floor(random() * SCHEMA.length)]!.key;
    const { values } = parse(SCHEMA, `#v=${piece()}&${key}=${junk}&${junk}`);
    for (const field of numbers) {
      const x = values[field.key] as number;
      assert.ok(x >= Math.fround(field.min) && x <= Math.fround(field.max), `${field.key} = ${x}`);
    }
  }
});

test('a printed number gives the same f32 again', () => {
  const random = generator(3);
  const rate = numbers.find((f) => f.key === 'rate')!;
  for (let round = 0; round < 5000; round++) {
    const x = clampNumber(rate, rate.min * (rate.max / rate.min) ** random());
    assert.equal(Math.fround(Number(printNumber(rate, x))), x);
  }
});

test('sliders reach both ends, and their positions are stable', () => {
  for (const field of numbers.filter((f) => f.scale !== 'linear')) {
    const { min, max, step } = sliderRange(field);
    assert.equal(fromPosition(field, min), clampNumber(field, field.min));
    assert.equal(fromPosition(field, max), clampNumber(field, field.max));
    for (let p = min; p <= max; p += step) {
      const x = fromPosition(field, p);
      const again = fromPosition(field, toPosition(field, x));
      assert.ok(Math.abs(again - x) <= 0.02 * x, `${field.key} at ${p}: ${x}, then ${again}`);
    }
  }
});

test('changes of a run go into the link and back', () => {
  const changes = [
    { step: 10, key: 'rate', value: Math.fround(0.37) },
    { step: 200, key: 'batch', value: 64 },
  ];
  assert.deepEqual(parseChanges(SCHEMA, printChanges(SCHEMA, changes)), changes);
  assert.deepEqual(parseChanges(SCHEMA, '5:seed:3;6:nothing:1;7:rate:9999'), [
    { step: 7, key: 'rate', value: 100 },
  ]);
  assert.deepEqual(parseChanges(SCHEMA, 'nonsense'), []);
  assert.equal(withChange(changes, { step: 10, key: 'rate', value: 1 }).length, 2);
});

test('presets name settings that exist, within range', () => {
  for (const preset of PRESETS) {
    for (const [key, value] of Object.entries(preset.values)) {
      const { values, notes } = parse(SCHEMA, `#v=1&${key}=${value}`);
      assert.deepEqual(notes, [], `${preset.name}: ${key}`);
      assert.equal(Number(values[key]), Math.fround(Number(value)));
    }
  }
});

test('−0 is 0: a link prints no sign, and its bits must be those that it leads to', () => {
  for (const field of numbers.filter(({ min, max }) => min <= 0 && max >= 0)) {
    const { values } = parse(SCHEMA, `#v=1&${field.key}=-0`);
    assert.ok(Object.is(values[field.key], 0), field.key);
  }
});
