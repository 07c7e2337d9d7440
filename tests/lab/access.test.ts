/** For everyone: no axe violation, no overflow, keyboard alone, reduced motion, large text. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ALL, EXHIBITS, FIGURES } from './exhibits.ts';
import {
  at,
  closePanels,
  digest,
  enlarge,
  eventually,
  into,
  nothingMoves,
  openPanels,
  overflow,
  overflowAt,
  past,
  paused,
  playTo,
  ready,
  screenshot,
  sharedLab,
  skipAll,
  step,
  tabsAt,
  text,
  violations,
  visit,
  WIDTHS,
} from './harness.ts';

const lab = sharedLab();

/** Texts that do not end within their drawing, by more than the white of a letter. */
const cut = (page: Page) =>
  page.$$eval('.exhibit .plot > svg text', (texts) =>
    texts
      .filter((text) => text.checkVisibility())
      .map((text) => {
        const [inner, outer] = [text, text.closest('.plot')!].map((part) => part.getBoundingClientRect());
        return [text.textContent, Math.max(outer!.left - inner!.left, inner!.right - outer!.right)] as const;
      })
      .filter(([, by]) => by > 2),
  );

const LOOKS: [string, BrowserContextOptions][] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['forced colours', { forcedColors: 'active' }],
];

/** The tests of a figure share one replay and one page that asks, in one width and look after another: it is what takes the time. */
for (const [moment, path] of FIGURES) {
  describe(moment, () => {
    let page: Page;
    let asking: Page;
    /** What stands beside the colours of its map, if it has one of heights, before the guess. */
    let key: string[] | undefined;
    before(async () => {
      page = await into(lab, path);
      // Maps of two classes have no heights.
      const maps = await page.locator('.figure lab-field:not(.boundary)').count();
      if (maps > 0) key = await page.locator('.figure .map-key .ends span').allTextContents();
      await skipAll(page);
      asking = (await visit(lab, path.replace(/step=\d+/, ''))).page;
      await ready(asking);
    });
    after(() => Promise.all([page, asking].map((each) => each.context().close())));

    test('rule 7 of the grammar: a map of heights carries its colours with numbers', () => {
      if (key === undefined) return;
      const [lowest, what, highest] = key;
      assert.match(lowest!, /^−?\d/);
      assert.match(what!, /loss|height/);
      assert.match(highest!, /^−?\d/);
    });

    test('for those who cannot see it', async () => {
      // Every curve has a table of at most 25 rows, every map and every canvas words; the view can be cited.
      const curves = await page.$$eval('lab-curves, lab-profile, lab-toy', (charts) =>
        charts.map(
          (chart) => [chart.id || chart.localName, chart.querySelectorAll('tbody tr').length] as const,
        ),
      );
      assert.ok(curves.length > 0);
      for (const [chart, rows] of curves) assert.ok(rows >= 2 && rows <= 25, `${chart}: ${rows} rows`);
      const words = await page.$$eval(
        '.figure lab-field p.visually-hidden, .figure :is(canvas, svg[role=img])[aria-label]',
        (parts) => parts.map((part) => part.getAttribute('aria-label') ?? part.textContent!),
      );
      assert.ok(words.length > 0 && words.every((text) => text.trim().length > 12), words.join(' | '));
      assert.equal(await page.getAttribute('[data-test=live]', 'aria-live'), 'polite');
      await page.click('[data-do=share]');
      const cite = await text(page, 'cite');
      assert.match(
        cite,
        /^losscape \d+\.\d+\.\d+, [A-Z][a-z ]+: .*(step|move) \d+.*, fingerprint [0-9a-f]{4} /,
      );
      // The toy of *Saddles* searches for nothing, and shows no fingerprint of what was found.
      const digests = await page.locator('[data-test=digest]').allTextContents();
      assert.equal(digests.length, moment === 'two-directions' ? 0 : 1);
      for (const digest of digests) assert.ok(cite.includes(digest.trim()), cite);
      await page.keyboard.press('Escape');
    });

    for (const width of WIDTHS) {
      test(`nothing overflows at ${width} pixels, nor with text at 200 %`, async () => {
        assert.deepEqual(await overflowAt(page, width), []);
        await screenshot(page, `${moment}-${width}-large`, true);
        await page.emulateMedia({ media: 'print' });
        assert.deepEqual(await overflow(page), [], 'printed');
        await page.emulateMedia({ media: null });
        await enlarge(page, 100);
        for (const tab of tabsAt(width)) {
          if (tab) await page.click(`#tab-${tab}`);
          // Drawings take their width a frame later.
          await eventually(async () => assert.deepEqual(await cut(page), [], tab));
        }
      });
    }

    for (const [name, media] of LOOKS) {
      const file = name.replace(' ', '-');
      // What has nothing to do with colours was looked at in the first look.
      const ofColours = name !== LOOKS[0]![0];
      test(`no axe violation, ${name}`, async () => {
        for (const each of [asking, page])
          await each.emulateMedia({ colorScheme: null, forcedColors: null, ...media });
        assert.deepEqual(await violations(asking, ofColours), [], 'before the guess');
        await page.setViewportSize({ width: 1280, height: 900 });
        await closePanels(page);
        if ((await page.getAttribute('[data-do=pin]', 'aria-pressed')) !== 'true')
          await page.click('[data-do=pin]');
        // In other colours, what is seen with panels open is all of it.
        if (!ofColours) assert.deepEqual(await violations(page), [], 'as it stands');
        await openPanels(page);
        assert.deepEqual(await violations(page, ofColours), [], 'with panels open');
        await screenshot(page, `${moment}-${file}-open`, true);
        for (const dialog of ['share', 'export', 'help']) {
          if (dialog === 'help') await page.click('lab-tools button');
          else await page.click(`[data-do=${dialog}]`);
          await page.waitForSelector(`#${dialog}[open]`);
          // Behind it is what was looked at before it opened.
          assert.deepEqual(await violations(page, ofColours, `#${dialog}`), [], dialog);
          await page.keyboard.press('Escape');
        }
        // So high that nothing lies behind the transport, which stays at the lower edge: that it covers what may be scrolled is
        // no violation.
        await page.setViewportSize({ width: 390, height: 6000 });
        for (const tab of tabsAt(390)) {
          await page.click(`#tab-${tab}`);
          // What stands around the parts is the same beside all three.
          const within = tab === tabsAt(390)[0] ? undefined : `#panel-${tab}`;
          assert.deepEqual(await violations(page, ofColours, within), [], `phone, ${tab}`);
          await screenshot(page, `${moment}-${file}-390-${tab}`);
        }
      });
    }

    test('on a phone one part is seen at a time, and fingers find every target', async () => {
      await page.emulateMedia({ colorScheme: null, forcedColors: null });
      await page.setViewportSize({ width: 390, height: 844 });
      const touch = await page.context().newCDPSession(page);
      await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
      await closePanels(page);
      for (const tab of tabsAt(390)) {
        await page.click(`#tab-${tab}`);
        for (const other of tabsAt(390))
          assert.equal(await page.isVisible(`#panel-${other}`), other === tab, `${other} while at ${tab}`);
        const small = await page.evaluate(() =>
          [
            ...document.querySelectorAll(
              '.exhibit :is(button, select, input:not([type=radio], [type=checkbox]))',
            ),
          ]
            // A word within a sentence is as high as its line (WCAG 2.5.8, inline).
            .filter((e) => e.checkVisibility() && !e.closest('dialog') && !e.matches('.word'))
            .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height] as const)
            .filter(([, height]) => height < 43.5),
        );
        assert.deepEqual(small, [], tab);
      }
    });
  });
}

for (const [name, media] of LOOKS)
  test(`no axe violation: index, ${name}`, async () => {
    const { page } = await visit(lab, '', media);
    assert.deepEqual(await violations(page), []);
    await screenshot(page, `index-${name.replace(' ', '-')}`, true);
    await page.context().close();
  });

for (const width of WIDTHS)
  test(`nothing overflows at ${width} pixels, nor with text at 200 %: index`, async () => {
    const { page } = await visit(lab, '', { viewport: { width, height: 844 } });
    assert.deepEqual(await overflow(page), []);
    await enlarge(page);
    assert.deepEqual(await overflow(page), []);
  });

test('a walk with the keyboard alone', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  const focused = () =>
    page.evaluate(() => {
      const e = document.activeElement!;
      return (
        e.id ||
        e.getAttribute('name') ||
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
  const places = ['predict-choice', 'play', 'set-rate', 'clear', 'Loss (nats): cursor', 'share'].map((name) =>
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
  // A word that the question defines comes before its choices.
  for (const wanted of ['nats', 'predict-choice']) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(), wanted);
  }
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('lab-predict .guess');
  assert.match((await page.textContent('lab-predict .guess'))!, /Hot/);

  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('.');
  await at(page, 1);
  await page.keyboard.press('Space');
  await past(page, 40);
  await page.keyboard.press('Space');
  await paused(page);
  await page.keyboard.press('a');
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');

  // The cursor of a curve, by arrows, with its value announced.
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
  await at(page, 0);
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

test('the keys 1 to 8 go where the menu says; to what is coming they lead nowhere', async () => {
  const [first, last] = [EXHIBITS[0]!, EXHIBITS.at(-1)!];
  const { page } = await visit(lab, `${first.key}/`);
  await ready(page);
  const menu = await page.locator('.top nav a').allTextContents();
  const numbered = ALL.flatMap(({ title, built }, k) => (built ? [`${k + 1} ${title}`] : []));
  assert.deepEqual(menu, numbered);
  const coming = ALL.findIndex(({ built }) => !built);
  if (coming >= 0) await page.keyboard.press(String(coming + 1));
  assert.match(page.url(), new RegExp(`/${first.key}/`));
  await page.keyboard.press(String(ALL.indexOf(ALL.find(({ key }) => key === last.key)!) + 1));
  await page.waitForURL(`**/${last.key}/**`);
});

test('the index shows one thread: a numbered step for every exhibit, those to come without a link', async () => {
  const { page } = await visit(lab, '');
  const steps = await page.$$eval('.cards > li', (cards) =>
    cards.map((card) => ({
      title: card.querySelector('h2')!.textContent!.trim(),
      words: [...card.querySelectorAll('p')].map((p) => p.textContent!),
      leads: card.querySelector('a')?.getAttribute('href') ?? null,
    })),
  );
  assert.deepEqual(
    steps,
    ALL.map(({ key, title, question, lead, built }, k) => ({
      title: `${k + 1} ${title}`,
      words: built ? [question, lead] : ['Coming', question, lead],
      leads: built ? `./${key}/` : null,
    })),
  );
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
  await page.click('[data-do=skip]');
  await nothingMoves(page);
  assert.match((await page.textContent('[data-do=play]'))!, /Advance 240/);
  // Every state that is painted is counted.
  await page.evaluate(() => {
    const seen = new Set<string>();
    const panel = document.querySelector<HTMLElement>('lab-numbers.panel')!;
    new MutationObserver(() => seen.add(panel.dataset.step!)).observe(panel, { attributes: true });
    Object.assign(globalThis, { seen });
  });
  await page.click('[data-do=play]');
  await at(page, 240);
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

test('what changed is announced once, politely', async () => {
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
      strips.filter((e) => getComputedStyle(e).display !== 'none').map((e) => e.parentElement!.className),
    );
  const strips = (loaded: Set<string>) => [...loaded].filter((name) => name.includes('strip'));
  const { page, loaded, complaints } = await visit(lab, '');
  await page.waitForLoadState('networkidle');
  assert.deepEqual(await shown(page), []);
  assert.deepEqual(strips(loaded), [], 'nothing is fetched before it is asked for');
  const [first, second] = EXHIBITS.map(({ key }) => key);
  const card = (key: string | undefined) => `.cards li:has(.card-${key})`;
  await page.hover(card(first));
  await page.waitForResponse(/strip/, { timeout: 5000 }).catch(() => undefined);
  assert.deepEqual(await shown(page), [`thumb card-${first}`]);
  assert.equal(strips(loaded).length, 1);
  await page.waitForFunction(
    (strip) => getComputedStyle(document.querySelector(strip)!).backgroundPositionY === '100%',
    `${card(first)} .strip`,
  );
  await screenshot(page, 'index-hover');
  await page.mouse.move(2, 2);
  assert.deepEqual(await shown(page), []);
  await page.focus(`${card(first)} a`);
  await page.keyboard.press('Tab');
  assert.deepEqual(await shown(page), [`thumb card-${second}`]);
  assert.deepEqual(complaints, []);
  const still = await visit(lab, '', { reducedMotion: 'reduce' });
  await still.page.hover(card(first));
  await still.page.waitForTimeout(300);
  assert.deepEqual(await shown(still.page), []);
  assert.deepEqual(strips(still.loaded), []);
});

test('the pictures of the cards are dark on a dark page, chosen by the system or by the reader', async () => {
  const pictures = (page: Page) =>
    page.$$eval('.thumb', (thumbs) => thumbs.map((e) => /dark/.test(getComputedStyle(e).backgroundImage)));
  const { page } = await visit(lab, '', { colorScheme: 'dark' });
  assert.deepEqual(
    await pictures(page),
    EXHIBITS.map(() => true),
  );
  await page.selectOption('#theme', 'light');
  assert.deepEqual(
    await pictures(page),
    EXHIBITS.map(() => false),
  );
  const forced = await visit(lab, '', { colorScheme: 'light' });
  assert.deepEqual(
    await pictures(forced.page),
    EXHIBITS.map(() => false),
  );
  await forced.page.selectOption('#theme', 'dark');
  assert.deepEqual(
    await pictures(forced.page),
    EXHIBITS.map(() => true),
  );
});

test('a curve by ear: only when it is asked for, and it can be stopped', async () => {
  const { page } = await visit(lab, '');
  await page.addInitScript(() => {
    const heard: string[] = [];
    class Tone extends OscillatorNode {
      override start(at?: number): void {
        heard.push('start');
        super.start(at);
      }
      override stop(at?: number): void {
        heard.push(at === undefined ? 'stopped' : 'ends');
        super.stop(at);
      }
    }
    AudioContext.prototype.createOscillator = function () {
      return new Tone(this);
    };
    Object.assign(globalThis, { heard });
  });
  const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
  await page.goto(`${lab.home}train/`);
  await ready(page);
  const button = page.locator('#loss .listen');
  assert.ok(await button.isDisabled(), 'there is no curve yet');
  await page.click('[data-do=skip]');
  await playTo(page, 300);
  assert.deepEqual(await heard(), [], 'nothing sounds by itself');
  assert.equal(await button.getAttribute('aria-label'), 'Listen to Loss (nats): training');
  await button.focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#loss .listen:has-text("Stop")');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#loss .listen:has-text("Listen")');
  assert.deepEqual(await heard(), ['start', 'ends', 'stopped']);
});
