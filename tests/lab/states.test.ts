/** The page opens the states that the Python package writes, and the network that a board holds, and comes to the same bits. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digest, ROOT, ready, sharedLab, takeHome, visit } from './harness.ts';

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

test('the file of a board is what the lab writes, and the lab opens it', async () => {
  const file = join(ROOT, 'firmware/programs/data/reader.blob');
  const { page } = await visit(lab, 'train/#v=1&step=1000');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await page.click('[data-do=export]');
  assert.deepEqual(await takeHome(page, 'network'), readFileSync(file));
  await page.close();
  const { page: other } = await visit(lab, 'train/');
  await ready(other);
  await other.click('[data-do=export]');
  await other.setInputFiles('#bring', file);
  await other.waitForSelector('[data-test=notes]');
  assert.equal(await digest(other), '5a1a28febc589c84', 'as firmware/README.md says');
  await other.close();
});
