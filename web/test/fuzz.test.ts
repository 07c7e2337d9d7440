/** Whatever reaches the readers of the page: links, changes, drags, data, tables and files, mutated from good ones. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SCHEMAS } from '../build/settings.ts';
import { linkIn } from '../src/grammar/home.ts';
import { parseChanges, printChanges } from '../src/lib/changes.ts';
import { readTable } from '../src/lib/csv.ts';
import { MOST, parseOwn, parsePoints, printOwn } from '../src/lib/own.ts';
import { parse, print } from '../src/lib/schema.ts';
import { parseDrags, printDrags } from '../src/paths/schema.ts';

/** Inputs of each reader; `npm run test:fuzz` gives more. */
const COUNT = Number(process.argv[2] ?? 2000);

/** A generator with a seed (mulberry32), so that a failure is met again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PIECES = [
  ...'0123456789.,;:-+eE&=#%"\'\n\r\t {}[]aZß😀\0\uFEFF\u2028\uD800',
  ...['NaN', 'Infinity', '-0', '1e400', '1e-400', '4294967296', '-1', '0x10', '%00', '%E0%A4', 'null', '""'],
  ...['__proto__', 'constructor', 'toString', 'length', 'v=2', '&step=', '&own=', 'label', '\r\n'],
];

/** Good text with up to four bites, doublings, swaps and strange pieces. */
function mutated(good: readonly string[], random: (below: number) => number): string {
  let text = good[random(good.length)]!;
  for (let k = random(4); k >= 0; k--) {
    const [at, to] = [random(text.length + 1), random(text.length + 1)].toSorted((a, b) => a - b);
    const [head, middle, tail] = [text.slice(0, at), text.slice(at, to), text.slice(to)];
    const piece = PIECES[random(PIECES.length)]!;
    const ways = [
      () => head + tail,
      () => head + middle + middle + tail,
      () => head + piece + middle + tail,
      () => head + piece + tail,
      () => head + middle + piece.repeat(1 + random(40)) + tail,
      () => head + good[random(good.length)]!.slice(at) + tail,
    ];
    text = ways[random(ways.length)]!();
  }
  return text.slice(0, 4000);
}

function each(seed: number, good: readonly string[], read: (text: string) => void) {
  const random = generator(seed);
  for (let k = 0; k < COUNT; k++) {
    const text = mutated(good, random);
    try {
      read(text);
    } catch (error) {
      throw new Error(`input ${k}: ${JSON.stringify(text)}`, { cause: error });
    }
  }
}

const PACKED = [true, false].flatMap((standard) =>
  [0.5, 1e-30, -3].map((x) =>
    printOwn({
      width: 2,
      inputs: Float32Array.of(0, x, 2, 3, -1, x),
      labels: Uint8Array.of(0, 1, 1),
      standard,
    }),
  ),
);
const CHANGES = ['12:rate:0.5;90:batch:32', '1:momentum:0.9', '5:plane:0;6:half:1e-3'];
const DRAGS = ['3:1:-0.5:0.25', '0:2:1e-3:1;40:1:.5:-2'];

for (const [key, schema] of SCHEMAS) {
  test(`${key}: any link leads to settings within their ranges, and to one link`, () => {
    const own = schema.map((field) => `${field.key}=${'default' in field ? field.default : ''}`);
    const good = [
      print(schema, parse(schema, '').values),
      `#v=1&${own.join('&')}`,
      `#v=1&own=${PACKED[0]}&changes=${CHANGES[0]}&drags=${DRAGS[1]}&step=300&digest=0123456789abcdef&guess=1`,
      '#v=1&rate=0.1&seed=7&pin=v%3D1%26rate%3D0.2',
    ];
    each(1, good, (text) => {
      const { values, notes } = parse(schema, text);
      assert.deepEqual(
        Object.keys(values),
        schema.map(({ key }) => key),
        'keys',
      );
      assert.ok(notes.every((note) => note.length < 4200));
      for (const field of schema) {
        const value = values[field.key]!;
        assert.equal(typeof value, typeof field.default, field.key);
        if (field.kind === 'number')
          assert.ok(
            Number(value) >= Math.fround(field.min) && Number(value) <= Math.fround(field.max),
            field.key,
          );
        if (field.kind === 'choice')
          assert.ok(
            field.options.some((option) => option.value === value),
            field.key,
          );
        if (field.kind === 'text') assert.ok(String(value).length <= field.maxLength, field.key);
      }
      const link = print(schema, values);
      assert.deepEqual(parse(schema, link), { values, notes: [] }, link);
    });
  });
}

test('changes and drags: what is read is in order, in range, and reads the same again', () => {
  for (const [, schema] of SCHEMAS) {
    each(2, CHANGES, (text) => {
      const changes = parseChanges(schema, text);
      assert.deepEqual(parseChanges(schema, printChanges(schema, changes)), changes);
      assert.ok(changes.every(({ step, value }) => step >= 0 && Number.isFinite(value)));
    });
  }
  each(3, DRAGS, (text) => {
    const drags = parseDrags(text);
    assert.deepEqual(parseDrags(printDrags(drags)), drags);
    assert.ok(drags.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
  });
});

test('packed data: none, or what packs to the same data', () => {
  each(4, PACKED, (text) => {
    const own = parseOwn(text);
    if (!own) {
      assert.equal(parsePoints(text), undefined);
      return;
    }
    assert.equal(own.inputs.length, own.width * own.labels.length);
    assert.ok(
      own.labels.length <= MOST.rows && own.width <= MOST.inputs && own.inputs.every(Number.isFinite),
    );
    assert.deepEqual(parseOwn(printOwn(own)), own);
  });
});

test('tables: one of numbers with its labels, or a sentence', () => {
  const good = [
    'x,y,label\n0.5,-1,0\n2,0.25,1\n',
    'x;y;label\n0,5;-1;0\n2;0,25;1',
    '"x","y","class"\r\n"1e-3",2,"a ""b"""\r\n3,4,c',
    '1\t2\t0\n3\t4\t1',
  ];
  each(5, good, (text) => {
    for (const inputs of [{ exactly: 2 }, { most: MOST.inputs }]) {
      const read = readTable(text, { inputs, rows: 40, classes: 3 });
      if ('why' in read) {
        assert.match(read.why, /\.$/);
        continue;
      }
      const { table, labels } = read;
      assert.equal(table.inputs.length, table.width * table.labels.length);
      assert.ok(table.inputs.every((x) => Number.isFinite(x) && !Object.is(x, -0)));
      assert.ok(
        table.labels.every((label) => label < labels.length) && labels.length <= 3 && labels.length > 1,
      );
    }
  });
});

test('files: a state of this exhibit, or a sentence', async () => {
  const random = generator(6);
  const good = [
    '{"exhibit":"train","link":"#v=1&step=3","own":"2s.1.AnBKBoBKATJBUJ","step":3,"digest":"0123456789abcdef"}',
    '{"exhibit":"train","link":"#v=1","settings":{"__proto__":null},"own":5,"step":"x"}',
  ];
  for (let k = 0; k < COUNT; k++) {
    const text = mutated(good, random);
    const found = await linkIn(new File([text], 'a.json'), 'train');
    if ('why' in found) assert.match(found.why, /\.$/, text);
    else assert.match(found.link, /^#/, text);
  }
});
