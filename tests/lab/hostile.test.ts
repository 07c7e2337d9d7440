/** What links, keys and hands can do to an exhibit that nobody meant. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { GUESSES } from '../../web/src/grammar/settings.ts';
import { clampNumber, type NumberField, print, type Schema } from '../../web/src/lib/schema.ts';
import { EXHIBITS } from './exhibits.ts';
import {
  at,
  digest,
  guess,
  paused,
  plain,
  playUnseen,
  ready,
  sharedLab,
  step,
  text,
  unawaited,
  visit,
} from './harness.ts';

const lab = sharedLab();

const go = (page: Page, hash: string) => page.evaluate((to) => location.assign(to), hash);

/** Waits until a link has led somewhere, or has failed. */
const led = (page: Page) =>
  page.waitForFunction(
    () =>
      document.querySelector('[data-failure]') ||
      document.querySelector('[data-test=replay]:not([data-state=running])'),
  );

/** Clicks without waiting, as no hand can. */
const press = (page: Page, selector: string, k = 0) =>
  page.evaluate(([where, at]) => document.querySelectorAll<HTMLElement>(where)[at]?.click(), [
    selector,
    k,
  ] as const);

const notes = async (page: Page) =>
  plain((await page.locator('[data-test=notes] p').allTextContents()).join('\n'));

for (const { key, long, own } of EXHIBITS) {
  const { SCHEMA: schema } = (await import(`../../web/src/${key}/schema.ts`)) as { SCHEMA: Schema };
  const settings = schema.filter(
    (field): field is NumberField =>
      field.kind === 'number' && ![...GUESSES, 'step'].some((other) => other === field.key),
  );

  test(`${key}: every limit of every number runs, or is refused by name with a way out`, async () => {
    const { page, complaints } = await visit(lab, `${key}/`);
    await ready(page);
    const ends = (['max', 'min'] as const).flatMap((end) => {
      const each = settings.map((field) => ({ [field.key]: clampNumber(field, field[end]) }));
      return [Object.assign({}, ...each), ...each];
    });
    for (const end of ends) {
      const link = print(schema, { ...end, step: 2 });
      await go(page, link);
      await led(page);
      const failure = page.locator('[data-failure]');
      if ((await failure.count()) === 0) continue;
      const kind = await failure.getAttribute('data-failure');
      // A run that diverges is a result; a refusal names a setting. Nothing else may happen.
      assert.match(kind!, /^(refused|not-finite)$/, link);
      await page.click('[data-do=recover]');
      await failure.waitFor({ state: 'detached' });
      await ready(page);
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test(`${key}: a link of another page or another version is opened as far as it goes, and that is said`, async () => {
    const { page, complaints } = await visit(lab, `${key}/#v=0&seed=NaN&wrong=3&q=%3Cimg%20src%3Dx%3E`);
    await ready(page);
    assert.match(await notes(page), /another version \(0\)/);
    assert.match(await notes(page), /does not have, which is left out: (seed, )?wrong$/m);
    assert.equal(await page.textContent('#question'), '<img src=x>', 'words are words');
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test(`${key}: the link that skips to the exhibit leaves the run where it stands`, async () => {
    const { page } = await visit(lab, `${key}/#v=1&step=3`);
    await led(page);
    const before = [await step(page), await digest(page)];
    await press(page, 'a.skip');
    await page.waitForFunction(() => /[#&]step=3&digest=/.test(location.hash));
    assert.deepEqual([await step(page), await digest(page)], before);
    await page.context().close();
  });

  test(`${key}: a key that is held acts once, and quick hands leave a run that goes on`, async () => {
    const { page, complaints } = await visit(lab, `${key}/#v=1&${long}`);
    await ready(page);
    await unawaited(page);
    await page.evaluate(() => {
      for (const repeat of [false, true, true, true])
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', repeat, bubbles: true }));
    });
    await page.waitForSelector('[data-do=play]:has-text("Pause")');
    const presets = await page.locator('[aria-label=Presets] button').count();
    // The last one opens a dialog where readers bring data.
    const runs = own ? presets - 1 : presets;
    for (let k = 0; k < 3 * runs; k++) {
      await press(page, '[aria-label=Presets] button', k % runs);
      for (const what of ['play', 'step', 'reset', 'seed', 'pin'].slice(k % 4))
        await press(page, `[data-do=${what}]`);
    }
    await press(page, '[aria-label=Presets] button');
    await ready(page);
    await paused(page);
    await unawaited(page);
    await page.click('[data-do=reset]');
    await at(page, 0);
    await page.click('[data-do=step]');
    await at(page, 1);
    assert.equal(await page.locator('[data-failure]').count(), 0);
    assert.deepEqual(complaints, []);
    await page.context().close();
  });

  test(`${key}: the guess of the link’s maker is shown after the reader’s own, and only for that run`, async () => {
    // The least that may be guessed, which is a guess, too.
    const { page } = await visit(lab, `${key}/#v=1&guess=0&${EXHIBITS.find((e) => e.key === key)!.end}`);
    await ready(page);
    const theirs = page.locator('[data-test=theirs]');
    assert.equal(await theirs.count(), 0);
    await guess(page, 1);
    if ((await page.locator('[data-test=answer]').count()) === 0) await playUnseen(page);
    await page.waitForSelector('[data-test=truth]', { timeout: 180_000 });
    assert.match(await text(page, 'theirs'), /^The maker of the link guessed .+\.$/);
    assert.ok(!page.url().includes('guess') || page.url().includes('guess=0'), 'the reader’s own stays here');
    await page.locator('[data-do=seed]').click();
    await ready(page);
    assert.equal(await theirs.count(), 0);
    await page.context().close();
  });
}

test('with reduced motion, Advance pressed again and again on the way to a still leads to that one', async () => {
  const { page } = await visit(lab, 'batch/#v=1&length=10000', { reducedMotion: 'reduce' });
  await ready(page);
  await unawaited(page);
  await page.selectOption('lab-transport select', 'max');
  for (let k = 0; k < 12; k++) await press(page, '[data-do=play]');
  await page.waitForFunction(
    () =>
      document.querySelector('[data-failure]') ||
      document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step !== '0',
  );
  await page.waitForTimeout(500);
  assert.equal(await page.locator('[data-failure]').count(), 0);
  assert.equal(await step(page), 2000);
});

test('on paper a dark page is light, and has no buttons of a run', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=3', { colorScheme: 'dark' });
  await led(page);
  const looks = () =>
    page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.body);
      const light = (rgb: string) =>
        (rgb.match(/\d+/g) ?? []).slice(0, 3).reduce((sum, v) => sum + Number(v), 0);
      return light(backgroundColor) > light(color);
    });
  for (const theme of ['system', 'dark']) {
    await page.locator('#theme').selectOption(theme);
    assert.equal(await looks(), false, `${theme}: dark on a screen`);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await looks(), true, `${theme}: light on paper`);
    for (const part of ['.transport', '.presets', 'lab-tools'])
      assert.equal(await page.locator(part).first().isVisible(), false, part);
    await page.emulateMedia({ media: 'screen' });
  }
  await page.context().close();
});

test('a replay that takes long says so at once, and where it has come to if the run is shorter', async () => {
  const { page } = await visit(lab, 'bits/');
  await ready(page);
  await go(page, '#v=1&steps=100000&step=100000&seed=x');
  await page.waitForSelector('[data-test=replay][data-state=running]', { timeout: 5000 });
  assert.match(await notes(page), /“x” is not a number/);
  await go(page, '#v=1&step=5000');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  assert.match(await text(page, 'replay'), /^Replayed to step 1 000;/);
  await page.context().close();
});
