/** The page opens the states that the Python package writes, and comes to the same bits. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digest, ROOT, ready, sharedLab, visit } from './harness.ts';

const lab = sharedLab();

const FOLDER = join(ROOT, 'python/tests/states');

for (const name of readdirSync(FOLDER)) {
  test(`the page goes on from Python: ${name}`, async () => {
    const file = join(FOLDER, name);
    const { page } = await visit(lab, `${name.split(/[-.]/)[0]}/`);
    await ready(page);
    await page.click('[data-do=export]');
    await page.setInputFiles('#bring', file);
    await page.waitForSelector('[data-test=replay][data-state=same]');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { digest: string };
    assert.equal(await digest(page), state.digest);
    await page.close();
  });
}
