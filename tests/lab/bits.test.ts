/** Same bits: two builds in this browser, the recorded targets, and what an exchanged function does. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import {
  at,
  blank,
  comesBack,
  digest,
  guess,
  nothingMoves,
  past,
  playTo,
  ROOT,
  ready,
  screenshot,
  sharedLab,
  step,
  takeHome,
  text,
  visit,
} from './harness.ts';

const lab = sharedLab();

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
  const names = await page.locator('lab-digests select option').allTextContents();
  assert.ok(names.length >= 8);
  for (const name of names) {
    await page.selectOption('lab-digests select', name);
    assert.equal(await page.locator('.digests tr[data-same=false]').count(), 0, name);
  }
  assert.ok(!(await page.textContent('.digests'))!.includes('board'), 'no row says board');
  assert.match((await page.textContent('lab-digests h2'))!, /^(\d+) of \1 targets agree$/);
  assert.equal(await page.isVisible('.digests'), false, 'the rows unfold when asked for');
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
  await screenshot(page, 'bits', true);
});

test('a pasted line of a board is compared', async () => {
  const { page } = await visit(lab, 'bits/');
  await page.click('[data-test=targets] > summary');
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
  assert.match(await text(page, 'pasted'), /no 16 hexadecimal digits/);
});

/** Opens a link and waits until it has been replayed; nothing stays hidden. */
async function replayed(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit(lab, `bits/#v=1&${link}`, options);
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  await skipAll(page);
  return page;
}

async function skipAll(page: Page): Promise<void> {
  await page.click('[data-do=skip]');
  if ((await page.locator('[data-do=next]').count()) === 0) return;
  await page.click('[data-do=next]');
  await page.click('[data-do=skip]');
}

/** Share of the map's pixels that are not paper. */
const inked = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas.bits-map')!;
    // From a copy: the page's own canvas is not made for reading.
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const g = copy.getContext('2d', { willReadFrequently: true })!;
    g.drawImage(canvas, 0, 0);
    const { data } = g.getImageData(0, 0, canvas.width, canvas.height);
    let n = 0;
    for (let i = 0; i < data.length; i += 4) n += Number(data[i] !== 0xf4 || data[i + 1] !== 0xf1);
    return (4 * n) / data.length;
  });

test("the browser's tanh changes nearly every weight and hardly the loss; nothing exchanged changes nothing", async () => {
  const { page, complaints } = await visit(lab, 'bits/');
  await ready(page);
  await page.click('[data-do=skip]');
  await playTo(page, 1000);
  await page.click('[data-do=next]');
  await page.click('[data-do=skip]');
  await page.click('summary:has-text("More controls")');
  const differing = Number.parseInt(await text(page, 'differing'), 10);
  assert.ok(differing > 60, `${differing} weights differ`);
  const [ours, theirs] = (await text(page, 'losses')).split(' ').map(Number);
  assert.ok(Math.abs(ours! - theirs!) < 1e-3 * ours!, `${ours} and ${theirs}`);
  assert.ok((await inked(page)) > 0.05, 'the map is drawn');
  await screenshot(page, 'bits-tanh', true);
  await page.selectOption('#set-tanh', 'kernel');
  await at(page, 0);
  await page.click('[data-do=skip]');
  await playTo(page, 1000);
  assert.match(await text(page, 'differing'), /^0 of 105/);
  assert.equal(await text(page, 'first'), 'none');
  assert.equal(await text(page, 'truth'), 'no, never');
  assert.equal(await text(page, 'digest'), await text(page, 'twin'));
  assert.equal(await inked(page), 0);
  await page.selectOption('#set-order', 'reversed');
  await at(page, 0);
  await playTo(page, 1000);
  assert.ok(Number.parseInt(await text(page, 'differing'), 10) > 50);
  assert.deepEqual(complaints, []);
});

test('predict, run, compare: the weights that keep their bits, then the loss; each is hidden until its guess', async () => {
  const { page } = await visit(lab, 'bits/');
  await ready(page);
  for (const what of ['differing', 'first', 'loss-difference'])
    assert.match(await text(page, what), /hidden/, what);
  assert.equal(await inked(page), 0, 'the map is hidden');
  assert.equal(
    await page.locator('.marks .identicon path').count(),
    1,
    'and the picture of the second training',
  );
  await guess(page, 60);
  await playTo(page, 1000);
  const differing = Number.parseInt(await text(page, 'differing'), 10);
  assert.equal(Number(await text(page, 'truth')), 105 - differing);
  assert.match(
    await text(page, 'answer'),
    new RegExp(
      `^After 1 000 steps ${105 - differing} of 105 weights have the same bits.* (\\d+) of \\1 targets agree`,
    ),
  );
  assert.ok((await inked(page)) > 0.05);
  assert.match(await text(page, 'loss-difference'), /hidden/, 'the second question is still open');
  await page.click('[data-do=next]');
  await guess(page, 60);
  const truth = Number((await text(page, 'truth')).replace('−', '-'));
  const shown = Number((await text(page, 'loss-difference')).replace('−', '-'));
  assert.ok(truth > 1e-9 && truth < 1e-3, `${truth}`);
  assert.equal(truth, shown);
  assert.ok(!(await page.evaluate(() => location.hash)).includes('guess'), 'guesses stay on the device');
  await page.click('[data-do=share]');
  await page.check('#share input[type=checkbox]');
  assert.match(await page.inputValue('#share-link'), /guess=60&guess2=/);
  await page.keyboard.press('Escape');
  // A guess for one exchange is none for another.
  await page.selectOption('#set-order', 'reversed');
  await at(page, 0);
  await playTo(page, 1000);
  assert.equal(await page.locator('lab-predict .verdict dt').first().textContent(), 'truth');
});

test('a link replays to its step and says whether the bits match', async () => {
  const { page } = await visit(lab, 'bits/#v=1&seed=7&order=reversed');
  await ready(page);
  await page.click('[data-do=skip]');
  await page.selectOption('lab-transport select', '1');
  await page.click('[data-do=play]');
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step) >= 37,
  );
  await page.keyboard.press('s');
  await page.waitForSelector('#share[open]');
  const link = await page.inputValue('#share-link');
  const [moment, bits] = [await step(page), await digest(page)];
  const map = await inked(page);
  const weights = await text(page, 'differing');
  assert.ok(link.includes(`step=${moment}&digest=${bits}&both=`), link);
  const twin = (await text(page, 'twin')).replaceAll(/\s/g, '');
  assert.ok(
    !link.includes(twin),
    'beside the first fingerprint the twin’s would reveal whether a bit differs',
  );
  const other = await blank(lab);
  await other.page.goto(link);
  await other.page.waitForSelector('[data-test=replay][data-state=same]');
  assert.match(await text(other.page, 'twin-replay'), /has reached its fingerprint in the link/);
  // Made of both, it goes along before the guess, too.
  await other.page.keyboard.press('s');
  await other.page.waitForSelector('#share[open]');
  assert.equal(new URL(await other.page.inputValue('#share-link')).hash, new URL(link).hash);
  await other.page.keyboard.press('Escape');
  await skipAll(other.page);
  assert.equal(await step(other.page), moment);
  assert.equal(await digest(other.page), bits);
  assert.equal(await text(other.page, 'differing'), weights);
  assert.equal(await inked(other.page), map, 'the same map');
  for (const [edit, state] of [
    [link.replace(/digest=[0-9a-f]{16}/, 'digest=0123456789abcdef'), 'different'],
    [link.replace(/&digest=[0-9a-f]{16}/, ''), 'unknown'],
  ] as const) {
    await other.page.goto('about:blank');
    await other.page.goto(edit);
    await other.page.waitForSelector(`[data-test=replay][data-state=${state}]`);
  }
  await other.page.goto('about:blank');
  await other.page.goto(link.replace(/both=[0-9a-f]{16}/, 'both=0123456789abcdef'));
  await other.page.waitForSelector('[data-test=replay][data-state=same]');
  assert.match(await text(other.page, 'twin-replay'), /rounds differently/);
});

test('with reduced motion nothing moves by itself, and Advance draws stills of the same run', async () => {
  const { page } = await visit(lab, 'bits/#v=1&steps=100000', { reducedMotion: 'reduce' });
  await ready(page);
  await skipAll(page);
  await nothingMoves(page);
  assert.match((await page.textContent('[data-do=play]'))!, /Advance 25000/);
  // Every state that is painted is counted; a still of so many steps takes several slices.
  await page.evaluate(() => {
    const seen: string[] = [];
    const panel = document.querySelector<HTMLElement>('lab-numbers.panel')!;
    new MutationObserver(() => seen.push(panel.dataset.step!)).observe(panel, {
      attributeFilter: ['data-step'],
    });
    Object.assign(globalThis, { seen });
  });
  await page.click('[data-do=play]');
  await at(page, 25_000);
  await page.click('[data-do=play]');
  await at(page, 50_000);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  assert.deepEqual(seen, ['25000', '50000']);
  const other = await replayed('steps=100000&step=50000');
  assert.equal(await digest(other), await digest(page), 'the two ways cannot diverge');
});

test('every key does what the help says', async () => {
  const { page } = await visit(lab, 'bits/');
  await ready(page);
  await skipAll(page);
  const leave = () => page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await leave();
  await page.keyboard.press('.');
  await at(page, 1);
  await page.keyboard.press('Space');
  await past(page, 40);
  await page.keyboard.press('Space');
  await page.waitForSelector('[data-do=play]:has-text("Play")');
  await page.keyboard.press('a');
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');
  assert.match((await page.textContent('lab-numbers.panel .pinned'))!, /pinned: \d+ of 105/);
  const start = await digest(page);
  await page.keyboard.press('r');
  await at(page, 0);
  assert.notEqual(await digest(page), start);
  const seed = await page.textContent('lab-numbers.panel .panel-title');
  await page.keyboard.press('n');
  await page.waitForFunction(
    (old) => document.querySelector('lab-numbers.panel .panel-title')!.textContent !== old,
    seed,
  );
  await ready(page);
  for (const [key, dialog] of [
    ['e', 'export'],
    ['s', 'share'],
    ['?', 'help'],
  ] as const) {
    await page.keyboard.press(key);
    await page.waitForSelector(`#${dialog}[open]`);
    await page.keyboard.press('Escape');
    await leave();
  }
  await page.keyboard.press('p');
  assert.equal(await page.evaluate(() => document.activeElement!.id), 'predict-title');
});

test('a dialog stays open when the close event of the one before comes late', async () => {
  const { page } = await visit(lab, 'bits/');
  await ready(page);
  await page.keyboard.press('e');
  await page.waitForSelector('#export[open]');
  // Both before the browser fires the first one's close event.
  await page.evaluate(() => {
    document.querySelector<HTMLDialogElement>('#export')!.close();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true, cancelable: true }));
  });
  await page.waitForSelector('#help[open]');
  await page.waitForTimeout(300);
  assert.ok(await page.isVisible('#help'), 'still there');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#help', { state: 'detached' });
});

test('map, differing bits, digests and state are taken home; the state comes back', async () => {
  const page = await replayed('step=300');
  const bits = await digest(page);
  await page.click('[data-do=export]');
  const save = (what: string) => takeHome(page, what);
  const rows = (await save('csv')).toString().trim().split('\r\n');
  assert.match(rows[0]!, /^step,weights_that_differ,loss_kernel,loss_twin,bits_of_weight_0,/);
  const last = rows.at(-1)!.split(',').map(Number);
  assert.equal(last.length, 4 + 105);
  assert.equal(last[0], 300);
  assert.equal(last[1], Number.parseInt(await text(page, 'differing'), 10));
  assert.equal(last[1], last.slice(4).filter((n) => n > 0).length);
  assert.match((await save('rows')).toString(), /^experiment,target,how,digest\r\n.*,[0-9a-f]{16}\r\n/);
  assert.equal((await save('png')).subarray(1, 4).toString(), 'PNG');
  const drawing = (await save('svg')).toString();
  assert.ok((drawing.match(/<path fill="#/g) ?? []).length >= 2, 'the map is in it');
  assert.ok(drawing.replaceAll(' ', '').includes(bits) && !/NaN|undefined/.test(drawing));
  await comesBack(page);
});

test('what is hidden is not taken home', async () => {
  const { page } = await visit(lab, 'bits/#v=1&step=300');
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  await page.click('[data-do=export]');
  const download = page.waitForEvent('download');
  await page.click('[data-export=csv]');
  const csv = readFileSync(await (await download).path(), 'utf8');
  assert.equal(csv.trim().split('\r\n').length, 1);
});

test('the experiments missing: says so', async () => {
  const { page } = await visit(lab, 'bits/');
  await page.route('**/fingerprint*.wasm', (route) => route.fulfill({ status: 404 }));
  await page.click('[data-do=compute]');
  await page.waitForSelector('[data-failure=download]');
  assert.match(await text(page, 'banner'), /Cannot download the experiments/);
});
