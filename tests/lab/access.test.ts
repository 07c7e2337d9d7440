/** For everyone: no axe violation, no overflow, keyboard alone, reduced motion, large text. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import {
  digest,
  type Lab,
  openLab,
  overflow,
  playTo,
  ready,
  screenshot,
  step,
  text,
  violations,
  visit,
} from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

async function openPanels(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['forced colours', { forcedColors: 'active' }],
];

for (const [name, options] of LOOKS) {
  test(`no axe violation: ${name}`, async () => {
    const { page } = await visit(lab, 'train/', options);
    await ready(page);
    await page.click('[data-do=commit]');
    await playTo(page, 1000);
    await page.click('[data-do=pin]');
    assert.deepEqual(await violations(page), [], 'as it stands');
    await openPanels(page);
    assert.deepEqual(await violations(page), [], 'with panels open');
    await screenshot(page, `train-${name.replace(' ', '-')}-open`, true);
    for (const dialog of ['share', 'export', 'help']) {
      if (dialog === 'help') await page.click('lab-tools button');
      else await page.click(`[data-do=${dialog}]`);
      await page.waitForSelector(`#${dialog}[open]`);
      assert.deepEqual(await violations(page), [], dialog);
      await page.keyboard.press('Escape');
    }
    const index = await visit(lab, '', options);
    assert.deepEqual(await violations(index.page), [], 'index');
    await screenshot(index.page, `index-${name.replace(' ', '-')}`, true);
  });
}

test('no axe violation on a phone, in every tab', async () => {
  const { page } = await visit(lab, 'train/', { viewport: { width: 390, height: 844 }, hasTouch: true });
  await ready(page);
  for (const tab of ['predict', 'controls', 'curves']) {
    await page.click(`#tab-${tab}`);
    assert.deepEqual(await violations(page), [], tab);
  }
});

for (const width of [320, 390, 768, 1440]) {
  test(`nothing overflows at ${width} pixels, nor with text at 200 %`, async () => {
    const { page } = await visit(lab, 'train/', { viewport: { width, height: 800 } });
    await ready(page);
    await page.click('[data-do=skip]');
    await playTo(page, 300);
    const tabs = width < 720 ? ['predict', 'controls', 'curves'] : [''];
    for (const large of [false, true]) {
      if (large) await page.addStyleTag({ content: 'html { font-size: 200% }' }).catch(() => enlarge(page));
      for (const tab of tabs) {
        if (tab) await page.click(`#tab-${tab}`);
        await openPanels(page);
        assert.deepEqual(await overflow(page), [], `${tab} ${large ? 'at 200 %' : ''}`);
      }
    }
    await screenshot(page, `train-${width}-large`, true);
    const index = await visit(lab, '', { viewport: { width, height: 800 } });
    assert.deepEqual(await overflow(index.page), []);
    await enlarge(index.page);
    assert.deepEqual(await overflow(index.page), []);
  });
}

/** The page's policy forbids inline styles, but not the object model. */
async function enlarge(page: Page): Promise<void> {
  await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
}

test('a walk with the keyboard alone', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement!;
      return (
        e.id ||
        e.getAttribute('data-do') ||
        e.getAttribute('aria-label') ||
        e.textContent!.trim().slice(0, 30)
      );
    });
  // Tab order: question and predict, then transport, controls, figure, curves.
  const order: string[] = [];
  for (let k = 0; k < 60; k++) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  const places = ['predict-range', 'play', 'set-rate', 'clear', 'Loss (nats): cursor', 'share'].map((name) =>
    order.indexOf(name),
  );
  assert.ok(
    places.every((p) => p >= 0),
    order.join(' | '),
  );
  assert.deepEqual(
    places,
    [...places].sort((p, q) => p - q),
    order.join(' | '),
  );

  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('p');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'predict-range');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('lab-predict .guess');
  assert.match((await page.textContent('lab-predict .guess'))!, /51 %/);

  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('.');
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step === '1',
  );
  await page.keyboard.press('Space');
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step) > 40,
  );
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.querySelector('[data-do=play]')!.textContent!.includes('Play'));
  await page.keyboard.press('a');
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');

  // The cursor of a curve, by arrows, with its value told.
  await page.locator('#loss .plot').focus();
  await page.keyboard.press('Home');
  assert.match((await page.getAttribute('#loss .plot', 'aria-valuetext'))!, /^step 0: training 2\.40/);
  await page.keyboard.press('ArrowRight');
  assert.match((await page.getAttribute('#loss .plot', 'aria-valuetext'))!, /^step 5:/);
  await page.keyboard.press('Escape');

  // A one on the pad: pen down, along, and the network reads on.
  await page.locator('canvas.pad').focus();
  await page.keyboard.press('Space');
  for (let k = 0; k < 20; k++) await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.querySelector('.network .part')!.textContent === 'Draw a digit');
  await page.keyboard.press('Escape');

  await page.keyboard.press('r');
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step === '0',
  );
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
  // Single letters can be switched off.
  await page.locator('#help input[type=checkbox]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Escape');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('.');
  await page.waitForTimeout(300);
  assert.equal(await step(page), 0);
});

test('keys typed into a box are the box’s', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await page.locator('input[aria-label="learning rate, typed"]').focus();
  await page.keyboard.press('.');
  await page.keyboard.press('Space');
  await page.waitForTimeout(200);
  assert.equal(await step(page), 0);
});

test('reduced motion: stills of the same run, and nothing moves without input', async () => {
  const { page } = await visit(lab, 'train/', { reducedMotion: 'reduce' });
  await ready(page);
  const before = await page.screenshot();
  await page.waitForTimeout(600);
  assert.ok(before.equals(await page.screenshot()), 'nothing moves');
  assert.match((await page.textContent('[data-do=play]'))!, /Advance 240/);
  // Every state that is painted is counted.
  await page.evaluate(() => {
    const seen = new Set<string>();
    const panel = document.querySelector<HTMLElement>('lab-numbers.panel')!;
    new MutationObserver(() => seen.add(panel.dataset.step!)).observe(panel, { attributes: true });
    Object.assign(globalThis, { seen });
  });
  await page.click('[data-do=play]');
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step === '240',
  );
  assert.deepEqual(await page.evaluate(() => [...(globalThis as unknown as { seen: Set<string> }).seen]), [
    '240',
  ]);
  const still = await digest(page);
  const other = await visit(lab, 'train/#v=1&step=240');
  await other.page.waitForSelector('[data-test=replay][data-state=unknown]');
  assert.equal(await digest(other.page), still, 'the two ways cannot diverge');
});

test('without JavaScript: still picture, prose, table', async () => {
  const { page } = await visit(lab, 'train/', { javaScriptEnabled: false });
  assert.ok(await page.isVisible('.still'));
  assert.ok(await page.isVisible('.prose'));
  assert.match((await page.textContent('noscript table'))!, /4000/);
});

test('what changed is told once, politely', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await page.click('[data-do=skip]');
  await playTo(page, 100);
  assert.equal(await page.getAttribute('[data-test=live]', 'aria-live'), 'polite');
  assert.match(await text(page, 'live'), /Step \d+\. Training loss/);
});

test('a card plays its strip while pointed at or focused, fetched only then, and never with reduced motion', async () => {
  const shown = (page: Page) =>
    page.$$eval('.strip', (strips) =>
      strips.filter((e) => getComputedStyle(e).display !== 'none').map((e) => e.className),
    );
  const strips = (loaded: Set<string>) => [...loaded].filter((name) => name.includes('strip'));
  const { page, loaded, complaints } = await visit(lab, '');
  await page.waitForLoadState('networkidle');
  assert.deepEqual(await shown(page), []);
  assert.deepEqual(strips(loaded), [], 'nothing is fetched before it is asked for');
  await page.hover('.cards li:nth-child(4)');
  await page.waitForResponse(/strip/, { timeout: 5000 }).catch(() => undefined);
  assert.deepEqual(await shown(page), ['strip strip-bits']);
  assert.equal(strips(loaded).length, 1);
  const moved = () => page.$eval('.strip-bits', (e) => getComputedStyle(e).backgroundPositionY);
  await page.waitForFunction(
    () => getComputedStyle(document.querySelector('.strip-bits')!).backgroundPositionY === '100%',
  );
  assert.equal(await moved(), '100%', 'it ends on the last frame');
  await screenshot(page, 'index-hover');
  await page.mouse.move(2, 2);
  assert.deepEqual(await shown(page), []);
  await page.focus('.cards li:nth-child(2) a');
  await page.keyboard.press('Tab');
  assert.deepEqual(await shown(page), ['strip strip-paths']);
  assert.deepEqual(complaints, []);
  const still = await visit(lab, '', { reducedMotion: 'reduce' });
  await still.page.hover('.cards li:nth-child(4)');
  await still.page.waitForTimeout(300);
  assert.deepEqual(await shown(still.page), []);
  assert.deepEqual(strips(still.loaded), []);
});
