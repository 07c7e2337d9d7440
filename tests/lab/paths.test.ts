/** Paths, used: the numbers of the page are those of the native search, and the reader can get at all of them. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import {
  at,
  blank,
  comesBack,
  DIST,
  digest,
  guess,
  leadsTo,
  natively,
  past,
  paused,
  plain,
  ready,
  screenshot,
  sharedLab,
  step,
  takeHome,
  text,
  visit,
} from './harness.ts';

/** The scan of a route. */
interface Report {
  saddle: number;
  barrier: number;
}

/** What the native search prints. */
interface Native {
  step: number;
  digest: string;
  endsBefore: string[];
  ends: string[];
  straight: Report;
  aligned: Report;
  best: Report;
  saddle: { value: number; missed: number };
  gradients: number;
  disagreement: number;
  aligningError: number;
  cycles: { step: number; saddle: number; barrier: number }[];
  climbed: number[];
}

const END = 'step=3200';
const HALF = 'step=1000';
const TWINS = 'task=twins&width=4&align=on&climb=on&cycles=2&pivots=5&step=2000';
const DIGITS = 'task=digits&width=4&a=7&b=9&cycles=2&rate=0.05&step=600';
const EGG = 'task=egg-carton&drags=0:4:0.7:1.1&step=2000';
const VALLEY = 'task=mueller-brown&climb=on&step=1500';
const WIDTHS = [2, 3, 4, 8, 16];
const PAIRS = [
  [1, 2],
  [3, 4],
  [5, 6],
] as const;
const pair = (width: number, [a, b]: readonly [number, number]) =>
  `task=twins&width=${width}&a=${a}&b=${b}&step=3200`;

const lab = sharedLab();
const truth = native([
  END,
  HALF,
  'step=1',
  TWINS,
  DIGITS,
  EGG,
  VALLEY,
  ...WIDTHS.flatMap((width) => PAIRS.map((seeds) => pair(width, seeds))),
]);

/** The same searches, run natively. */
function native(links: readonly string[]): Map<string, Native> {
  const lines = natively('paths', links);
  return new Map(links.map((link, k) => [link, JSON.parse(lines[k]!) as Native]));
}

/** Opens a link and waits until it has been replayed. */
async function replayed(link: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit(lab, `paths/#v=1&${link}`, options);
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  await skip(page);
  return page;
}

async function skip(page: Page): Promise<void> {
  if (await page.locator('[data-do=skip]').count()) await page.click('[data-do=skip]');
}

/** Plays at full speed to the end. */
async function playOut(page: Page): Promise<void> {
  await page.selectOption('lab-transport select', 'max');
  await page.click('[data-do=play]');
  await paused(page);
}

async function openPanels(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
}

/** Guess and truth are printed with two digits. */
const twoDigits = (value: number) => Number(value.toPrecision(2));

/** Three digits, as the page prints them. */
const close = (shown: string, value: number, what: string) =>
  assert.ok(
    Math.abs(Number.parseFloat(shown.replace('−', '-')) - value) <= 6e-3 * Math.abs(value) + 1e-9,
    `${what}: ${shown}, natively ${value}`,
  );

test('the default search, played: numbers and bits are those of the native one', async () => {
  const { page, foreign, complaints } = await visit(lab, 'paths/');
  await ready(page);
  assert.equal(await step(page), 0, 'nothing moves before it is asked to');
  assert.match(await text(page, 'barrier-path'), /hidden/, 'the path is hidden until it is guessed');
  await skip(page);
  await playOut(page);
  const expected = truth.get(END)!;
  assert.equal(await step(page), 3200);
  assert.equal(await digest(page), expected.digest);
  close(await text(page, 'barrier-straight'), expected.straight.barrier, 'straight');
  close(await text(page, 'barrier-aligned'), expected.aligned.barrier, 'aligned');
  close(await text(page, 'barrier-path'), expected.best.barrier, 'path');
  close(await text(page, 'saddle'), expected.saddle.value, 'saddle');
  await page.click('summary:has-text("More controls")');
  close(await text(page, 'ratio'), expected.straight.barrier / expected.best.barrier, 'ratio');
  assert.equal(await text(page, 'missed-saddle'), `${expected.saddle.missed} of 256`);
  assert.equal(Number((await text(page, 'gradients')).replaceAll(/\D/g, '')), expected.gradients);
  close(await text(page, 'disagreement'), 100 * expected.disagreement, 'disagreement');
  const ends = (await text(page, 'ends')).replaceAll(/\s/g, '');
  assert.equal(ends, expected.ends.join(''), 'the ends keep their bits');
  assert.deepEqual(foreign, []);
  assert.deepEqual(complaints, []);
  await screenshot(page, 'paths-default', true);
});

test('natively: the best saddle and barrier never rise, ends keep their bits, aligning is rounding', () => {
  for (const [link, { cycles, ends, endsBefore, aligningError }] of truth) {
    if (!cycles) continue;
    assert.deepEqual(ends, endsBefore, link);
    assert.ok(aligningError <= 1e-6, `${link}: ${aligningError}`);
    for (const [k, { step, saddle, barrier }] of cycles.slice(1).entries()) {
      assert.ok(saddle <= cycles[k]!.saddle, `${link}: saddle after ${step} moves`);
      assert.ok(barrier <= cycles[k]!.barrier, `${link}: barrier after ${step} moves`);
    }
  }
});

for (const [name, link] of [
  ['half way', HALF],
  ['twins, aligned, with a climb', TWINS],
  ['digits', DIGITS],
  ['egg carton, an image dragged', EGG],
  ['Müller–Brown, climbed', VALLEY],
] as const) {
  test(`a link is replayed to the native bits: ${name}`, async () => {
    const page = await replayed(link);
    const expected = truth.get(link)!;
    assert.equal(await step(page), expected.step);
    assert.equal(await digest(page), expected.digest);
    close(await text(page, 'barrier-straight'), expected.straight.barrier, 'straight');
    if (expected.best.barrier > 0) close(await text(page, 'barrier-path'), expected.best.barrier, 'path');
    if (expected.climbed?.length) {
      await openPanels(page);
      close(await text(page, 'climbed'), expected.climbed[0]!, 'climbed');
    }
    await screenshot(page, `paths-${link.match(/task=([a-z-]+)/)?.[1] ?? 'half'}`, true);
  });
}

test('a shared link leads to the same move and fingerprint; an edited one is found out', async () => {
  const { page } = await visit(lab, 'paths/#v=1&task=twins&width=3&cycles=2&t=0.4&route=straight');
  await ready(page);
  await skip(page);
  await page.click('[data-do=play]');
  await past(page, 100);
  await page.click('[data-do=play]');
  await paused(page);
  const [at, bits] = [await step(page), await digest(page)];
  await page.click('[data-do=share]');
  const link = await page.inputValue('#share-link');
  assert.ok(!link.includes('guess'), 'a guess goes along only on request');
  await leadsTo(lab, link, at, bits);
});

test('reset gives the same bits, one step at a time too; a view changes none', async () => {
  const { page } = await visit(lab, 'paths/');
  await ready(page);
  const first = await digest(page);
  await skip(page);
  await page.click('[data-do=step]');
  await at(page, 1);
  assert.equal(await digest(page), truth.get('step=1')!.digest);
  await page.locator('.profile').focus();
  await page.keyboard.press('End');
  await page.selectOption('#set-route', 'straight');
  await page.selectOption('#theme', 'dark');
  await page.waitForTimeout(200);
  assert.equal(await digest(page), truth.get('step=1')!.digest);
  await page.click('[data-do=reset]');
  await at(page, 0);
  assert.equal(await digest(page), first);
});

test('predict, run, compare: the line is shown, the path hidden until the reader commits; then both in a sentence', async () => {
  const { page } = await visit(lab, 'paths/');
  await ready(page);
  const expected = truth.get(END)!;
  close(await text(page, 'barrier-straight'), expected.straight.barrier, 'straight');
  assert.equal(await page.locator('.profile .way').count(), 2);
  assert.match(await text(page, 'missed'), /^19\d of 256/, 'in the middle of the line');
  await guess(page, 40);
  await playOut(page);
  close(await text(page, 'truth'), twoDigits(expected.best.barrier), 'truth of the path');
  assert.ok((await page.locator('.profile .w-best').count()) > 0);
  const answer = await text(page, 'answer');
  assert.ok(answer.includes(`the best path found ${expected.saddle.missed} (`), answer);
  // Low is a tenth of a coin toss.
  assert.match(
    answer,
    expected.best.barrier > Math.LN2 / 10 ? /That is not low \(low is up to 0\.069 nats/ : /That is low/,
  );
  await page.click('[data-do=next]');
  await guess(page, 1);
  assert.match(await text(page, 'truth'), /no, not at all/);
  assert.ok(!(await page.evaluate(() => location.hash)).includes('guess'), 'guesses stay on the device');
  // Another task: what was earned stays, but that guess was not for it.
  await page.getByRole('button', { name: 'Twins', exact: true }).click();
  await ready(page);
  assert.equal(await page.locator('[data-do=commit]').count(), 0);
});

test('ten classes are compared with ln 10, and a barrier below what the ends differ by is none', async () => {
  const { page } = await visit(lab, 'paths/#v=1&task=digits&width=4&cycles=1');
  await ready(page);
  assert.match(plain((await page.textContent('lab-predict'))!), /A blind guess loses ln 10 = 2\.30 nats/);
  await page.context().close();
  const twins = await replayed(pair(8, [1, 2]));
  assert.match(
    await text(twins, 'answer'),
    /(That is low: up to 0\.069 nats, a tenth of ln 2\.|Nothing is left to climb)/,
  );
  await twins.context().close();
});

test('walking from A to B morphs the boundary', async () => {
  const page = await replayed('step=800');
  let drawn: string | null = null;
  for (const t of [0, 0.5, 1]) {
    await page.locator('.profile').focus();
    await page.keyboard.press('Home');
    for (let k = 0; k < Math.round(10 * t); k++) await page.keyboard.press('Shift+ArrowRight');
    await page.waitForFunction(
      ([text, before]) => {
        const boundary = document.querySelector('lab-field .levels')!.getAttribute('d');
        const readout = document.querySelector('lab-profile .readout')!.textContent!;
        return readout.includes(text!) && boundary && boundary !== before;
      },
      [`t = ${t.toFixed(2)}`, drawn],
    );
    drawn = await page.getAttribute('lab-field .levels', 'd');
  }
  await page.waitForFunction(() => /t=1/.test(location.hash));
});

test('images of a toy are dragged by pointer and by keys, and a link remembers it', async () => {
  const { page } = await visit(lab, 'paths/#v=1&task=egg-carton');
  await ready(page);
  await skip(page);
  const knob = (await page.locator('[data-handle="4"] .knob').boundingBox())!;
  await page.mouse.move(knob.x + knob.width / 2, knob.y + knob.height / 2);
  await page.mouse.down();
  await page.mouse.move(knob.x - 40, knob.y - 40, { steps: 4 });
  await page.mouse.up();
  await page.locator('[data-handle="3"]').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.waitForFunction(() => /drags=0:4:.*;0:3:/.test(location.hash));
  await playOut(page);
  assert.equal(await text(page, 'saddle'), '0', 'the passes between the hollows lie at 0');
  const bits = await digest(page);
  await page.click('[data-do=share]');
  const other = await blank(lab);
  await other.page.goto(await page.inputValue('#share-link'));
  await other.page.waitForSelector('[data-test=replay][data-state=same]');
  assert.equal(await digest(other.page), bits);
  await screenshot(page, 'paths-dragged');
});

test('keys zoom a map around its handle, which stays in sight; the link does not hold it', async () => {
  const { page } = await visit(lab, 'paths/#v=1&task=mueller-brown');
  await ready(page);
  await skip(page);
  const place = async (handle: number) => {
    const box = (await page.locator(`[data-handle="${handle}"] .knob`).boundingBox())!;
    const map = (await page.locator('lab-field .over').boundingBox())!;
    return [box.x + box.width / 2 - map.x, box.y + box.height / 2 - map.y, map.width] as const;
  };
  const before = [await place(2), await place(3)] as const;
  const hash = await page.evaluate(() => location.hash);
  await page.locator('[data-handle="2"]').focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const after = [await place(2), await place(3)] as const;
  assert.ok(Math.abs(after[0][0] - before[0][0]) < 1 && Math.abs(after[0][1] - before[0][1]) < 1, 'it stays');
  const [far, near] = [after, before].map(([a, b]) => Math.hypot(a[0] - b[0], a[1] - b[1]));
  assert.ok(Math.abs(far! / near! - 2) < 0.02, `twice as far apart: ${far! / near!}`);
  const canvas = (await page.locator('lab-field canvas').boundingBox())!;
  assert.ok(Math.abs(canvas.width / after[0][2] - 2) < 0.01, 'and so is the picture');
  assert.match(await text(page, 'live'), /x from .* to .*, y from/);
  // Another handle, focused, comes into sight.
  await page.locator('[data-handle="7"]').focus();
  const [x, y, side] = await place(7);
  assert.ok(x > 0 && y > 0 && x < side && y < side, `${x} ${y}`);
  await page.keyboard.press('0');
  assert.deepEqual(await place(3), before[1]);
  assert.equal(await page.evaluate(() => location.hash), hash);
  // The boundary has no handle: the map itself takes the focus.
  await page.selectOption('#set-task', 'different');
  await page.waitForSelector('lab-field.boundary');
  await page.locator('lab-field.boundary .over').focus();
  await page.keyboard.press('+');
  await page.waitForFunction(
    () => document.querySelector<HTMLElement>('lab-field.boundary canvas')!.style.transform !== '',
  );
});

test('left alone, the band on the egg carton never leaves the top', async () => {
  const { page } = await visit(lab, 'paths/#v=1&task=egg-carton');
  await ready(page);
  await skip(page);
  await playOut(page);
  assert.equal(await text(page, 'barrier-path'), '4.00');
});

test('equal seeds are refused by name, and mended', async () => {
  const { page } = await visit(lab, 'paths/#v=1&a=5&b=5');
  await page.waitForSelector('[data-failure=refused]');
  assert.match((await page.textContent('[data-failure=refused]'))!, /seed_b/);
  await page.click('[data-do=recover]');
  await ready(page);
  assert.match(await page.evaluate(() => document.querySelector('.message h2')?.textContent ?? ''), /^$/);
});

test('pictures, curves and the state can be taken home; the state comes back', async () => {
  const page = await replayed(`${HALF}&pivots=5`);
  await page.click('[data-do=export]');
  const save = (what: string) => takeHome(page, what);
  const csv = (await save('csv')).toString().trim().split('\r\n');
  assert.equal(csv[0], 'way,t,loss');
  assert.ok(csv.some((row) => row.startsWith('best,')));
  assert.equal((await save('png')).subarray(1, 4).toString(), 'PNG');
  const drawing = (await save('svg')).toString();
  assert.match(drawing, /^<svg xmlns/);
  assert.ok(!/NaN|undefined/.test(drawing));
  await comesBack(page);
});

test('a run is pinned and stays beside the next', async () => {
  const page = await replayed('step=800&cycles=1');
  await page.click('[data-do=pin]');
  await page.selectOption('#set-align', 'on');
  await at(page, 0);
  await playOut(page);
  assert.ok((await page.locator('.profile .w-pinned').count()) > 0);
  assert.match((await page.textContent('lab-numbers.panel .pinned'))!, /pinned: /);
});

test('a walk with the keyboard alone', async () => {
  const { page } = await visit(lab, 'paths/');
  await ready(page);
  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement!;
      return e.id || e.getAttribute('data-do') || e.getAttribute('aria-label') || e.textContent!.trim();
    });
  const order: string[] = [];
  for (let k = 0; k < 60; k++) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  // Question and predict, then transport, controls, figure, curves.
  const wanted = ['predict-range', 'play', 'set-task', 'Place on the way from A to B', 'share'];
  const places = wanted.map((name) => order.indexOf(name));
  assert.ok(
    places.every((p) => p >= 0),
    order.join(' | '),
  );
  assert.deepEqual(
    places,
    [...places].sort((p, q) => p - q),
    order.join(' | '),
  );
  const leave = () => page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await leave();
  await page.keyboard.press('p');
  // Words that the question defines come before its ruler.
  for (const wanted of ['nats', 'band', 'predict-range']) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(), wanted);
  }
  await page.keyboard.press('End');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('lab-predict .guess');
  await leave();
  await page.keyboard.press('.');
  await at(page, 1);
  await page.keyboard.press('Space');
  await past(page, 40);
  await page.keyboard.press('Space');
  await paused(page);
  await page.keyboard.press('a');
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');
  await page.locator('.profile').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() =>
    document.querySelector('.profile')!.getAttribute('aria-valuetext')!.startsWith('t = 0.01'),
  );
  assert.match((await page.getAttribute('.profile', 'aria-valuetext'))!, /^t = 0\.01 on the band: 0\.\d+/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await at(page, 0);
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
});

test('with reduced motion nothing moves by itself, and Advance shows a still', async () => {
  const { page } = await visit(lab, 'paths/', { reducedMotion: 'reduce' });
  await ready(page);
  await skip(page);
  await page.waitForTimeout(300);
  assert.equal(await step(page), 0);
  assert.match((await page.textContent('[data-do=play]'))!, /Advance 200/);
  await page.click('[data-do=play]');
  await at(page, 200);
});

test('the table of widths holds what the native searches found', () => {
  const html = readFileSync(join(DIST, 'paths/index.html'), 'utf8');
  const rows = [...html.matchAll(/<th scope="row">(\d+) \(\d+\)<\/th>((?:<td>[\d.]+<\/td>){4})/g)];
  assert.deepEqual(
    rows.map(([, width]) => Number(width)),
    WIDTHS,
  );
  for (const [, width, cells] of rows) {
    const found = PAIRS.map((seeds) => truth.get(pair(Number(width), seeds))!);
    const mean = (of: (run: Native) => number) => found.reduce((sum, run) => sum + of(run), 0) / 3;
    const expected = [
      mean((run) => run.straight.barrier),
      mean((run) => run.aligned.barrier),
      mean((run) => run.best.barrier),
      Math.max(...found.map((run) => run.best.barrier)),
    ];
    const printed = [...cells!.matchAll(/[\d.]+/g)].map(([cell]) => cell);
    assert.deepEqual(
      printed,
      expected.map((value) => value.toFixed(3)),
      `width ${width}`,
    );
    // What the last question calls joined.
    assert.equal(expected[3]! < 0.02, Number(width) >= 4, `width ${width}: ${expected[3]}`);
  }
});
