/** The page opens the states that the Python package writes, and comes to the same bits. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { digest, type Lab, openLab, ROOT, ready, visit } from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

for (const exhibit of ['train', 'paths', 'cloud', 'smoothing', 'surface', 'saddles']) {
  test(`${exhibit} goes on from Python`, async () => {
    const file = join(ROOT, `python/tests/states/${exhibit}.json`);
    const { page } = await visit(lab, `${exhibit}/`);
    await ready(page);
    await page.click('[data-do=export]');
    await page.setInputFiles('#bring', file);
    await page.waitForSelector('[data-test=replay][data-state=same]');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { digest: string };
    assert.equal(await digest(page), state.digest);
    await page.close();
  });
}
