/** States that the Python package writes are what a page opens: `python/tests/test_lab.py` makes the same files, bit for bit. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SCHEMA as CLOUD } from '../src/cloud/schema.ts';
import { linkIn } from '../src/grammar/home.ts';
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
};

for (const [exhibit, schema] of Object.entries(SCHEMAS)) {
  test(`a state of ${exhibit} from Python is opened as it is`, async () => {
    const name = `${exhibit}.json`;
    const file = new File(
      [readFileSync(new URL(`../../python/tests/states/${name}`, import.meta.url))],
      name,
    );
    const found = await linkIn(file, exhibit);
    assert.ok('link' in found, JSON.stringify(found));
    const { values, notes } = parse(schema, found.link);
    assert.deepEqual(notes, [], 'nothing was clamped or unknown');
    assert.equal(print(schema, values), found.link, 'the page writes the same link');
    assert.match(String(values.digest), /^[0-9a-f]{16}$/);
  });
}
