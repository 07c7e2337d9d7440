/** What the page says when something fails: each failure has its own words, and a way out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXHIBITS } from './exhibits.ts';
import {
  blank,
  digest,
  digestAt,
  ownWorker,
  playTo,
  ready,
  screenshot,
  sharedLab,
  skipAll,
  step,
  text,
  unawaited,
  visit,
} from './harness.ts';

const lab = sharedLab();

async function failing(pattern: string, fulfil: { status: number; body?: Buffer }, exhibit = 'train') {
  const { page } = await blank(lab);
  await page.context().route(pattern, (route) => route.fulfill(fulfil));
  await page.goto(`${lab.home}${exhibit}/`);
  return page;
}

/** Runs some steps, and says where they ended. */
async function run(page: Page, steps = 5): Promise<{ at: number; bits: string }> {
  // At full speed a short run would be over.
  await playTo(page, steps, '16');
  return { at: await step(page), bits: await digest(page) };
}

/** The way out of a failure leads back to the same bits, and further. */
async function recovers(
  page: Page,
  { at, bits }: { at: number; bits: string },
  exhibit: string,
): Promise<void> {
  await page.click('[data-do=recover]');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await ready(page);
  assert.equal(await step(page), at, `${exhibit}: the last good step`);
  assert.equal(await digest(page), bits, `${exhibit}: its bits`);
  await unawaited(page);
  await page.click('[data-do=step]');
  await page.waitForFunction(
    (n) => document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step === String(n),
    at + 1,
  );
}

for (const { key: exhibit, module, long: settings } of EXHIBITS) {
  const wasm = `**/${module}_bg*.wasm`;
  const long = `#v=1&${settings}`;

  test(`${exhibit}, wasm missing: cannot download; trying again works once it is there`, async () => {
    const page = await failing(wasm, { status: 404 }, exhibit);
    await page.waitForSelector('[data-failure=download]');
    assert.match(await text(page, 'banner'), /Cannot download the kernel.*404/s);
    assert.ok(await page.isVisible('.still'), 'the still picture stays');
    assert.ok(await page.isVisible('.prose'), 'the prose stays');
    await screenshot(page, `failure-download-${exhibit}`);
    await page.context().unroute(wasm);
    await page.click('[data-do=recover]');
    await ready(page);
  });

  test(`${exhibit}, wasm corrupt: cannot compile; trying again works with the right file`, async () => {
    const page = await failing(wasm, { status: 200, body: Buffer.from('this is no module') }, exhibit);
    await page.waitForSelector('[data-failure=compile]');
    assert.match(await text(page, 'banner'), /Cannot compile the kernel/);
    assert.ok(await page.isVisible('.still'), 'the still picture stays');
    await page.context().unroute(wasm);
    await page.click('[data-do=recover]');
    await ready(page);
  });

  test(`${exhibit}, a panic: the kernel stopped, with file and line; a new one is built`, async () => {
    const { page } = await visit(lab, `${exhibit}/${long}&rehearse=panic`);
    await ready(page);
    await unawaited(page);
    await page.click('[data-do=step]');
    await page.waitForSelector('[data-failure=panic]');
    assert.match(await text(page, 'banner'), /The kernel stopped.*failure\.rs:\d+:\d+.*rehearsed/s);
    await page.click('[data-do=recover]');
    await ready(page);
    await page.waitForFunction(() => !location.hash.includes('rehearse'));
    assert.ok((await run(page)).at >= 5);
  });

  test(`${exhibit}, its worker broken outside of the kernel: says what, and replays to the last good step`, async () => {
    const { page } = await visit(lab, `${exhibit}/${long}`);
    await ready(page);
    const good = await run(page);
    await ownWorker(page).evaluate(() => {
      globalThis.onmessage = () => {
        throw new Error('broken on purpose');
      };
    });
    await page.keyboard.press('.');
    await page.waitForSelector('[data-failure=panic]');
    assert.match(await text(page, 'banner'), /broken on purpose/);
    await recovers(page, good, exhibit);
  });
}

// Three at a time: a page takes ten seconds to be sure that its worker is silent, and six were more than two cores replay in a minute.
test('a worker killed: every exhibit says that the kernel does not answer, and replays to the last good step', async () => {
  const silenced = async ({ key, long }: (typeof EXHIBITS)[number]) => {
    const { page } = await visit(lab, `${key}/#v=1&${long}`);
    await ready(page);
    const good = await run(page);
    // As a browser that needs the memory does it: without a word.
    // Some time after the answer to this call, which would otherwise be lost with it; on a busy machine that takes its time.
    const worker = ownWorker(page);
    const closed = worker.waitForEvent('close');
    await worker.evaluate(() => void setTimeout(close, 2000));
    await closed;
    await page.keyboard.press('.');
    await page.waitForSelector('[data-failure=silent]');
    assert.match(await text(page, 'banner'), /does not answer/, key);
    assert.equal(await page.isDisabled('[data-do=play]'), true, `${key}: nothing else is asked of it`);
    await recovers(page, good, key);
  };
  for (let k = 0; k < EXHIBITS.length; k += 3) await Promise.all(EXHIBITS.slice(k, k + 3).map(silenced));
});

test('digits missing: says which file', async () => {
  const page = await failing('**/digits*.bin', { status: 500 });
  await page.waitForSelector('[data-failure=download]');
  assert.match(await text(page, 'banner'), /Cannot download the digits/);
});

test('digits damaged: refused by checksum', async () => {
  const page = await failing('**/digits*.bin', { status: 200, body: Buffer.alloc(73693) });
  await page.waitForSelector('[data-failure=refused]');
  assert.match(await text(page, 'banner'), /refused “digits”/);
});

test('a panic in a replay: the run begins again at the last good step', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=100&rehearse=panic');
  await page.waitForSelector('[data-failure=panic]');
  await page.click('[data-do=recover]');
  await ready(page);
  assert.equal(await step(page), 0);
  await playTo(page, 50);
});

test('not finite: which step, the last finite state, and a replay with half the rate', async () => {
  const { page } = await visit(lab, 'train/#v=1&rate=100&l2=0.1');
  await ready(page);
  await skipAll(page);
  await page.selectOption('lab-transport select', 'max');
  await page.click('[data-do=play]');
  await page.waitForSelector('[data-failure=not-finite]');
  const said = /not finite at step (\d+)/.exec(await text(page, 'banner'));
  assert.ok(said && Number(said[1]) > 0);
  assert.equal(await step(page), Number(said[1]), 'the last finite state is shown');
  assert.match(await digest(page), /^[0-9a-f]{16}$/);
  await screenshot(page, 'failure-not-finite');
  await page.click('[data-do=recover]');
  await page.waitForFunction(() => location.hash.includes('rate=50'));
  assert.equal(await step(page), 0);
});

test('a run that diverges stops at the same step and bits each time', async () => {
  const { page } = await visit(lab, 'train/');
  const settings = '&rate=100&l2=0.1';
  const first = await digestAt(lab, page, 5000, settings);
  const at = await step(page);
  assert.ok(at < 5000);
  assert.equal(await digestAt(lab, page, 5000, settings), first);
  assert.equal(await step(page), at);
});
