/** With a finger on a phone: handles are dragged, and everywhere else the page scrolls. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { past, ready, sharedLab, visit } from './harness.ts';

const lab = sharedLab();

interface Place {
  x: number;
  y: number;
}

/** A finger as the browser sees one: what it does not give to the page scrolls. */
class Finger {
  #client: CDPSession;
  constructor(client: CDPSession) {
    this.#client = client;
  }

  async drag(from: Place, to: Place, steps = 10): Promise<void> {
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Place[]) =>
      this.#client.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    await send('touchStart', [from]);
    for (let k = 1; k <= steps; k++)
      await send('touchMove', [
        { x: from.x + ((to.x - from.x) * k) / steps, y: from.y + ((to.y - from.y) * k) / steps },
      ]);
    await send('touchEnd', []);
  }

  /** Two fingers side by side, moved apart around their middle. */
  async spread(around: Place, from: number, to: number, steps = 10): Promise<void> {
    const at = (apart: number) => [
      { id: 1, x: around.x - apart / 2, y: around.y },
      { id: 2, x: around.x + apart / 2, y: around.y },
    ];
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: (Place & { id: number })[]) =>
      this.#client.send('Input.dispatchTouchEvent', { type, touchPoints });
    await send('touchStart', at(from));
    for (let k = 1; k <= steps; k++) await send('touchMove', at(from + ((to - from) * k) / steps));
    await send('touchEnd', []);
  }
}

async function phone(path: string): Promise<{ page: Page; finger: Finger }> {
  const { page } = await visit(lab, path, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ready(page);
  await page.click('[data-do=skip]');
  return { page, finger: new Finger(await page.context().newCDPSession(page)) };
}

async function middle(page: Page, selector: string): Promise<Place> {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const box = (await page.locator(selector).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

const scrolled = (page: Page) => page.evaluate(() => scrollY);

/** Whether a swipe upwards from a place scrolls the page. */
async function scrolls(page: Page, finger: Finger, from: Place): Promise<boolean> {
  const before = await scrolled(page);
  await finger.drag(from, { x: from.x, y: from.y - 120 });
  // A busy machine scrolls late.
  const found = page.waitForFunction((least) => scrollY > least, before + 60, { timeout: 5000 });
  return found.then(
    () => true,
    () => false,
  );
}

test('a handle of Surface is dragged in both directions; beside it the page scrolls', async () => {
  const { page, finger } = await phone('surface/#v=1&scene=ring');
  await page.evaluate(() => scrollTo(0, 0));
  const map = (await page.locator('.map .over').boundingBox())!;
  assert.ok(map.y + map.height <= 844, 'the map is on the first screen');
  const place = (x: number, y: number) => ({
    x: map.x + ((x + 2) / 4) * map.width,
    y: map.y + ((2 - y) / 4) * map.height,
  });
  await finger.drag(place(1, 0), place(0.5, 1.5));
  const value = (await page.getAttribute('[data-handle=b]', 'aria-valuetext'))!;
  const [x, y] = /x (\S+), y (\S+)/.exec(value)!.slice(1).map(Number);
  assert.ok(Math.abs(x! - 0.5) < 0.05 && Math.abs(y! - 1.5) < 0.05, value);
  assert.equal(await scrolled(page), 0, 'a handle does not scroll');
  await page.waitForFunction(() => /bx=0\.\d+&by=1\.\d+/.test(location.hash));
  await page.touchscreen.tap(place(-1, 1).x, place(-1, 1).y);
  assert.match(
    (await page.getAttribute('[data-handle=cross]', 'aria-valuetext'))!,
    /^x -(1|0\.9\d|1\.0\d), y (1|0\.9\d|1\.0\d)$/,
  );
  assert.ok(await scrolls(page, finger, place(-1.6, -1.6)), 'on the map, beside its handles');
});

test('two fingers zoom a map around the place between them', async () => {
  const { page, finger } = await phone('surface/#v=1&scene=ring');
  await page.evaluate(() => scrollTo(0, 0));
  const before = await middle(page, '[data-handle=b] .knob');
  await finger.spread({ x: before.x - 60, y: before.y - 60 }, 60, 120);
  // Half as wide, and twice as far from between the fingers.
  await page.waitForFunction(() => /half=(0\.9|1)/.test(location.hash));
  const after = await middle(page, '[data-handle=b] .knob');
  assert.ok(
    Math.abs(after.x - before.x - 60) < 8 && Math.abs(after.y - before.y - 60) < 8,
    JSON.stringify(after),
  );
  assert.equal(await scrolled(page), 0, 'the page stays');
  assert.equal(await page.evaluate(() => visualViewport!.scale), 1, 'and is not zoomed');
});

test('an image of the band is dragged, and the way walked along, with a finger', async () => {
  const { page, finger } = await phone('paths/#v=1&task=egg-carton');
  // The band's own line lengthens the figure; the page is not to make up for that by scrolling.
  await page.evaluate(() => document.documentElement.style.setProperty('overflow-anchor', 'none'));
  const image = await middle(page, '[data-handle="4"] .knob');
  const before = await scrolled(page);
  await finger.drag(image, { x: image.x - 30, y: image.y - 30 });
  await page.waitForFunction(() => /drags=0:4:/.test(location.hash));
  assert.equal(await scrolled(page), before, 'a handle does not scroll');
  await page.locator('.plot.profile').scrollIntoViewIfNeeded();
  const plot = (await page.locator('.plot.profile').boundingBox())!;
  const at = (t: number) => ({ x: plot.x + 52 + t * (plot.width - 68), y: plot.y + plot.height / 3 });
  await finger.drag(at(0.5), at(0.85));
  const place = Number(await page.getAttribute('.plot.profile', 'aria-valuenow'));
  assert.ok(Math.abs(place - 0.85) < 0.06, `${place}`);
  assert.ok(await scrolls(page, finger, at(0.5)), 'upwards it scrolls');
});

test('the cursor of a curve follows a finger', async () => {
  const { page, finger } = await phone('train/#v=1');
  await page.click('[data-do=play]');
  await past(page, 100);
  await page.click('[data-do=play]');
  await page.click('#tab-curves');
  await page.locator('#loss .plot').scrollIntoViewIfNeeded();
  const box = (await page.locator('#loss .plot').boundingBox())!;
  const at = (share: number) => ({ x: box.x + share * box.width, y: box.y + box.height / 2 });
  // Lifted, the finger leaves nothing behind; while it is down, the values there are read.
  await page.evaluate(() => {
    const seen: string[] = [];
    document.addEventListener('lab-cursor', (event) => seen.push(String((event as CustomEvent).detail)));
    Object.assign(globalThis, { seen });
  });
  await finger.drag(at(0.3), at(0.6));
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  assert.ok(new Set(seen).size >= 4, seen.join(' '));
});
