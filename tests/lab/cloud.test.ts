/** Cloud: the numbers that are shown against a native run, what is hidden, and what can be taken home. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  at,
  comesBack,
  digest,
  eventually,
  guess,
  into,
  leadsTo,
  nativeValues,
  playOut,
  ready,
  replayed,
  screenshot,
  sharedLab,
  skipAll,
  takeHome,
  text,
  visit,
} from './harness.ts';

const lab = sharedLab();
const native = nativeValues('cloud');

/** The numbers of a read-out, in order. */
const shown = async (page: Page, name: string) =>
  (await text(page, name))
    .replaceAll('−', '-')
    .match(/-?\d[\d.]*(e-?\d+)?/g)!
    .map(Number);

/** Curves as they are taken home: a list of rows by their names. */
async function curves(page: Page): Promise<Record<string, number>[]> {
  await page.click('[data-do=export]');
  const [header, ...rows] = (await takeHome(page, 'csv')).toString().trim().split('\r\n');
  await page.keyboard.press('Escape');
  const names = header!.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, k) => [names[k]!, Number(value)])));
}

for (const [name, link, step] of [
  ['wells', '', 300],
  ['large', 'ground=bowl&rate=0.2&batch=10', 200],
  ['ring', 'ground=ring&noise=above', 100],
  ['batches', 'ground=bowl&noise=batches', 100],
] as const) {
  test(`${name}: the same bits as natively, and the numbers that go with them`, async () => {
    const page = await replayed(lab, `cloud/#v=1&${link}&step=${step}`);
    assert.equal(await digest(page), native.get(`${name}-digest`));
    const which = link.includes('bowl') ? 'across' : 'left';
    const wanted = Number(native.get(`${name}-${which}`)) * (which === 'left' ? 100 : 1);
    const [cloud] = await shown(page, which);
    assert.ok(Math.abs(cloud! - wanted) < 0.006 * wanted, `${cloud} ${wanted}`);
    await screenshot(page, `cloud-${name}`, true);
    await page.context().close();
  });
}

test('two wells: cloud and density settle where the law says; free energy and distance fall and are one', async () => {
  const page = await replayed(lab, 'cloud/#v=1&step=2000');
  const [cloud, density, law] = await shown(page, 'left');
  // By quadrature the law has 69.7 % on the left.
  assert.ok(Math.abs(law! - 69.7) < 0.2, `${law}`);
  assert.ok(Math.abs(density! - law!) < 1 && Math.abs(cloud! - density!) < 2.5, `${cloud} ${density}`);
  assert.match(await text(page, 'answer'), /settled with \d\d % on the left.* T = 0\.200? says 70 %/);
  const rows = await curves(page);
  assert.ok(rows.length > 100);
  rows.slice(1).forEach((row, k) => {
    assert.ok(row.kl_density! <= rows[k]!.kl_density!, `the density's distance rises at step ${row.step}`);
    assert.ok(Math.abs(row.free_energy_over_t! - row.kl_density!) < 1e-9, `${row.step}`);
  });
  const end = rows.at(-1)!;
  assert.ok(
    Math.abs(end.kl_cloud! - end.floor!) < 6 * end.floor_sd!,
    'the cloud is as near as a finite one can be',
  );
  // Simulated floors of 4096 walkers in 24 × 24 bins: 0.029 at T = 0.3, 0.008 at T = 0.1, on a slightly smaller box.
  assert.ok(end.floor! > 0.008 && end.floor! < 0.029, `${end.floor}`);
  await page.click('summary:has-text("More controls")');
  const [energy] = await shown(page, 'energy');
  const [distance] = await shown(page, 'distance');
  assert.ok(Math.abs(energy! / distance! - 1) < 6e-3, `${energy} ${distance}`);
  await page.context().close();
});

test('arrivals: the cloud takes as long as its equation says, Kramers’ formula is short of it', async () => {
  const page = await replayed(lab, 'cloud/#v=1&walkers=16384&step=2000');
  await page.click('summary:has-text("More controls")');
  const [walkers, diffusion, formula] = await shown(page, 'arrival');
  assert.ok(Math.abs(walkers! / diffusion! - 1) < 0.1, `${walkers} ${diffusion}`);
  assert.ok(formula! < 0.9 * diffusion!, `the wall is no higher than T: ${formula}`);
  const before = await digest(page);
  await page.selectOption('#set-drawn', 'density');
  await page.waitForFunction(() => document.querySelectorAll('.ground .walkers').length === 0);
  assert.equal(await page.locator('.ground .law').count(), 1);
  assert.equal(await digest(page), before, 'the same run');
  await page.waitForFunction(() => location.hash.includes('drawn=density'));
  await page.context().close();
});

test('a guess is for the run of its settings: views leave it, another run does not take it, and back it is there', async () => {
  const { page } = await visit(lab, 'cloud/#v=1&rate=0.1&batch=5&walkers=1024');
  await ready(page);
  await guess(page, 40);
  const said = async () => (await page.innerText('lab-predict')).replaceAll(/\s+/g, ' ');
  const sent = async () => {
    await page.click('[data-do=share]');
    await page.waitForSelector('#share-link');
    const box = page.locator('#share input[type=checkbox]');
    if (await box.count()) await box.check();
    const link = await page.inputValue('#share-link');
    await page.keyboard.press('Escape');
    return /[&]guess=40(&|$)/.test(link);
  };
  assert.match(await said(), /You said 40 %/);
  assert.ok(await sent());
  // Views, and a lock that has moved nothing yet, make the same run.
  await page.click('summary:has-text("More controls")');
  await page.selectOption('#set-drawn', 'density');
  await page.selectOption('#set-lock', 'on');
  assert.match(await said(), /You said 40 %/);
  await page.selectOption('#set-walkers', '4096');
  await page.waitForFunction(() => location.hash.includes('walkers') === false);
  await ready(page);
  assert.match(await said(), /Your guess was for other settings\./);
  assert.ok(!(await sent()), 'and does not go along as one for these');
  assert.equal(
    await page.locator('[data-do=commit]').count(),
    0,
    'nothing that was earned is asked for again',
  );
  await page.selectOption('#set-walkers', '1024');
  await page.waitForFunction(() => location.hash.includes('walkers=1024'));
  await ready(page);
  assert.match(await said(), /You said 40 %/);
  // Asked for, the question is open again, for the run that is there.
  await page.selectOption('#set-walkers', '4096');
  await ready(page);
  await page.getByRole('button', { name: 'Guess again' }).click();
  await guess(page, 60);
  assert.match(await said(), /You said 60 %/);
  await page.context().close();
});

test('Play leads to the guess; until then neither cloud nor law is seen, then the answer is seen', async () => {
  const { page, complaints, foreign } = await visit(lab, 'cloud/#v=1&rate=0.1&batch=5&walkers=1024');
  await ready(page);
  const seen = () => page.locator('.ground :is(.walkers, .density, .law)').count();
  await page.click('[data-do=play]');
  await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
  await page.waitForTimeout(300);
  assert.equal(await page.getAttribute('lab-numbers.panel', 'data-step'), '0', 'nothing is played unseen');
  assert.equal(await seen(), 0);
  assert.equal(await page.locator('.plot .band').count(), 0);
  await guess(page, 40);
  await page.waitForFunction(() => document.querySelectorAll('.ground .walkers').length === 1);
  await playOut(page, 400);
  const truth = Number.parseFloat(await text(page, 'truth'));
  assert.ok(Math.abs(truth - 69.7) < 5, `${truth}`);
  assert.match(await text(page, 'answer'), /e\^\(−V\/T\)/);
  assert.equal(await page.locator('.plot .band').count(), 1);
  await page.click('[data-do=next]');
  await guess(page, 0);
  assert.equal(await text(page, 'truth'), 'hardly, while steps are small');
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
  await page.context().close();
});

test('steps with ηλ = 1 are twice as wide as the law; the answer says both', async () => {
  const page = await replayed(lab, 'cloud/#v=1&ground=bowl&rate=0.2&batch=10&walkers=16384&step=200');
  const [cloud, density, law] = await shown(page, 'across');
  assert.ok(Math.abs(cloud! / law! - 2) < 0.1, `${cloud} ${law}`);
  assert.ok(Math.abs(density! / law! - 1) < 0.01, 'the diffusion’s own density is the law');
  assert.match(await text(page, 'answer'), /for steps of this length theory says 2/);
  await page.context().close();
});

test('real batches make noise as strong as the curvature: as wide along as across, after the guess', async () => {
  const link = 'cloud/#v=1&ground=bowl&noise=batches&rate=0.05&batch=4&walkers=4096&step=800';
  const page = await into(lab, link);
  assert.doesNotMatch(
    (await page.textContent('body'))!,
    /standard deviations of \d/,
    'no answer before the guess',
  );
  await guess(page, 2);
  assert.equal(await text(page, 'truth'), 'neither, to a tenth');
  const [, along, across] = (await text(page, 'answer')).match(/of ([\d.]+) along and ([\d.]+) across/)!;
  assert.ok(Math.abs(Number(across) / Number(along) - 1) < 0.1, `${along} ${across}`);
  await page.click('summary:has-text("More controls")');
  const three = await shown(page, 'along');
  // T = 0.125; of real batches with ηλ = 0.05 the variance is 1/(1 − 0.031) times that along.
  assert.ok(
    three.every((x) => Math.abs(x / 0.125 - 1) < 0.1),
    `${three}`,
  );
  await page.context().close();
});

test('noise of the bowl brings the bowl along, and another landscape other noise; both are said', async () => {
  const { page } = await visit(lab, 'cloud/#v=1&walkers=1024');
  await ready(page);
  await page.click('summary:has-text("More controls")');
  await page.selectOption('#set-noise', 'batches');
  assert.match(await text(page, 'banner'), /is now the bowl/);
  assert.equal(await page.inputValue('#set-ground'), 'bowl');
  await page.selectOption('#set-ground', 'ring');
  assert.match(await text(page, 'banner'), /is now equal everywhere/);
  assert.equal(await page.inputValue('#set-noise'), 'even');
  await page.context().close();
  const { page: other } = await visit(lab, 'cloud/#v=1&ground=ring&noise=curvature');
  await other.waitForSelector('[data-failure=refused]');
  await other.click('[data-do=recover]');
  await ready(other);
  assert.equal(await other.inputValue('#set-ground'), 'bowl');
  await other.context().close();
});

test('cooled, it freezes: a mark, and shares that no longer are those of the law', async () => {
  const page = await replayed(lab, 'cloud/#v=1&cooling=250&begin=box&walkers=1024&step=2000');
  assert.match(await text(page, 'answer'), /froze near step \d+.* its law now has 100 %/);
  assert.equal(await page.locator('#distances .change').count(), 1);
  const rows = await curves(page);
  assert.ok(Math.abs(rows.at(-1)!.temperature! - 0.2 / 64) < 1e-6);
  assert.ok(rows.at(-1)!.left_density! < 0.9);
  await page.context().close();
});

test('noise that is stronger above keeps the ring going round, with arrows and entropy', async () => {
  const page = await replayed(lab, 'cloud/#v=1&ground=ring&noise=above&walkers=1024&step=300');
  assert.equal(await page.locator('.ground .current').count(), 1);
  await page.click('summary:has-text("More controls")');
  const [produced] = await shown(page, 'produced');
  assert.ok(produced! > 1e-3 && produced! < 1, `${produced}`);
  assert.equal(await text(page, 'energy'), '–');
  await page.context().close();
  const even = await replayed(lab, 'cloud/#v=1&ground=ring&walkers=1024&step=300');
  assert.equal(await even.locator('.ground .current').count(), 0);
  await even.click('summary:has-text("More controls")');
  assert.match(await text(even, 'produced'), /^0 /);
  await even.context().close();
});

test('a locked temperature takes the batch along; one that is too hot is brought down, and said', async () => {
  const { page } = await visit(lab, 'cloud/#v=1&lock=on&walkers=1024');
  await ready(page);
  const typed = async (name: string, value: string) => {
    await page.fill(`input[aria-label="${name}, typed"]`, value);
    await page.press(`input[aria-label="${name}, typed"]`, 'Enter');
    await page.waitForTimeout(400);
    await ready(page);
  };
  await typed('learning rate', '0.04');
  await eventually(async () => {
    assert.equal(await page.inputValue('input[aria-label="batch size, typed"]'), '2');
    assert.deepEqual(await shown(page, 'temperature'), [0.2]);
  });
  await page.selectOption('#set-lock', 'off');
  await typed('learning rate', '0.2');
  await eventually(async () => {
    assert.match(await text(page, 'banner'), /The batch size is now 4/);
    assert.deepEqual(await shown(page, 'temperature'), [0.5]);
  });
  await page.context().close();
});

test('a link leads to the same bits; what is taken home comes back, and holds nothing that is hidden', async () => {
  const { page } = await visit(lab, 'cloud/#v=1&rate=0.1&batch=5&walkers=1024');
  await ready(page);
  assert.equal((await curves(page)).length, 0, 'hidden');
  await skipAll(page);
  await playOut(page, 400);
  await page.click('[data-do=export]');
  const svg = (await takeHome(page, 'svg')).toString();
  assert.match(svg, /The cloud has settled/, 'the answer goes along');
  assert.match(svg, /fingerprint [0-9a-f]{4} /);
  assert.ok((await takeHome(page, 'png')).subarray(1, 4).equals(Buffer.from('PNG')));
  await comesBack(page);
  const link = await page.evaluate(() => location.href);
  const again = await leadsTo(lab, link, 400, await digest(page));
  await again.context().close();
  await page.context().close();
});

test('too hot a link is refused by name, and there is a way out', async () => {
  const { page } = await visit(lab, 'cloud/#v=1&rate=0.3');
  await page.waitForSelector('[data-failure=refused]');
  assert.match(await text(page, 'banner'), /temperature/);
  await page.click('[data-do=recover]');
  await ready(page);
  await at(page, 0);
  await page.context().close();
});

test('Train leads here for what a temperature does', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await page.click('[data-do=skip]');
  await page.click('.prose a[href="../cloud/"]');
  await page.waitForURL('**/cloud/');
  await page.context().close();
});
