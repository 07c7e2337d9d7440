/** What the page says when something fails: each failure has its own words, and a way out. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  digest,
  digestAt,
  type Lab,
  openLab,
  playTo,
  ready,
  screenshot,
  step,
  text,
  visit,
} from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

async function failing(pattern: string, fulfil: { status: number; body?: Buffer }) {
  const { page } = await visit(lab, '');
  await page.route(pattern, (route) => route.fulfill(fulfil));
  await page.goto(`${lab.home}train/`);
  return page;
}

test('wasm missing: cannot download; trying again works once it is there', async () => {
  const page = await failing('**/*.wasm', { status: 404 });
  await page.waitForSelector('[data-failure=download]');
  assert.match(await text(page, 'banner'), /Cannot download the kernel.*404/s);
  assert.ok(await page.isVisible('.still'), 'the still picture stays');
  assert.ok(await page.isVisible('.prose'), 'the prose stays');
  await screenshot(page, 'failure-download');
  await page.unroute('**/*.wasm');
  await page.click('[data-do=recover]');
  await ready(page);
});

test('wasm corrupt: cannot compile', async () => {
  const page = await failing('**/*.wasm', { status: 200, body: Buffer.from('this is no module') });
  await page.waitForSelector('[data-failure=compile]');
  assert.match(await text(page, 'banner'), /Cannot compile the kernel/);
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

test('a panic: the kernel stopped, with file and line; a new one replays to the last good step', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=100&rehearse=panic');
  await page.waitForSelector('[data-failure=panic]');
  assert.match(await text(page, 'banner'), /The kernel stopped.*failure\.rs:\d+:\d+.*rehearsed/s);
  await page.click('[data-do=recover]');
  await ready(page);
  assert.equal(await step(page), 0);
  await playTo(page, 50);
});

test('not finite: which step, the last finite state, and a replay with half the rate', async () => {
  const { page } = await visit(lab, 'train/#v=1&rate=100&l2=0.1');
  await ready(page);
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
