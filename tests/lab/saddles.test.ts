/** Saddles: the numbers that are shown against a native run, what is hidden, directions by keys, and what can be taken home. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  at,
  closePanels,
  comesBack,
  digest,
  eventually,
  guess,
  into,
  leadsTo,
  nativeValues,
  nothingMoves,
  openPanels,
  playOut,
  ready,
  replayed,
  screenshot,
  sharedLab,
  skipAll,
  takeHome,
  text,
  type Visit,
  visit,
} from './harness.ts';

const lab = sharedLab();
const native = nativeValues('saddles');

const number = (name: string) => Number(native.get(name));

/** Lines and marks of Newton's method. */
const newtons = (page: Page) => page.locator('lab-race .s-theory').count();

test('the same bits as natively, whatever the race, and the losses by ways down that were recorded', async () => {
  const early = await replayed(lab, 'saddles/#v=1&nudge=0.000001&step=40');
  assert.equal(await digest(early), native.get('digest-40'));
  // Those of an independent search: 0.016766, 0.061348 and 0.276527.
  for (const [ways, golden] of [
    [0, 0.016766],
    [2, 0.061348],
    [3, 0.276527],
  ] as const)
    assert.ok(Math.abs(number(`median-${ways}-down`) - golden) < 2e-6);
});

/** The searches take ten seconds of a processor: one page makes them, and each test leaves it with all that was found. */
describe('all searches', () => {
  let seen: Visit;
  let page: Page;
  before(async () => {
    seen = await visit(lab, 'saddles/');
    page = seen.page;
    await ready(page);
  });
  after(() => page.context().close());

  test('Play leads to the guess; what is asked is hidden, question by question, until it is answered', async () => {
    await page.click('[data-do=play]');
    await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
    const drawn = (selector: string) => page.locator(selector).count();
    assert.equal(await drawn('svg.places, svg.stems, svg.race, svg.haunted, #shares .series'), 0);
    await guess(page, 20);
    await playOut(page, 160);
    assert.equal(await text(page, 'truth'), '51 %');
    assert.equal(await drawn('svg.places .unknown'), 7, 'places, without a word on their ways down');
    assert.equal(await drawn('svg.places :is(.minimum, .way-down), svg.stems, svg.race'), 0);
    assert.doesNotMatch(await text(page, 'answer'), /ways down of/);
    // Slices are no answer: six of twenty go down, where three directions of ten do.
    assert.equal(await drawn('svg.chances path'), 20);
    assert.match(
      (await page.getAttribute('svg.chances', 'aria-label'))!,
      /^Of 20 random slices 6 go down\.$/,
    );
    assert.equal(await drawn('lab-split'), 0);
    await page.click('[data-do=next]');
    await guess(page, 5);
    assert.equal(await text(page, 'truth'), '3');
    assert.ok((await drawn('svg.places .minimum')) > 0 && (await drawn('svg.places .way-down')) > 0);
    assert.equal(await drawn('lab-stems .stem.down'), 3);
    assert.equal(await drawn('svg.race'), 0, 'the race waits for the third guess');
    await page.click('[data-do=next]');
    await guess(page, 1);
    await page.waitForSelector('svg.race');
    assert.equal(await text(page, 'truth'), 'longer by a fixed number of steps');
    assert.match((await page.textContent('.predict'))!, /186 steps, and 255 from ten times as near/);
    // Nothing says where Newton's method ends before that is guessed.
    const said = async () => [await page.innerText('body'), await page.innerHTML('lab-race')].join();
    const REVEALS = /Newton (returns|goes)|goes to the saddle|Newton’s step leads|>\s*Newton\s*</;
    assert.doesNotMatch(await said(), REVEALS);
    assert.equal(await newtons(page), 0);
    assert.equal(await page.locator('svg.race .series').count(), 4);
    await openPanels(page);
    assert.equal(await text(page, 'back'), 'hidden until you guess');
    await page.click('[data-do=export]');
    assert.doesNotMatch((await takeHome(page, 'race')).toString(), /^3,/m);
    assert.match((await takeHome(page, 'race')).toString(), /^4,0,/m);
    await page.keyboard.press('Escape');
    await page.click('[data-do=next]');
    assert.match((await page.textContent('.predict'))!, /Where does it stop/);
    assert.doesNotMatch(await said(), REVEALS);
    await guess(page, 0);
    await page.waitForSelector('lab-race .s-theory', { state: 'attached' });
    assert.equal(await text(page, 'truth'), 'at a saddle');
    assert.match((await page.textContent('.predict'))!, /8e−8 from the saddle.*3 of the directions go down/);
    assert.match(await said(), REVEALS);
    assert.match(await text(page, 'answer'), /Newton returns to it/);
    assert.match((await page.textContent('lab-split h3'))!, /1 way down, then 2 ways down/);
    assert.match(
      (await page.textContent('lab-split .readout'))!,
      /stays 0\.004404.* 2 go down.* 1 of 7 did; 1 is flat/,
    );
    await page.locator('#halves').fill('1');
    await page.waitForFunction(() =>
      document.querySelector('lab-split h3')!.textContent!.includes('then 1 way down'),
    );
    assert.match((await page.textContent('lab-split .readout'))!, /3 are flat/);
    assert.deepEqual(seen.complaints, []);
    assert.deepEqual(seen.foreign, []);
  });

  test('all searches: the same bits as natively, the places, and the race', async () => {
    assert.equal(await digest(page), native.get('digest-160'));
    assert.equal(await text(page, 'places'), `${native.get('places-160')} of 160`);
    assert.equal(await text(page, 'minima'), `${native.get('places-0-down')} (51 %)`);
    assert.equal(await text(page, 'loss'), '0.2765');
    assert.equal(await text(page, 'down'), '3 of 10');
    for (const [shown, name] of [
      ['descent', 'descent-left'],
      ['predicted', 'descent-predicted'],
      ['noisy', 'noisy-left'],
      ['free', 'free-left'],
      ['heavy', 'heavy-left'],
    ] as const)
      assert.equal(await text(page, shown), `${native.get(name)} steps`);
    const slope = Number((await text(page, 'slope')).replace('−', '-'));
    assert.ok(slope < 1e-10 && Math.abs(slope / number('slope') - 1) < 0.05, `${slope}`);
    assert.ok(Number((await text(page, 'back')).replace('−', '-')) < 1e-6, 'Newton goes back');
    assert.match(
      await text(page, 'answer'),
      /116 places.* 59 are minima.*one in 1 024.*3 ways down of 10.*leaves after 186/,
    );
    await screenshot(page, 'saddles', true);
  });

  test('directions by keys and by pointer: the curve of the network moves along; pointing changes nothing that lasts', async () => {
    const stems = page.locator('lab-stems .plot');
    const moved = () => page.getAttribute('svg.fit .moved', 'd');
    const said = () => stems.getAttribute('aria-valuetext');
    const [first, words] = [await moved(), (await said())!];
    assert.match(words, /^direction 1 of 10 goes down \(−0\.34\); the curve moves by/);
    await stems.focus();
    await page.keyboard.press('End');
    assert.match((await said())!, /^direction 10 of 10 goes up/);
    assert.notEqual(await moved(), first);
    await page.keyboard.press('Home');
    assert.equal(await moved(), first);
    const box = (await page.locator('svg.stems .stem').nth(6).boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.match((await said())!, /^direction 7 of 10/);
    await page.mouse.move(5, 5);
    await page.waitForFunction(
      (d) => document.querySelector('svg.fit .moved')!.getAttribute('d') === d,
      first,
    );
  });

  test('places by keys: a minimum has no ways down and no race', async () => {
    await page.locator('lab-places .plot').focus();
    await page.keyboard.press('Home');
    await page.waitForFunction(() =>
      document.querySelector('[data-test=down]')!.textContent!.includes('0 of'),
    );
    assert.equal(await text(page, 'loss'), '0.01677');
    await page.waitForSelector('svg.race', { state: 'detached' });
    assert.match((await page.textContent('.charts .note'))!, /nothing leaves/);
    await page.waitForFunction(() => /[&]place=\d+/.test(location.hash));
    await page.keyboard.press('End');
    await page.waitForSelector('svg.race');
  });

  test('methods are switched by keys, and damping by its control: neither needs a search', async () => {
    const bits = await digest(page);
    const lines = () => page.locator('svg.race .series').count();
    const marks = () => page.locator('svg.race .mark').count();
    assert.deepEqual([await lines(), await marks()], [5, 5]);
    assert.match(
      (await page.textContent('lab-race .readout'))!,
      /heavy ball leaves after \d+ steps; Newton returns/,
    );
    const drawn = (name: string) => page.locator(`lab-race button:text-is("${name}")`);
    for (const name of ['Newton', 'with noise']) {
      await drawn(name).focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (name) =>
          [...document.querySelectorAll('lab-race button')].some(
            (button) =>
              button.textContent!.trim() === name && button.getAttribute('aria-pressed') === 'false',
          ),
        name,
      );
    }
    assert.deepEqual([await lines(), await marks()], [3, 3]);
    assert.equal(await page.locator('svg.race .s-theory').count(), 0);
    const said = (await page.textContent('lab-race .readout'))!;
    assert.doesNotMatch(said, /with noise|Newton returns/);
    const free = `${native.get('free-left-0.1')} steps`;
    assert.notEqual(await text(page, 'free'), free);
    await page.locator('#set-damping').fill('1000');
    await page.waitForFunction(
      (free) => document.querySelector('[data-test=free]')!.textContent!.trim() === free,
      free,
    );
    assert.equal(await text(page, 'descent'), `${native.get('descent-left')} steps`);
    assert.equal(await digest(page), bits, 'the same places');
    await page.waitForFunction(() => /damping=0\.1&off=noise,newton&/.test(location.hash));
    await page.locator('#set-damping').fill('333');
    for (const name of ['Newton', 'with noise']) await drawn(name).click();
    assert.equal(await lines(), 5);
  });

  test('the race again from elsewhere, without a new search; ghosts by products', async () => {
    const descent = async () => Number.parseFloat((await text(page, 'descent')).replace(' ', ''));
    const near = await descent();
    await page.fill('input[aria-label="distance of the start, typed"]', '0.000001');
    await page.press('input[aria-label="distance of the start, typed"]', 'Enter');
    await eventually(async () => assert.notEqual(await descent(), near));
    assert.equal(await digest(page), native.get('digest-160'), 'the same places');
    // Three times ln 10 / ln(1 + η|λ|) steps more.
    assert.ok(Math.abs((await descent()) - 186 - 3 * 69.5) < 12, String(await descent()));
    await page.locator('#products').fill('20');
    await page.waitForFunction(() =>
      document.querySelector('lab-ghosts .readout')!.textContent!.includes('20 products'),
    );
    assert.match(
      (await page.textContent('lab-ghosts .readout'))!,
      new RegExp(`appears ${native.get('ghosts-20')} times`),
    );
    assert.equal(await page.locator('svg.haunted path').count(), 3);
  });

  test('on a phone figure, answer and transport are seen together', async () => {
    await closePanels(page);
    await page.setViewportSize({ width: 390, height: 844 });
    const touch = await page.context().newCDPSession(page);
    await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    await page.waitForSelector('#tab-controls');
    await page.evaluate(() => scrollTo(0, 0));
    for (const part of ['svg.places', 'svg.stems', 'svg.fit', '[data-test=answer]', '[data-do=play]']) {
      const box = (await page.locator(part).first().boundingBox())!;
      assert.ok(box.y >= 0 && box.y + box.height <= 844, `${part}: ${JSON.stringify(box)}`);
    }
  });

  test('a preset begins the searches anew, for another race of the same', async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.click('[aria-label=Presets] button:has-text("nearer")');
    await at(page, 0);
    await page.waitForFunction(() => /nudge=0\.000001/.test(location.hash));
  });
});

test('all four questions by keys alone', async () => {
  const page = await into(lab, 'saddles/#v=1&hidden=2&step=160');
  const press = (key: string) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.do);
  await press('p');
  for (let question = 1; ; question++) {
    await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
    await press('Tab');
    await press('ArrowRight');
    await press('Tab');
    assert.equal(await focused(), 'commit', `question ${question}`);
    await press('Enter');
    await page.waitForSelector('[data-test=truth]');
    await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
    if (question === 4) break;
    await press('Tab');
    assert.equal(await focused(), 'next', `question ${question}`);
    await press('Enter');
    await page.waitForSelector('[data-do=commit]');
  }
  assert.equal(await page.locator('[data-do=next]').count(), 0, 'it was the last');
  assert.equal(await page.locator('.hidden-value').count(), 0);
});

test('a link holds the place, the methods that are drawn, and the damping', async () => {
  // The smallest network: a search takes a tenth of the time.
  const page = await replayed(lab, 'saddles/#v=1&hidden=1&step=160');
  const again = async () => {
    const hash = await page.evaluate(() => location.hash);
    const { page: other } = await visit(lab, `saddles/${hash}`);
    await other.waitForSelector('[data-test=replay][data-state=same]');
    await skipAll(other);
    return other;
  };
  const highest = await text(page, 'loss');
  await page.locator('lab-places .plot').focus();
  await page.keyboard.press('Home');
  await page.waitForFunction(() => /[&]place=\d+/.test(location.hash));
  await eventually(async () => assert.notEqual(await text(page, 'loss'), highest));
  const lowest = await text(page, 'loss');
  const there = await again();
  assert.equal(await text(there, 'loss'), lowest);
  await page.keyboard.press('End');
  await page.waitForSelector('svg.race');
  await openPanels(page);
  const free = await text(page, 'free');
  await page.locator('#set-damping').fill('1000');
  await eventually(async () => assert.notEqual(await text(page, 'free'), free));
  for (const name of ['Newton', 'with noise']) await page.click(`lab-race button:text-is("${name}")`);
  await page.waitForFunction(() => /damping=0\.1&off=noise,newton&/.test(location.hash));
  const other = await again();
  await other.waitForSelector('svg.race');
  assert.equal(await other.locator('svg.race .series').count(), 3);
  await openPanels(other);
  assert.equal(await text(other, 'free'), await text(page, 'free'));
  for (const name of ['descent', 'saddle-free Newton', 'heavy ball'])
    await other.click(`lab-race button:text-is("${name}")`);
  await other.waitForFunction(() =>
    document.querySelector('lab-race .readout')!.textContent!.includes('No method is drawn'),
  );
});

test('a link leads to the same bits; what is taken home comes back, and holds nothing that is hidden', async () => {
  const { page } = await visit(lab, 'saddles/#v=1&hidden=1');
  await ready(page);
  await page.click('[data-do=export]');
  assert.equal((await takeHome(page, 'csv')).toString().trim().split('\r\n').length, 1, 'hidden');
  await page.keyboard.press('Escape');
  await page.click('[data-do=skip]');
  await playOut(page, 160);
  await page.click('[data-do=export]');
  assert.equal((await takeHome(page, 'csv')).toString().split('\r\n')[0], 'search,loss', 'not the ways down');
  await page.keyboard.press('Escape');
  await page.click('[data-do=next]');
  await skipAll(page);
  await page.waitForSelector('svg.race');
  await page.click('[data-do=export]');
  assert.equal(
    (await takeHome(page, 'csv')).toString().split('\r\n')[0],
    'search,loss,ways_down,without_sign',
  );
  assert.match(
    (await takeHome(page, 'race')).toString(),
    /^method_of_descent_with_noise_saddle_free_Newton_Newton_heavy_ball,step,loss\r\n0,0,/,
  );
  const svg = (await takeHome(page, 'svg')).toString();
  assert.match(svg, /fingerprint [0-9a-f]{4} /);
  assert.ok((await takeHome(page, 'png')).subarray(1, 4).equals(Buffer.from('PNG')));
  await comesBack(page);
  const link = await page.evaluate(() => location.href);
  await leadsTo(lab, link, 160, await digest(page));
});

/** The toy needs no search. */
describe('two directions', () => {
  const toy = (name: string, gamma = 0.1) => native.get(`toy-${gamma}-${name}`)!;
  const NOTHING = /leaves after \d|\b335\b|\b413\b|\b309\b|steps more|returns to it/;
  /** Everything that a reader, or a screen reader, could find the answer in, but for what may be chosen. */
  const everything = (page: Page) =>
    page.evaluate(() => {
      const seen = document.body.cloneNode(true) as HTMLElement;
      for (const hidden of seen.querySelectorAll('[hidden], .choices, dialog')) hidden.remove();
      return seen.outerHTML;
    });

  test('chosen, guessed and read by keys alone; nothing before its guess, and nothing of the network', async () => {
    const { page, complaints } = await visit(lab, 'saddles/');
    await ready(page);
    await page.focus('[aria-label=Presets] button:has-text("Two directions")');
    await page.keyboard.press('Enter');
    await page.waitForSelector('svg.toy');
    assert.match(await page.evaluate(() => location.hash), /place=-1&rate=0\.3/);
    assert.equal(
      await page.textContent('#question'),
      'One way leads up, one down. How long does it take to leave?',
    );
    assert.doesNotMatch(await everything(page), NOTHING);
    assert.equal(await page.locator('svg.toy .series, svg.toy .mark, svg.race, lab-toy table').count(), 0);
    assert.equal(await page.locator('lab-toy .levels').count(), 1);
    assert.deepEqual(
      (await page.locator('svg.toy text').allTextContents()).slice(0, 6),
      ['−0.02', '−0.01', '0', '0.05', '0.15', '0.3'],
      'level lines have their heights',
    );
    assert.equal(await page.locator('lab-spectrum .stem.down').count(), 1);
    assert.equal(await page.locator('lab-spectrum .stem.up').count(), 1);
    // Play leads to the guess.
    await page.focus('[data-do=play]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
    const choose = async (option: number) => {
      await page.locator('.choices input').first().focus();
      await page.keyboard.press('Space');
      for (let k = 0; k < option; k++) await page.keyboard.press('ArrowDown');
      await page.focus('[data-do=commit]');
      await page.keyboard.press('Enter');
    };
    await choose(1);
    await page.waitForSelector('svg.toy .series', { state: 'attached' });
    assert.equal(await text(page, 'truth'), 'longer by a fixed number of steps');
    assert.match((await page.textContent('.predict'))!, /335 steps, and 413 from ten times as near/);
    assert.match(
      await text(page, 'answer'),
      /costs 78 steps more.*leaves after 335.*heavy ball.*formula for descent says 309/,
    );
    // The same for those who cannot see it: from where all start to where each method has left.
    const row = (place: string) => page.locator(`lab-toy tr:${place} > *`).allTextContents();
    const methods = ['descent', 'with noise', 'saddle-free Newton', 'heavy ball'];
    assert.deepEqual(await page.locator('lab-toy th[scope=col]').allTextContents(), ['step', ...methods]);
    const rows = await page.locator('lab-toy tbody tr').count();
    assert.ok(rows >= 8 && rows <= 25, `${rows} rows`);
    assert.deepEqual(await row('first-child:not(thead *)'), ['0', ...Array(4).fill('0.6, 1e−4')]);
    const left = ['descent', 'noisy', 'free', 'heavy'].map((name) => toy(`${name}-left`));
    assert.deepEqual(await row('last-child:not(thead *)'), ['leaves', ...left]);
    // Newton's method waits for the second guess.
    const newtons = () => page.locator(':is(svg.toy, lab-race) .s-theory').count();
    assert.equal(await newtons(), 0);
    assert.doesNotMatch(await everything(page), /Newton (returns|goes)|walks uphill/);
    assert.equal(await text(page, 'back'), 'hidden until you guess');
    await page.focus('[data-do=next]');
    await page.keyboard.press('Enter');
    await choose(1);
    assert.equal(await text(page, 'truth'), 'at a saddle');
    assert.ok((await newtons()) > 0);
    assert.equal((await row('last-child:not(thead *)')).at(-2), 'never', 'Newton');
    assert.match((await page.textContent('.predict'))!, /1 of the directions goes down/);
    // What was answered here says nothing of the network, nor opens what was tested of both.
    const shown = (part: string) => page.locator(part).first().isVisible();
    assert.ok(await shown('[data-question=toy-race]'));
    for (const part of ['race', 'newton', '*'])
      assert.equal(await shown(`.prose [data-question="${part}"]`), false, part);
    assert.equal(await shown('.prose > .after'), false);
    await page.locator('#set-shown').selectOption('0');
    await page.waitForSelector('svg.toy', { state: 'detached' });
    assert.match((await page.textContent('.predict'))!, /What share of the places found are minima/);
    assert.equal(await page.locator('svg.race, svg.places').count(), 0);
    assert.deepEqual(complaints, []);
  });

  test('the same steps as natively at every γ, and those of an independent run', async () => {
    for (const [gamma, steps, formula] of [
      [1, 37, 35],
      [0.1, 335, 309],
      [0.01, 3316, 3040],
    ] as const) {
      assert.deepEqual(
        [toy('descent-left', gamma), toy('descent-predicted', gamma)],
        [`${steps}`, `${formula}`],
      );
      const { page } = await visit(lab, `saddles/#v=1&place=-1&rate=0.3&gamma=${gamma}`);
      await ready(page);
      await skipAll(page);
      const spaced = (name: string) => Number(toy(name, gamma)).toLocaleString('en').replace(',', '\u202f');
      for (const [shown, name] of [
        ['descent', 'descent-left'],
        ['predicted', 'descent-predicted'],
        ['heavy', 'heavy-left'],
        ['free', 'free-left'],
      ] as const)
        assert.equal(
          (await text(page, shown)).replace(/\s/g, ' '),
          `${spaced(name)} steps`.replace(/\s/g, ' '),
        );
      await page.context().close();
    }
  });

  test('words for those who cannot see it, before the guess and after', async () => {
    const { page } = await visit(lab, 'saddles/#v=1&place=-1&rate=0.3');
    await ready(page);
    await page.waitForSelector('svg.toy');
    const words = () =>
      page.$$eval('.figure svg[role=img]', (parts) => parts.map((part) => part.getAttribute('aria-label')!));
    assert.deepEqual(await words(), [
      'A saddle at 0 between minima at y = −1 and 1: its curvatures are 1 and −0.1.',
      'Curvatures at the saddle: of 2 directions 1 down, 1 up, 0 nearly flat',
    ]);
    await skipAll(page);
    await page.waitForSelector('svg.race', { state: 'attached' });
    assert.match((await words())[0]!, /descent leaves after 335.*Newton returns to it/);
  });

  test('what is answered of the network answers nothing here; the way there and back', async () => {
    const page = await replayed(lab, 'saddles/#v=1&hidden=1&step=160');
    await page.locator('#set-shown').selectOption('-1');
    await page.waitForSelector('svg.toy');
    assert.equal(await page.locator('svg.race, svg.toy .series').count(), 0);
    assert.match((await page.textContent('.predict'))!, /beside the ridge/);
    await page.click('[data-do=export]');
    assert.equal((await takeHome(page, 'race')).toString().trim().split('\r\n').length, 1, 'hidden');
    await page.keyboard.press('Escape');
    await skipAll(page);
    await page.waitForSelector('svg.race');
    await page.click('[data-do=export]');
    const svg = (await takeHome(page, 'svg')).toString();
    assert.match(svg, /−0\.02/, 'the level lines keep their heights');
    assert.match(
      (await takeHome(page, 'race')).toString(),
      /\r\n0,0,0\.1799999995\r\n/,
      '½ 0.6², less what it is along y',
    );
    await page.keyboard.press('Escape');
    await page.locator('#set-shown').selectOption('0');
    await page.waitForSelector('svg.places');
  });

  /** How many places are drawn of a trail, and the steps that a link holds. */
  const trail = async (page: Page, role = 's-a') =>
    (await page.getAttribute(`svg.toy .${role}`, 'd'))!.split('L').length;
  const linked = (page: Page) => page.evaluate(() => /[&]raced=(\d+)/.exec(location.hash)?.[1]);

  test('Play runs the race, Pause keeps its step in the link, which leads there; the searches stay where they were', async () => {
    const { page } = await visit(lab, 'saddles/#v=1&place=-1&rate=0.3');
    await ready(page);
    await skipAll(page);
    await page.waitForSelector('svg.toy .series', { state: 'attached' });
    const whole = await trail(page);
    assert.equal(await linked(page), undefined);
    await page.selectOption('.speed select', '1');
    await page.click('[data-do=play]');
    await page.waitForFunction(() =>
      /step \d+/.test(document.querySelector('.numbers.panel')!.getAttribute('label')!),
    );
    await eventually(async () => assert.ok((await trail(page)) >= 4));
    await page.click('[data-do=play]');
    await eventually(async () => assert.ok(await linked(page)));
    const [there, step] = [await trail(page), await linked(page)];
    assert.ok(there < whole, `${there} of ${whole}`);
    const { page: other } = await visit(lab, `saddles/${await page.evaluate(() => location.hash)}`);
    await ready(other);
    await skipAll(other);
    await other.waitForSelector('svg.toy .series', { state: 'attached' });
    assert.equal(await trail(other), there);
    await other.click('[data-do=step]');
    await eventually(async () => assert.equal(await linked(other), String(Number(step) + 1)));
    await other.click('[data-do=reset]');
    await eventually(async () => assert.equal(await linked(other), '0'));
    assert.equal(await trail(other), 1);
    assert.equal(await other.locator('svg.race .mark').count(), 0, 'nothing has left yet');
    await other.selectOption('.speed select', 'max');
    await other.click('[data-do=play]');
    await eventually(async () => assert.equal(await linked(other), undefined));
    assert.equal(await trail(other), whole);
    assert.equal(await other.locator('svg.race .mark').count(), 5);
    // The searches begin with the network.
    await other.locator('#set-shown').selectOption('0');
    await other.waitForSelector('svg.toy', { state: 'detached' });
    assert.equal(await text(other, 'places'), '0 of 0');
  });

  test('with reduced motion Play draws one still of the race; leaving the toy stops it', async () => {
    const { page } = await visit(lab, 'saddles/#v=1&place=-1&rate=0.3', { reducedMotion: 'reduce' });
    await ready(page);
    await skipAll(page);
    await page.waitForSelector('svg.toy .series', { state: 'attached' });
    const whole = await trail(page);
    await page.selectOption('.speed select', '1');
    await page.click('[data-do=play]');
    await eventually(async () => assert.equal(await linked(page), '60'));
    const there = await trail(page);
    assert.ok(there < whole);
    await nothingMoves(page);
    assert.equal(await trail(page), there);
    await page.emulateMedia({ reducedMotion: null });
    await page.click('[data-do=play]');
    await page.waitForSelector('[data-do=play]:has-text("Pause")');
    await page.locator('#set-shown').selectOption('0');
    await page.waitForSelector('[data-do=play]:has-text("Play")');
    assert.equal(await text(page, 'places'), '0 of 0');
  });
});
