/** States that the Python package writes are what a page opens: `python/tests/test_lab.py` makes the same files, bit for bit. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SCHEMAS, settings, written } from '../build/settings.ts';
import { linkIn } from '../src/grammar/home.ts';
import { parseOwn, printOwn } from '../src/lib/own.ts';
import { parse, print } from '../src/lib/schema.ts';

const FOLDER = new URL('../../python/tests/states/', import.meta.url);

test('Python has the settings of the exhibits', () => {
  assert.equal(written(), settings(), 'a schema has changed: `npm run settings` in web/');
});

for (const name of readdirSync(FOLDER)) {
  const exhibit = name.split(/[-.]/)[0]!;
  test(`a state from Python is opened as it is: ${name}`, async () => {
    const file = new File([readFileSync(new URL(name, FOLDER))], name);
    const found = await linkIn(file, exhibit);
    assert.ok('link' in found, JSON.stringify(found));
    const schema = SCHEMAS.get(exhibit)!;
    const { values, notes } = parse(schema, found.link);
    assert.deepEqual(notes, [], 'nothing was clamped or unknown');
    assert.equal(print(schema, values), found.link, 'the page writes the same link');
    assert.match(String(values.digest), /^[0-9a-f]{16}$/);
    const own = String(found.own ?? values.own ?? '');
    if (name.includes('-')) assert.equal(printOwn(parseOwn(own)!), own, 'the page packs the same data');
  });
}
