/** The reader's own data, rule 8, on every exhibit that takes them by the manifest. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { parsePoints } from '../../web/src/lib/own.ts';
import { EXHIBITS } from './exhibits.ts';
import {
  at,
  comesBack,
  digest,
  leadsTo,
  natively,
  nativeValues,
  playTo,
  playUnseen,
  ready,
  screenshot,
  settled,
  sharedLab,
  skipAll,
  step,
  text,
  violations,
  visit,
} from './harness.ts';

const lab = sharedLab();

const ON_POINTS = EXHIBITS.filter(({ own }) => own === 'points').map(({ key }) => key);

/** Two clouds that a line nearly parts, as rows of a file. */
function rows(count: number, far = 1): (readonly [number, number, string])[] {
  return Array.from({ length: count }, (_, k) => {
    const [angle, side] = [2.4 * k, k % 2];
    const radius = 1.1 * Math.sqrt((k + 1) / count);
    const x = (side === 0 ? -0.8 : 0.8) + radius * Math.cos(angle);
    return [
      far * Number(x.toFixed(3)),
      far * Number((radius * Math.sin(angle)).toFixed(3)),
      `${side}`,
    ] as const;
  });
}

async function opened(key: string): Promise<Page> {
  const { page, complaints } = await visit(lab, `${key}/`);
  await ready(page);
  await skipAll(page);
  assert.deepEqual(complaints, []);
  await open(page);
  return page;
}

async function open(page: Page): Promise<void> {
  await page.locator('[data-do=own]').first().click();
  await page.waitForSelector('#own lab-paint svg');
}

const count = async (page: Page) => (await text(page, 'own-count')).replaceAll(/\s+/g, ' ');

/** Reads a table that is pasted. */
async function paste(page: Page, table: string): Promise<void> {
  await page.fill('#csv-text', table);
  await page.click('[data-do=read]');
}

async function use(page: Page): Promise<void> {
  await page.click('[data-do=use]');
  await page.waitForSelector('#own', { state: 'detached' });
  await page.waitForFunction(
    () => document.querySelector('[data-do=own]')!.getAttribute('aria-pressed') === 'true',
  );
  await ready(page);
}

/** Plays a little, shares, and opens the link elsewhere: the same bits. */
async function shared(page: Page): Promise<{ link: string; bits: string; steps: number }> {
  await playTo(page, 40, '16');
  await page.click('[data-do=share]');
  const steps = await settled(page);
  const [link, bits] = [await page.inputValue('#share-link'), await digest(page)];
  const other = await leadsTo(lab, link, steps, bits);
  await other.close();
  await page.keyboard.press('Escape');
  return { link, bits, steps };
}

for (const key of ON_POINTS) {
  test(`${key}: points are painted, with a pointer and with keys, and the link holds them`, async () => {
    const page = await opened(key);
    assert.ok(await page.isDisabled('[data-do=use]'), 'nothing is there yet');
    const square = (await page.locator('#own lab-paint svg').boundingBox())!;
    const place = (x: number, y: number) =>
      [square.x + x * square.width, square.y + y * square.height] as const;
    await page.mouse.move(...place(0.2, 0.2));
    await page.mouse.down();
    await page.mouse.move(...place(0.2, 0.8), { steps: 40 });
    await page.mouse.up();
    const circles = Number((await count(page)).match(/(\d+) circles/)![1]);
    assert.ok(circles >= 8, `a stroke leaves points: ${await count(page)}`);
    assert.match(await count(page), /There must be some of each/);
    assert.ok(await page.isDisabled('[data-do=use]'));
    await page.check('#own input[value="1"]');
    await page.focus('#own lab-paint svg');
    for (let k = 0; k < 6; k++) {
      await page.keyboard.press('Shift+ArrowRight');
      await page.keyboard.press(k % 2 ? 'ArrowUp' : 'Shift+ArrowDown');
      await page.keyboard.press('Space');
    }
    assert.match(await count(page), new RegExp(`${circles} circles, 6 squares`));
    await page.keyboard.press('Backspace');
    assert.match(await count(page), /5 squares/);
    await page.check('#own input[value=erase]');
    await page.mouse.click(...place(0.2, 0.2));
    assert.match(await count(page), new RegExp(`${circles - 1} circle`));
    assert.deepEqual(await violations(page), []);
    await screenshot(page, `own-${key}-painted`);
    await use(page);
    await skipIfAsked(page);
    const { link } = await shared(page);
    assert.match(link, /[&]own=2\.\d\.[\w-]+/);
    await screenshot(page, `own-${key}`);
    await page.context().close();
  });

  test(`${key}: a table is read or refused by its line, and gives the native run’s bits`, async () => {
    const page = await opened(key);
    await paste(page, 'x,y,label\n1,2,a\n3,b,c\n');
    assert.equal(await text(page, 'csv-why'), 'Line 3: “b” is not a number.');
    await paste(page, '1,2,a\n3,4,b\n5,6,c\n');
    assert.match(await text(page, 'csv-why'), /^Line 3: “c” is one label too many/);
    // As a spreadsheet of another language writes it.
    const lines = rows(60, 10).map(([x, y, label]) => [x, y, label].join(';').replaceAll('.', ','));
    const file = `\uFEFF"x";"y";"label"\r\n${lines.join('\r\n')}\r\n`;
    await page.setInputFiles('#csv-file', {
      name: 'mine.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(file),
    });
    await page.waitForFunction(() =>
      /60 rows/.test(document.querySelector('[data-test=own-count]')!.textContent!),
    );
    assert.equal(await page.locator('[data-test=csv-why]').count(), 0);
    assert.ok(await page.isChecked('#own label.check input[type=checkbox]'), 'far from 0: standardised');
    await use(page);
    await skipIfAsked(page);
    const { link, bits, steps } = await shared(page);
    const own = new URLSearchParams(new URL(link).hash.slice(1)).get('own')!;
    assert.equal(parsePoints(own)!.labels.length, 60);
    assert.ok(parsePoints(own)!.standard);
    const native =
      key !== 'paths'
        ? nativeValues(key, ['own', String(steps), own]).get('own-digest')
        : JSON.parse(natively('paths', [new URL(link).hash.slice(5)])[0]!).digest;
    assert.equal(bits, native);
    await page.context().close();
  });

  test(`${key}: more than a link holds is in the exported state, and comes back with it`, async () => {
    const page = await opened(key);
    await paste(
      page,
      rows(512)
        .map((row) => row.join())
        .join('\n'),
    );
    await use(page);
    assert.match((await page.textContent('[data-test=banner]'))!, /do not fit into a link/);
    await skipIfAsked(page);
    await playTo(page, 40, '16');
    assert.ok(!page.url().includes('own='));
    await page.click('[data-do=share]');
    assert.match((await page.textContent('#share'))!, /more data than a link holds/);
    assert.ok(!(await page.inputValue('#share-link')).includes('own=2'));
    await page.keyboard.press('Escape');
    await settled(page);
    const steps = await step(page);
    await page.click('[data-do=export]');
    await comesBack(page);
    await at(page, steps);
    // A link that names them and does not hold them says so.
    const alone = await visit(lab, `${key}/${new URL(page.url()).hash}`);
    await ready(alone.page);
    assert.match((await alone.page.textContent('[data-test=banner]'))!, /data that it does not hold/);
    await alone.page.context().close();
    await page.context().close();
  });
}

for (const key of EXHIBITS.filter(({ own }) => own === 'rows').map((row) => row.key)) {
  /** Three classes of five columns, of which one is constant. */
  const table = (count: number) =>
    Array.from({ length: count }, (_, k) => {
      const kind = ['oak', 'ash', 'elm'][k % 3]!;
      const value = (j: number) => (100 * Math.sin(3.1 * k + j) + 60 * (k % 3)).toFixed(2);
      return [value(0), value(1), '7', value(2), value(3), kind].join();
    });

  const into = async () => {
    const { page } = await visit(lab, `${key}/`);
    await ready(page);
    await skipAll(page);
    await page.locator('[data-do=own]').first().click();
    await page.waitForSelector('#own #csv-text');
    return page;
  };

  test(`${key}: rows of any width are learned, drawn as bars, and give the native run’s bits`, async () => {
    const page = await into();
    await paste(page, 'a,b,label\n1,2,x\n3,4\n');
    assert.equal(await text(page, 'csv-why'), 'Line 3: there are 2 fields, and 3 in the first row.');
    assert.ok(await page.isDisabled('[data-do=use]'));
    await paste(page, table(48).join('\n'));
    assert.match(
      await count(page),
      /48 rows of 5 inputs were read: “oak” is class 0, “ash” is class 1, “elm” is class 2/,
    );
    assert.deepEqual(await violations(page), []);
    await use(page);
    assert.equal(await page.locator('lab-bars .unit-bars svg').count(), 16);
    assert.equal(await page.locator('lab-bars .answers li').count(), 3);
    const { link, bits, steps } = await shared(page);
    const own = new URLSearchParams(new URL(link).hash.slice(1)).get('own')!;
    assert.equal(bits, natively('train', ['own', String(steps), own])[0]!.split(' ')[1]);
    await page.click('[data-do=held-out]');
    await page.waitForFunction(() =>
      /Held-out row 2, class \d/.test(document.querySelector('lab-bars')!.textContent!),
    );
    for (const [width, height] of [
      [1280, 720],
      [390, 844],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200);
      assert.deepEqual(await violations(page), []);
      await screenshot(page, `own-${key}-${width}`);
    }
    await playUnseen(page);
    await page.waitForSelector('[data-test=answer]', { timeout: 240_000 });
    // What is asked and answered is of these rows: (5 + 1) · 16 + (16 + 1) · 3 parameters, not those of the digits.
    assert.match(
      await text(page, 'answer'),
      /^Of 20 seeds each, on your rows, got stuck: Steady \d+, Hot \d+/,
    );
    assert.equal(
      await page.innerText('#question'),
      'A network of 147 numbers learns your rows. Nothing forbids it from getting stuck. Does it?',
    );
    assert.match(await page.innerText('lab-predict'), /train on your rows/);
    const named = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('#question, .exhibit')].map((e) => e.innerText).join('\n'),
    );
    assert.deepEqual(named.match(/.*\bdigits?\b.*/g) ?? [], []);
    await page.context().close();
  });

  test(`${key}: more rows than a link holds are in the exported state, and come back with it`, async () => {
    const page = await into();
    await paste(page, table(300).join('\n'));
    await use(page);
    await playTo(page, 40, '16');
    await settled(page);
    await page.click('[data-do=export]');
    await comesBack(page);
    assert.equal(await page.locator('lab-bars .answers li').count(), 3);
    await page.context().close();
  });
}

/** Another kind of data may ask its own question. */
async function skipIfAsked(page: Page): Promise<void> {
  if (await page.locator('[data-do=skip]').count()) await skipAll(page);
}
