/** Smoothing: the numbers that are shown against a native run, what is hidden, and what can be taken home. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  at,
  comesBack,
  digest,
  guess,
  leadsTo,
  nativeValues,
  paused,
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
const native = nativeValues('smoothing');

/** A number that is shown, with a true minus. */
const shown = async (page: Page, name: string) => Number((await text(page, name)).replace('−', '-'));

for (const [name, link, dips, stays] of [
  ['little', '', '8 of 8', 2.4],
  ['more', 'noise=15', '3 of 8', 1.24],
] as const) {
  test(`${name} noise: the same bits as natively, and the numbers that were recorded`, async () => {
    for (const step of [600, 3000]) {
      const page = await replayed(lab, `smoothing/#v=1&${link}&step=${step}`);
      assert.equal(await digest(page), native.get(`${name}-digest-${step}`));
      assert.equal(await shown(page, 'mean'), Number(Number(native.get(`${name}-mean-${step}`)).toFixed(2)));
      await page.context().close();
    }
    const page = await replayed(lab, `smoothing/#v=1&${link}&step=3000`);
    assert.equal(await text(page, 'dips'), dips);
    assert.ok(
      Math.abs((await shown(page, 'smooth')) - stays) < 0.02,
      'where descent on the smoothed curve stays',
    );
    assert.ok(Math.abs(await shown(page, 'mean')) < 0.4, 'the runs come to the middle');
    const answer = await text(page, 'answer');
    assert.match(
      answer,
      new RegExp(
        `${dips} dips.* ${stays.toFixed(2)}, the runs at −?0\\.\\d\\d on average.*have not vanished`,
      ),
    );
    await page.click('summary:has-text("More controls")');
    // Of 24 places the largest deviation is about two standard errors.
    const deviation = Number.parseFloat(await text(page, 'deviation'));
    assert.ok(deviation > 0.5 && deviation < 4, `${deviation} standard errors`);
    assert.equal(await shown(page, 'last'), 0.4053);
    assert.equal(await shown(page, 'bound'), 0.4574);
    await screenshot(page, `smoothing-${name}`, true);
    await page.context().close();
  });
}

test('Play leads to the guess; until then nothing shows who goes where, then the answer is seen', async () => {
  const { page, complaints, foreign } = await visit(lab, 'smoothing/');
  await ready(page);
  const seen = () => page.locator('.landscape :is(.smoothed, .runs, .tree, .of-smoothed)').count();
  await page.click('[data-do=play]');
  await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
  await page.waitForTimeout(300);
  assert.equal(await page.getAttribute('lab-numbers.panel', 'data-step'), '0', 'nothing is played unseen');
  assert.match((await page.textContent('.predict'))!, /Play waits for your answer/);
  assert.equal(await seen(), 0);
  assert.equal(await page.locator('#places .series').count(), 0);
  assert.equal(await page.locator('.hidden-value').count(), 6);
  await guess(page, 0);
  await page.waitForSelector('.landscape .smoothed');
  assert.equal(await page.locator('.landscape .tree').count(), 0, 'the tree waits for the second guess');
  await playOut(page, 3000);
  assert.equal(await text(page, 'truth'), 'only the runs with noise');
  assert.match(await text(page, 'answer'), /carries the runs out/);
  await page.click('[data-do=next]');
  await guess(page, 0.3);
  assert.equal(await text(page, 'truth'), '0.405');
  assert.equal(await text(page, 'guess-ratio'), '0.74');
  assert.equal(await page.locator('.landscape .tree').count(), 1);
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
  await page.context().close();
});

test('presets: enough smoothing lets both come down, none holds both, and a preset keeps earned answers', async () => {
  const { page } = await visit(lab, 'smoothing/');
  await ready(page);
  await skipAll(page);
  for (const [preset, truth] of [
    ['Half a ripple wide', /Here the smoothing is enough/],
    ['No noise', /Without noise nothing is smoothed/],
    ['Small steps', /8 of 8 dips.*carries the runs out/],
  ] as const) {
    await page.click(`[aria-label=Presets] button:has-text("${preset}")`);
    await at(page, 0);
    assert.equal(await page.locator('.landscape .smoothed').count(), 1, 'what was earned stays');
    await playOut(page, 3000);
    assert.match(await text(page, 'answer'), truth);
  }
  await page.context().close();
});

test('uniform noise lets dips come back, so there is no last one to ask for', async () => {
  const page = await replayed(lab, 'smoothing/#v=1&kernel=uniform&noise=15&step=1');
  assert.equal(await text(page, 'dips'), '1 of 8');
  await page.click('summary:has-text("More controls")');
  assert.equal(await text(page, 'last'), '–');
  assert.match((await page.textContent('figcaption'))!, /brings dips back/);
  await page.context().close();
});

test('a link leads to the same bits; what is taken home comes back, and holds nothing that is hidden', async () => {
  const { page } = await visit(lab, 'smoothing/#v=1&noise=8');
  await ready(page);
  await page.click('[data-do=export]');
  assert.equal((await takeHome(page, 'csv')).toString().trim().split('\r\n').length, 1, 'hidden');
  assert.equal((await takeHome(page, 'curves')).toString().split('\r\n')[0], 'x,true');
  await page.keyboard.press('Escape');
  await skipAll(page);
  await playOut(page, 3000);
  await page.click('[data-do=export]');
  const csv = (await takeHome(page, 'csv')).toString().trim().split('\r\n');
  assert.equal(csv[0], 'step,mean_of_runs,descent_on_smoothed');
  assert.match(csv[1]!, /^0,2.5,2.5$/);
  assert.match(csv.at(-1)!, /^3000,/);
  const svg = (await takeHome(page, 'svg')).toString();
  assert.match(
    svg.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' '),
    /carries the runs out/,
    'the answer goes along',
  );
  assert.match(svg, /fingerprint [0-9a-f]{4} /);
  assert.ok((await takeHome(page, 'png')).subarray(1, 4).equals(Buffer.from('PNG')));
  await comesBack(page);
  const link = await page.evaluate(() => location.href);
  const again = await leadsTo(lab, link, 3000, await digest(page));
  await again.context().close();
  await page.context().close();
});

test('the cursor by keys: places and values, the bump goes along, and Escape lets it go', async () => {
  const page = await replayed(lab, 'smoothing/#v=1&step=100');
  const plot = page.locator('lab-landscape .plot');
  const bump = () => page.getAttribute('.landscape .bump', 'd');
  const before = await bump();
  await plot.focus();
  await page.keyboard.press('Home');
  assert.match((await plot.getAttribute('aria-valuetext'))!, /^x = −4: true 3\.\d+, smoothed \d/);
  await page.keyboard.press('Shift+ArrowRight');
  assert.match((await plot.getAttribute('aria-valuetext'))!, /^x = −3\.5:/);
  assert.notEqual(await bump(), before);
  await page.keyboard.press('Escape');
  await page.waitForFunction(
    (d) => document.querySelector('.landscape .bump')!.getAttribute('d') === d,
    before,
  );
  await page.context().close();
});

test('on a phone figure, answer and transport are seen together', async () => {
  const page = await replayed(lab, 'smoothing/#v=1&step=3000', {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  await paused(page);
  await page.evaluate(() => scrollTo(0, 0));
  for (const part of ['lab-landscape svg.landscape', '[data-test=answer]', '[data-do=play]']) {
    const box = (await page.locator(part).first().boundingBox())!;
    assert.ok(box.y >= 0 && box.y + box.height <= 844, `${part}: ${JSON.stringify(box)}`);
  }
  await page.context().close();
});

test('a guess is for its settings: for others the question stays answered, and the guess does not count', async () => {
  const { page } = await visit(lab, 'smoothing/');
  await ready(page);
  await guess(page, 1);
  const presets = page.locator('[aria-label=Presets] button');
  const said = () => page.locator('lab-predict .guess').count();
  assert.equal(await said(), 1);
  await presets.nth(1).click();
  await page.waitForFunction(() => location.hash.includes('noise=15'));
  await ready(page);
  assert.equal(await page.locator('[data-do=commit]').count(), 0, 'nothing is asked once more');
  assert.equal(await said(), 0, 'said of other noise');
  await presets.nth(0).click();
  await page.waitForFunction(() => !location.hash.includes('noise='));
  await ready(page);
  // Still said of this.
  await page.waitForSelector('lab-predict .guess');
  await page.context().close();
});
