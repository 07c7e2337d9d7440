/** Same bits: two builds in this browser, the recorded targets, and what an exchanged function does. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Lab, openLab, overflow, ROOT, screenshot, text, violations, visit } from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

/** The digests committed beside the experiments. */
function committed(): Set<string> {
  const folder = join(ROOT, 'tests/fingerprint/src');
  const source = readFileSync(join(folder, 'training.rs'), 'utf8');
  return new Set(
    [...source.matchAll(/0x([0-9a-f_]{16,})/g)].map(([, hex]) => hex!.replaceAll('_', '').padStart(16, '0')),
  );
}

test('both builds give the committed digest, and that of every recorded target', async () => {
  const { page, foreign, complaints } = await visit(lab, 'bits/');
  await page.click('[data-do=compute]');
  await page.waitForFunction(
    () => document.querySelector('.digests tbody tr:nth-child(2)[data-same=true]') !== null,
    undefined,
    {
      timeout: 120_000,
    },
  );
  await page.waitForSelector('[data-do=compute]:not(:disabled)');
  const digests = await page.locator('.digests tbody td.mono').allTextContents();
  const [scalar, simd] = digests.map((d) => d.replaceAll(/\s/g, ''));
  assert.equal(scalar, simd);
  assert.ok(committed().has(scalar!), `${scalar} is not among the committed ones`);
  const recorded = join(ROOT, 'web/src/recorded.json');
  if (existsSync(recorded)) assert.ok(digests.length > 2, 'recorded targets are listed');
  // Of every experiment, not only of the one that is shown first.
  const names = await page.locator('.speed select option').allTextContents();
  assert.ok(names.length >= 8);
  for (const name of names) {
    await page.selectOption('.speed select', name);
    assert.equal(await page.locator('.digests tr[data-same=false]').count(), 0, name);
  }
  assert.ok(!(await page.textContent('.digests'))!.includes('board'), 'no row says board');
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
  await screenshot(page, 'bits', true);
});

test('a pasted line of a board is compared', async () => {
  const { page } = await visit(lab, 'bits/');
  await page.fill('#paste', 'training-single cortex-m4f 0123456789abcdef');
  assert.match(await text(page, 'pasted'), /compute here first|none of/);
  await page.click('[data-do=compute]');
  await page.waitForFunction(
    () => document.querySelector('.digests tbody tr:nth-child(2)[data-same=true]') !== null,
    undefined,
    {
      timeout: 120_000,
    },
  );
  assert.match(await text(page, 'pasted'), /none of/);
  const digest = (await page.locator('.digests tbody td.mono').first().textContent())!.trim();
  await page.fill('#paste', `experiment  thumbv7em-none-eabihf  ${digest}`);
  assert.match(await text(page, 'pasted'), /Same bits as/);
  await page.fill('#paste', 'no digits here');
  assert.match(await text(page, 'pasted'), /No 16 hexadecimal digits/);
});

test("the browser's tanh changes nearly every weight and hardly the loss; nothing exchanged changes nothing", async () => {
  const { page } = await visit(lab, 'bits/');
  await page.click('[data-do=commit]');
  const run = async () => {
    await page.click('[data-do=play]');
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>('lab-numbers')!.dataset.step === '1000',
    );
  };
  await run();
  const differing = Number.parseInt(await text(page, 'differing'), 10);
  assert.ok(differing > 60, `${differing} weights differ`);
  assert.equal(await text(page, 'truth'), `${differing} weights`);
  const [ours, theirs] = (await text(page, 'losses')).split(' ').map(Number);
  assert.ok(Math.abs(ours! - theirs!) < 1e-3 * ours!, `${ours} and ${theirs}`);
  await screenshot(page, 'bits-tanh', true);
  await page.selectOption('#set-tanh', 'kernel');
  await run();
  assert.match(await text(page, 'differing'), /^0 of 105/);
  assert.equal(await text(page, 'first'), 'none');
  await page.selectOption('#set-order', 'reversed');
  await run();
  assert.ok(Number.parseInt(await text(page, 'differing'), 10) > 50);
});

for (const [name, options] of [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['forced colours', { forcedColors: 'active' }],
] as const) {
  test(`no axe violation, nothing overflows: ${name}`, async () => {
    const { page } = await visit(lab, 'bits/', { ...options });
    await page.click('[data-do=skip]');
    await page.click('[data-do=play]');
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>('lab-numbers')!.dataset.step === '1000',
    );
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });
    assert.deepEqual(await violations(page), []);
    for (const width of [320, 390, 768, 1440]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await overflow(page), [], `${width}`);
      if (width === 390) await screenshot(page, `bits-${name.replace(' ', '-')}-390`, true);
    }
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    for (const width of [320, 768]) {
      await page.setViewportSize({ width, height: 800 });
      assert.deepEqual(await overflow(page), [], `${width} at 200 %`);
    }
  });
}

test('the experiments missing: says so', async () => {
  const { page } = await visit(lab, 'bits/');
  await page.route('**/fingerprint*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.click('[data-do=compute]');
  await page.waitForSelector('[data-failure=download]');
  assert.match(await text(page, 'banner'), /Cannot download the experiments/);
});
