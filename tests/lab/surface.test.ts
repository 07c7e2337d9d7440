/** Surface, used: the numbers on the page are those of the same handle run natively. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  at,
  digest,
  guess,
  leadsTo,
  nativeValues,
  past,
  paused,
  playOut,
  ready,
  screenshot,
  sharedLab,
  skipAll,
  step,
  takeHome,
  text,
  unawaited,
  visit,
} from './harness.ts';

const lab = sharedLab();
/** What `--example surface` prints: a key and a value a line. */
const truth = nativeValues('surface');

const native = (key: string) => Number(truth.get(key));

/** Waits for a whole map, of whatever is shown. */
async function mapped(page: Page): Promise<void> {
  await page.waitForFunction(
    () => !['', undefined].includes(document.querySelector<HTMLElement>('.map-and-aside')?.dataset.map),
  );
}

/** Waits for the map with these bits, the whole of it. */
async function mappedAs(page: Page, bits: string): Promise<void> {
  await page.waitForFunction(
    (bits) => document.querySelector<HTMLElement>('.map-and-aside')?.dataset.map === bits,
    bits,
  );
}

/** Looks at a plane, if it is another one, until its map is that of the native run. */
async function showPlane(page: Page, plane: string): Promise<void> {
  await page.click(`[data-plane=${plane}]`);
  await mappedAs(page, truth.get(`${plane}-map-64`)!);
}

async function mapDigest(page: Page): Promise<string> {
  return (await page.getAttribute('.map-and-aside', 'data-map'))!;
}

/** A number on the page equals the native one as far as it is printed: three digits. */
function same(shown: string, value: number, what: string): void {
  const read = Number.parseFloat(shown.replaceAll('−', '-'));
  assert.ok(Math.abs(read - value) <= 0.0051 * Math.abs(value) + 1e-9, `${what}: ${shown} against ${value}`);
}

async function preset(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await ready(page);
  await mapped(page);
}

/** The curvature comes after a rest. */
async function rested(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('[data-test=largest]')!.textContent!.trim() !== '–',
  );
}

test('all four planes and the toy: numbers and maps are those of the native run', async () => {
  const { page, foreign, complaints } = await visit(lab, 'surface/#v=1&step=3000');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await mapped(page);
  await skipAll(page);
  assert.equal(await digest(page), truth.get('net-digest-3000'));
  same(await text(page, 'loss'), native('net-loss-3000'), 'loss');
  await rested(page);
  for (const name of ['largest', 'trace', 'smallest'])
    same(await text(page, name), native(`net-${name}`), name);
  assert.match(await text(page, 'flat'), new RegExp(`^${truth.get('net-flat')} of 105$`));
  assert.match(await text(page, 'honesty'), /^You see 2 of 105 directions\.$/);
  same(await text(page, 'walk'), 100 * native('net-walk'), 'random walk');
  for (const plane of ['minima', 'run', 'curvature', 'random']) {
    await showPlane(page, plane);
    same(await text(page, 'unit'), native(`${plane}-unit`), `${plane}: unit`);
    const share = Number.parseFloat(await text(page, 'share'));
    assert.ok(Math.abs(share - 100 * native(`${plane}-share`)) < 0.051, `${plane}: share ${share}`);
    // A and B lie in one of the planes only.
    const line = plane === 'minima' ? 1 : 0;
    for (const part of ['[data-test=saddle]', '[data-handle=a]', '[data-handle=b]', '#profile'])
      assert.equal(await page.locator(part).count(), line, `${plane}: ${part}`);
    if (!line) continue;
    same(await text(page, 'saddle'), native(`${plane}-saddle`), `${plane}: highest`);
    same(await text(page, 'barrier'), native(`${plane}-barrier`), `${plane}: barrier`);
  }
  for (const [name, key] of [
    ['Ring', 'ring'],
    ['Tilted ring', 'tilted'],
  ] as const) {
    await preset(page, name);
    // The toy asks its own question, once.
    if (key === 'ring') await page.click('[data-do=skip]');
    await mappedAs(page, truth.get(`${key}-map-64`)!);
    same(await text(page, 'saddle'), native(`${key}-saddle`), name);
    assert.match(await text(page, 'honesty'), /2 of 2 directions/);
  }
  assert.deepEqual(foreign, [], 'nothing is fetched from elsewhere');
  assert.deepEqual(complaints, [], 'the console is quiet');
});

test('the map is filled coarse first, at every resolution', async () => {
  const { page } = await visit(lab, 'surface/');
  await ready(page);
  await mappedAs(page, truth.get('minima-map-64')!);
  await page.evaluate(() => {
    const seen: string[] = [];
    const panel = document.querySelector<HTMLElement>('.map-and-aside')!;
    new MutationObserver(() => seen.push(panel.dataset.cells!)).observe(panel, {
      attributes: true,
      attributeFilter: ['data-cells'],
    });
    Object.assign(globalThis, { seen });
  });
  await page.locator('details.more summary').first().click();
  await page.selectOption('#set-cells', '32');
  await mappedAs(page, truth.get('minima-map-32')!);
  await page.selectOption('#set-cells', '64');
  await mappedAs(page, truth.get('minima-map-64')!);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
  assert.deepEqual(seen, ['16', '32', '16', '32', '64'], 'each grid is drawn');
});

test('predict, run, compare: the random plane is cut when the guess is made, beside the first; then the line', async () => {
  const { page } = await visit(lab, 'surface/');
  await ready(page);
  assert.match(await text(page, 'saddle'), /hidden/);
  assert.equal(await page.locator('#profile').count(), 0, 'nor is the line drawn');
  // The plane may be looked at; what it shows of the run is the question.
  await showPlane(page, 'random');
  assert.match(await text(page, 'share'), /hidden/);
  assert.equal(await page.getAttribute('.map .run', 'd'), '');
  assert.equal(await page.locator('.map .head').count(), 0);
  await showPlane(page, 'minima');
  await guess(page, 30);
  await page.waitForSelector('[data-test=truth]');
  const share = 100 * native('random-share');
  const near = (shown: string) => Math.abs(Number.parseFloat(/[\d.]+/.exec(shown)![0]) - share) < 0.051;
  assert.ok(near(await text(page, 'truth')), await text(page, 'truth'));
  assert.equal(await page.inputValue('#set-beside'), 'random');
  await page.waitForFunction(() => /Holds/.test(document.querySelector('[data-test=beside]')!.textContent!));
  assert.ok(near(await text(page, 'beside')), await text(page, 'beside'));
  assert.ok(near(await text(page, 'answer')), await text(page, 'answer'));
  await page.click('[data-do=next]');
  await guess(page, 40);
  same(await text(page, 'truth'), Number(native('minima-saddle').toPrecision(2)), 'truth');
  assert.equal(await page.locator('#profile').count(), 1);
  await screenshot(page, 'surface-predicted', true);
});

test('the run does not walk on the map: its own loss stands beside that of the map below it', async () => {
  const { page } = await visit(lab, 'surface/#v=1&step=0');
  await ready(page);
  await mapped(page);
  await skipAll(page);
  const shown = async (name: string) => Number.parseFloat(await text(page, name));
  // At its start the run is far from the plane through three ends, and the map lies elsewhere.
  assert.ok(Math.abs((await shown('drawn')) / (await shown('loss')) - 1) > 0.05);
  await playOut(page, 3000);
  assert.equal(await shown('drawn'), await shown('loss'), 'its end lies in the plane');
  assert.equal(await page.locator('#heights path.series').count(), 2);
});

test('a shared link goes to the same step and digest; a tampered one is found out', async () => {
  const { page } = await visit(lab, 'surface/');
  await ready(page);
  await page.selectOption('lab-transport select', 'max');
  await unawaited(page);
  await page.click('[data-do=play]');
  await page.waitForFunction(
    () => Number(document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step) >= 500,
  );
  await page.click('[data-do=play]');
  await paused(page);
  await page.locator('[data-handle=a]').focus();
  await page.keyboard.press('Shift+ArrowUp');
  const [moment, bits] = [await step(page), await digest(page)];
  await page.click('[data-do=share]');
  const link = await page.inputValue('#share-link');
  assert.match(link, /ay=0\.1&/);
  const other = await leadsTo(lab, link, moment, bits);
  assert.match((await other.getAttribute('[data-handle=a]', 'aria-valuetext'))!, /y 0\.1/);
  // Step by step it is the same run.
  await page.keyboard.press('Escape');
  await page.goto('about:blank');
  await page.goto(`${lab.home}surface/#v=1&step=999`);
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await unawaited(page);
  await page.click('[data-do=step]');
  await at(page, 1000);
  assert.equal(await digest(page), truth.get('net-digest-1000'));
  await page.click('[data-do=reset]');
  await at(page, 0);
  assert.equal(await digest(page), truth.get('net-digest-0'));
});

test('handles are dragged, the cross is placed, and the numbers follow', async () => {
  const { page } = await visit(lab, 'surface/#v=1&scene=ring');
  await ready(page);
  await mapped(page);
  await page.click('[data-do=skip]');
  const box = (await page.locator('.map .over').boundingBox())!;
  const place = (x: number, y: number) =>
    [box.x + ((x + 2) / 4) * box.width, box.y + ((2 - y) / 4) * box.height] as const;
  await page.mouse.move(...place(1, 0));
  await page.mouse.down();
  await page.mouse.move(...place(0, 1), { steps: 8 });
  await page.mouse.up();
  const value = (await page.getAttribute('[data-handle=b]', 'aria-valuetext'))!;
  const [x, y] = /x (\S+), y (\S+)/.exec(value)!.slice(1).map(Number);
  assert.ok(Math.abs(x!) < 0.02 && Math.abs(y! - 1) < 0.02, value);
  // Half-way between (−1, 0) and (0, 1) the ring is left by half: (½ − 1)² / 4.
  await page.waitForFunction(
    () =>
      Math.abs(Number.parseFloat(document.querySelector('[data-test=saddle]')!.textContent!) - 0.0625) <
      0.001,
  );
  // On the ring, wherever one looks, the loss is 0; in the middle it is ¼.
  for (const angle of [0.3, 1.9, 4.4]) {
    await page.mouse.click(...place(Math.cos(angle), Math.sin(angle)));
    await page.waitForFunction(
      () =>
        Number.parseFloat(document.querySelector('[data-test=loss]')!.textContent!.replaceAll('−', '-')) <
        1e-3,
    );
  }
  await page.mouse.click(...place(0, 0));
  await page.waitForFunction(() =>
    document.querySelector('[data-test=loss]')!.textContent!.includes('0.250'),
  );
  await rested(page);
  assert.match(await text(page, 'largest'), /^−1\.00/, 'a maximum: both curvatures are −1');
  assert.match(await text(page, 'trace'), /^−2\.00/);
  await page.waitForFunction(() => /at=cross/.test(location.hash));
});

test('a keyboard-only walk', async () => {
  const { page } = await visit(lab, 'surface/');
  await ready(page);
  await mapped(page);
  await page.keyboard.press('p');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'predict-title');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  assert.match((await page.textContent('lab-predict output'))!, /51 %/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-test=truth]');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('.');
  await at(page, 1);
  await page.keyboard.press('Space');
  await past(page, 40);
  await page.keyboard.press('Space');
  await paused(page);
  await page.keyboard.press('a');
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');

  // Handles: fine, coarse, to the limits, released.
  const value = () => page.getAttribute('[data-handle=a]', 'aria-valuetext');
  await page.locator('[data-handle=a]').focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await value(), 'x -0.98, y 0');
  await page.keyboard.press('Shift+ArrowUp');
  assert.equal(await value(), 'x -0.98, y 0.1');
  await page.keyboard.press('End');
  assert.equal(await value(), 'x 2, y 0.1');
  await page.keyboard.press('Home');
  assert.equal(await value(), 'x -2, y 0.1');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'BODY');

  // The line is the second question; then the cursor of its chart takes the cross along.
  await page.click('[data-do=next]');
  await page.click('[data-do=skip]');
  await page.locator('#profile .plot').focus();
  await page.keyboard.press('Home');
  assert.match((await page.getAttribute('[data-handle=cross]', 'aria-valuetext'))!, /^x -2, y 0\.1/);
  await page.waitForFunction(() => /at=cross/.test(location.hash));
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('r');
  await at(page, 0);
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
});

test('reduced motion: a still of the same run, and nothing moves without input', async () => {
  const { page } = await visit(lab, 'surface/', { reducedMotion: 'reduce' });
  await ready(page);
  await mapped(page);
  await rested(page);
  await unawaited(page);
  await page.waitForFunction(() => /Holds/.test(document.querySelector('[data-test=beside]')!.textContent!));
  await page.waitForTimeout(1000);
  const before = await page.screenshot();
  await page.waitForTimeout(600);
  assert.ok(before.equals(await page.screenshot()), 'nothing moves');
  assert.match((await page.textContent('[data-do=play]'))!, /Advance 960/);
  await page.click('[data-do=play]');
  await at(page, 960);
  const other = await visit(lab, 'surface/#v=1&step=960');
  await other.page.waitForSelector('[data-test=replay][data-state=unknown]');
  assert.equal(await digest(page), await digest(other.page), 'the two ways cannot diverge');
});

test('before the guess nothing that is taken home reveals where the run lies in the random plane', async () => {
  const { page } = await visit(lab, 'surface/#v=1&plane=random&step=600');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await mapped(page);
  const places = async () => {
    await page.click('[data-do=export]');
    const rows = (await takeHome(page, 'csv')).toString().split('\r\n');
    await page.keyboard.press('Escape');
    return rows.filter((row) => row.startsWith('run,')).length;
  };
  assert.equal(await places(), 0);
  await page.click('[data-do=skip]');
  assert.ok((await places()) > 100, 'then all of it');
  await page.context().close();
});

test('files to take home, and a state brought back', async () => {
  const { page } = await visit(lab, 'surface/#v=1&plane=run&step=1000');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await mapped(page);
  await skipAll(page);
  await showPlane(page, 'minima');
  await page.click('[data-do=export]');
  const line = (await takeHome(page, 'csv')).toString().trim().split('\r\n');
  const losses = line.filter((row) => row.startsWith('line,')).map((row) => Number(row.split(',')[4]));
  assert.equal(losses.length, 101);
  assert.equal(Math.max(...losses), native('minima-saddle'), 'in full, not as printed');
  await page.keyboard.press('Escape');
  await showPlane(page, 'run');
  await page.click('[data-do=export]');
  const save = (what: string) => takeHome(page, what);
  assert.equal((await save('png')).subarray(1, 4).toString(), 'PNG');
  const drawing = (await save('svg')).toString();
  assert.match(drawing, /<path[^>]* d="M/);
  assert.match(drawing, /plane run, seed 1/);
  const rows = (await save('csv')).toString().trim().split('\r\n');
  assert.equal(rows.filter((row) => row.startsWith('line,')).length, 0, 'no line from A to B in this plane');
  assert.equal(rows.filter((row) => row.startsWith('run,')).length, 301);
  const json = await save('json');
  const state = JSON.parse(json.toString()) as { digest: string; map: string };
  assert.equal(state.digest, truth.get('net-digest-1000'));
  assert.equal(state.map, truth.get('run-map-64'));
  const other = await visit(lab, 'surface/');
  await ready(other.page);
  await other.page.click('[data-do=export]');
  await other.page.setInputFiles('#bring', {
    name: 'state.json',
    mimeType: 'application/json',
    buffer: json,
  });
  await other.page.waitForSelector('[data-test=replay][data-state=same]');
  assert.equal(await other.page.getAttribute('[data-plane=run]', 'aria-pressed'), 'true');
});

test('a value out of range is clamped, and said', async () => {
  const clamped = await visit(lab, 'surface/#v=1&half=99&plane=none');
  await ready(clamped.page);
  assert.match(await text(clamped.page, 'notes'), /half-width: 99 became 4/);
  assert.match(await text(clamped.page, 'notes'), /plane: “none” is unknown/);
});

test('without JavaScript: still picture, prose, and a table of the right numbers', async () => {
  const { page } = await visit(lab, 'surface/', { javaScriptEnabled: false });
  assert.ok(await page.isVisible('.still'));
  assert.ok(await page.isVisible('.prose'));
  const value = (await page.locator('noscript table td').allTextContents()).map(Number.parseFloat);
  const keys = ['run-share', 'net-walk', 'minima-share', 'random-share', 'curvature-share'];
  assert.deepEqual(
    value,
    keys.map((key) => Number((100 * native(key)).toFixed(1))),
  );
});

test('keys zoom the map, say so, and the link remembers it', async () => {
  const { page } = await visit(lab, 'surface/');
  await ready(page);
  await mapped(page);
  await page.locator('[data-handle=a]').focus();
  await page.keyboard.press('+');
  assert.equal(await page.inputValue('input[aria-label="half-width, typed"]'), '1.41');
  await page.waitForFunction(() => /half=1\.41&mx=-0\.295(&|$)/.test(location.hash));
  await page.waitForFunction(() =>
    /^Half-width 1\.41: x from -1\.7 to 1\.11, y from -1\.41 to 1\.41\./.test(
      document.querySelector('[data-test=live]')!.textContent!,
    ),
  );
  assert.equal(
    await page.getAttribute('[data-handle=a]', 'aria-valuemax'),
    '1.11',
    'the map reaches less far, and A stays where it is',
  );
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  assert.equal(await page.inputValue('input[aria-label="half-width, typed"]'), '2.81');
  await page.keyboard.press('0');
  await page.waitForFunction(() => !/half=|mx=/.test(location.hash));
  // All of it again.
  await mappedAs(page, truth.get('minima-map-64')!);
  // Outside of the map the keys do nothing.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('+');
  assert.equal(await page.inputValue('input[aria-label="half-width, typed"]'), '2');
  await page.keyboard.press('?');
  assert.match(
    (await page.textContent('#help'))!,
    /on a map or one of its handles: zoom in, zoom out, show all/,
  );
});

test('Ctrl and the wheel zoom around what is under the pointer, and the link holds it; alone it scrolls', async () => {
  const { page } = await visit(lab, 'surface/#v=1');
  await ready(page);
  await mapped(page);
  const half = () => page.inputValue('input[aria-label="half-width, typed"]').then(Number);
  const place = async (target = page) => {
    const box = (await target.locator('[data-handle=b] .knob').boundingBox())!;
    return [box.x + box.width / 2, box.y + box.height / 2] as const;
  };
  const near = ([x, y]: readonly [number, number], [px, py]: readonly [number, number]) =>
    assert.ok(Math.hypot(x - px, y - py) < 1.5, `${[x, y]} and ${[px, py]}`);
  const before = await place();
  const whole = await mapDigest(page);
  // A wheel reports whole pixels: the place under them stays, and what lies beside it moves away by the zoom.
  const [px, py] = [Math.round(before[0]), Math.round(before[1])];
  await page.mouse.move(px, py);
  await page.keyboard.down('Control');
  for (let k = 0; k < 3; k++) await page.mouse.wheel(0, -100);
  await page.keyboard.up('Control');
  await page.waitForFunction(() => /half=0\.\d+&mx=0\.\d+/.test(location.hash));
  assert.ok(Math.abs((await half()) - 2 * Math.exp(-1.2)) < 0.02, `${await half()}`);
  const by = 2 / (await half());
  const after = [px + by * (before[0] - px), py + by * (before[1] - py)] as const;
  near(await place(), after);
  assert.equal(await page.evaluate(() => scrollY), 0);
  const again = await visit(lab, `surface/${new URL(page.url()).hash}`);
  await ready(again.page);
  await mapped(again.page);
  const closer = await mapDigest(again.page);
  assert.notEqual(closer, whole);
  // The same map as from its link, once the wheel has come to rest.
  await mappedAs(page, closer);
  near(await place(again.page), after);
  await again.page.context().close();
  await page.mouse.wheel(0, 200);
  await page.waitForFunction(() => scrollY > 100);
  assert.ok(Math.abs((await half()) - 2 * Math.exp(-1.2)) < 0.02, 'the map stays as it was');
  // A is no longer on the map. The keys find it all the same, and then it is seen.
  await page.locator('[data-handle=a]').focus();
  await page.waitForFunction(() => {
    const [map, handle] = ['.map .over', '[data-handle=a] .knob'].map((part) =>
      document.querySelector(part)!.getBoundingClientRect(),
    );
    return handle!.left > map!.left && handle!.right < map!.right;
  });
});
