/** States that the Python package writes are what a page opens: `python/tests/test_lab.py` makes the same files, bit for bit. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SCHEMA as BATCH } from '../src/batch/schema.ts';
import { SCHEMA as CLOUD } from '../src/cloud/schema.ts';
import { linkIn } from '../src/grammar/home.ts';
import { parseOwn, printOwn } from '../src/lib/own.ts';
import { parse, print, type Schema } from '../src/lib/schema.ts';
import { SCHEMA as PATHS } from '../src/paths/schema.ts';
import { SCHEMA as SADDLES } from '../src/saddles/schema.ts';
import { SCHEMA as SMOOTHING } from '../src/smoothing/schema.ts';
import { SCHEMA as SURFACE } from '../src/surface/schema.ts';
import { SCHEMA as TRAIN } from '../src/train/schema.ts';

const SCHEMAS: Record<string, Schema> = {
  train: TRAIN,
  paths: PATHS,
  cloud: CLOUD,
  smoothing: SMOOTHING,
  surface: SURFACE,
  saddles: SADDLES,
  batch: BATCH,
};

const FOLDER = new URL('../../python/tests/states/', import.meta.url);

test('there is a state of every exhibit that Python replays', () => {
  const names = readdirSync(FOLDER).map((name) => name.split(/[-.]/)[0]);
  assert.deepEqual([...new Set(names)].sort(), Object.keys(SCHEMAS).sort());
});

for (const name of readdirSync(FOLDER)) {
  const exhibit = name.split(/[-.]/)[0]!;
  test(`a state from Python is opened as it is: ${name}`, async () => {
    const file = new File([readFileSync(new URL(name, FOLDER))], name);
    const found = await linkIn(file, exhibit);
    assert.ok('link' in found, JSON.stringify(found));
    const { values, notes } = parse(SCHEMAS[exhibit]!, found.link);
    assert.deepEqual(notes, [], 'nothing was clamped or unknown');
    assert.equal(print(SCHEMAS[exhibit]!, values), found.link, 'the page writes the same link');
    assert.match(String(values.digest), /^[0-9a-f]{16}$/);
    const own = String(found.own ?? values.own ?? '');
    if (name.includes('-')) assert.equal(printOwn(parseOwn(own)!), own, 'the page packs the same data');
  });
}
