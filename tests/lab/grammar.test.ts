/** What the grammar promises of every exhibit: nothing leaks before the guess, links are true, what is hidden stays hidden. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXHIBITS } from './exhibits.ts';
import {
  at,
  digest,
  type Lab,
  openLab,
  past,
  paused,
  ready,
  skipAll,
  step,
  text,
  unawaited,
  visit,
} from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

/** Everything that is written or said on the page. */
const words = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.exhibit *')]
      .flatMap((e) => ['aria-label', 'aria-valuetext', 'title', 'alt'].map((name) => e.getAttribute(name)))
      .concat(document.querySelector<HTMLElement>('.exhibit')!.innerText)
      .join('\n'),
  );

/** Opens a link into a run, and waits until it has been replayed. */
async function into(path: string): Promise<Page> {
  const { page } = await visit(lab, path);
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  return page;
}

/** Plays for a while, so that the run stands somewhere. */
async function played(page: Page): Promise<void> {
  await page.selectOption('lab-transport select', '16');
  await unawaited(page);
  await page.click('[data-do=play]');
  await past(page, 30);
  await page.click('[data-do=play]');
  await paused(page);
}

for (const { key, figures, long } of EXHIBITS) {
  const moment = `${key}/#v=1&${Object.values(figures)[0]}`;

  test(`${key}: nothing is guessed before something is chosen, and the truth is nowhere before the guess`, async () => {
    const page = await into(moment);
    assert.ok(await page.isDisabled('[data-do=commit]'));
    const asked = await words(page);
    await skipAll(page);
    const told = await page.locator('[data-test=truth]').count();
    const truth = told > 0 ? await text(page, 'truth') : '';
    const digits = truth.replaceAll(/\D/g, '').length;
    if (digits >= 3) assert.ok(!asked.includes(truth), `${truth} is told before the guess`);
    await page.context().close();
  });

  test(`${key}: without the box what is asked stays hidden until it is shown; “answer” hides it for good`, async () => {
    const hidden = (page: Page) => page.locator('.hidden-value').count();
    const page = await into(`${moment}&hide=predict`);
    assert.equal(await page.isVisible('lab-predict'), false);
    assert.ok((await hidden(page)) > 0, 'there is no way around the guess');
    await page.click('[data-do=reveal]');
    await page.waitForFunction(() => document.querySelector('.hidden-value') === null);
    assert.equal(await page.locator('[data-do=reveal]').count(), 0);
    await page.context().close();
    const never = await into(`${moment}&hide=answer`);
    const before = await hidden(never);
    assert.ok(before > 0);
    await never.click('[data-do=skip]');
    assert.equal(await hidden(never), before, 'whatever is guessed');
    assert.equal(await never.locator('[data-test=truth]').count(), 0);
    await never.context().close();
  });

  test(`${key}: whatever starts the run anew takes step and fingerprint out of the link`, async () => {
    const { page } = await visit(lab, `${key}/#v=1&${long}`);
    await ready(page);
    const where = () => page.evaluate(() => location.hash);
    for (const anew of ['preset', 'seed', 'reset']) {
      await played(page);
      await page.waitForFunction(() => /step=\d+&digest=/.test(location.hash));
      if (anew === 'preset') await page.locator('[aria-label=Presets] button').first().click();
      else await page.click(`[data-do=${anew}]`);
      await page.waitForFunction(() => !location.hash.includes('step='));
      assert.ok(!(await where()).includes('digest='), anew);
      await ready(page);
    }
    const again = await visit(lab, `${key}/${await where()}`);
    await ready(again.page);
    assert.equal(await again.page.locator('[data-state=different]').count(), 0);
    await page.context().close();
    await again.page.context().close();
  });

  test(`${key}: a pinned run goes along in the link, and is there before the run itself`, async () => {
    const { page } = await visit(lab, `${key}/#v=1&${long}`);
    await ready(page);
    await skipAll(page);
    await played(page);
    await page.click('[data-do=pin]');
    await page.waitForFunction(() => /[&]pin=/.test(location.hash));
    const pinned = (of: Page) => of.locator('.number .pinned').allTextContents();
    const before = await pinned(page);
    assert.ok(before.length > 0);
    await page.click('[data-do=reset]');
    await at(page, 0);
    const [moment, bits] = [await step(page), await digest(page)];
    await page.waitForFunction(() => !/[#&]step=/.test(location.hash));
    const other = await visit(lab, `${key}/${await page.evaluate(() => location.hash)}`);
    await ready(other.page);
    await skipAll(other.page);
    await other.page.waitForSelector('[data-do=pin][aria-pressed=true]');
    // What had not been computed yet when it was pinned may be there now.
    const after = await pinned(other.page);
    assert.equal(after.length, before.length);
    before.forEach((value, k) => {
      if (value !== 'A: –') assert.equal(after[k], value);
    });
    assert.deepEqual([await step(other.page), await digest(other.page)], [moment, bits]);
    await other.page.click('[data-do=pin]');
    await other.page.waitForFunction(() => !location.hash.includes('pin='));
    await page.context().close();
    await other.page.context().close();
  });
}
