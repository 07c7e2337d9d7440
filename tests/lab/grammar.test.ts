/** What the grammar promises of every exhibit, by the numbers of its rules. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { EXHIBITS } from './exhibits.ts';
import {
  at,
  digest,
  eventually,
  into,
  past,
  paused,
  plain,
  playTo,
  playUnseen,
  ready,
  replayed,
  sharedLab,
  skipAll,
  step,
  takeHome,
  text,
  visit,
} from './harness.ts';

const lab = sharedLab();

/** Everything that is written or said on the page. */
const words = async (page: Page) =>
  plain(
    await page.evaluate(() =>
      [...document.querySelectorAll('.exhibit *')]
        .flatMap((e) => ['aria-label', 'aria-valuetext', 'title', 'alt'].map((name) => e.getAttribute(name)))
        .concat(document.querySelector<HTMLElement>('.exhibit')!.innerText)
        .join('\n'),
    ),
  );

/** Plays for a while, so that the run stands somewhere: a frame, or the few searches that a second has time for. */
const played = (page: Page) => playTo(page, 5, '16');

/** Chooses something and commits: the middle of a ruler, the first of several choices. */
async function commit(page: Page): Promise<void> {
  const ruler = page.locator('#predict-range');
  if (await ruler.count()) await ruler.press('ArrowRight');
  else await page.locator('.choices input').first().check();
  await page.click('[data-do=commit]');
}

/** Leads to the answer of the page's question: by its link, or by playing. */
async function answered(page: Page): Promise<string> {
  if (!(await page.locator('[data-test=answer]').count())) {
    const comes = await page.waitForSelector('[data-test=answer]', { timeout: 1000 }).catch(() => undefined);
    if (!comes) await playUnseen(page);
  }
  await page.waitForSelector('[data-test=answer]', { timeout: 180_000 });
  await page.emulateMedia({ reducedMotion: null });
  return text(page, 'answer');
}

/** Where parts of the page end below, those that are seen. */
const ends = (page: Page, parts: Record<string, string>) =>
  page.evaluate((wanted) => {
    scrollTo(0, 0);
    return Object.entries(wanted).map(([name, selector]) => {
      const part = document.querySelector(selector);
      const box = part?.getBoundingClientRect();
      return [name, box && box.width > 0 && box.top >= 0 ? Math.round(box.bottom) : Number.NaN] as const;
    });
  }, parts);

for (const { key, figures, long, end, still } of EXHIBITS) {
  const moment = `${key}/#v=1&${Object.values(figures)[0]}`;

  test(`${key}: nothing is guessed before something is chosen, and the truth is nowhere before the guess`, async () => {
    const page = await into(lab, moment);
    assert.ok(await page.isDisabled('[data-do=commit]'));
    const asked = await words(page);
    await skipAll(page);
    const known = await page.locator('[data-test=truth]').count();
    const truth = known > 0 ? await text(page, 'truth') : '';
    const digits = truth.replaceAll(/\D/g, '').length;
    if (digits >= 3) assert.ok(!asked.includes(truth), `${truth} stands there before the guess`);
    await page.context().close();
  });

  describe(`${key}, on the way to its answer`, () => {
    const desk = { width: 1280, height: 720 };
    const asking = {
      question: '#question',
      figure: '.exhibit > .figure',
      guess: '[data-do=commit]',
      play: '[data-do=play]',
      presets: '[aria-label=Presets]',
    };
    const { presets: _, play: __, ...phone } = asking;
    /** One page for these rules, because the way takes its time; it stands after the answer. */
    let page: Page;
    /** How it was before the guess. */
    let earlier: Awaited<ReturnType<typeof look>>;

    const published = async (page: Page) => {
      await page.click('[data-do=export]');
      const files: string[] = [];
      for (const what of ['json', 'csv', 'svg']) files.push((await takeHome(page, what)).toString());
      await page.keyboard.press('Escape');
      return [await words(page), await page.title(), page.url(), ...files].join('\n');
    };

    async function look() {
      await page.setViewportSize(desk);
      const onDesk = await ends(page, asking);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(300);
      const bar = await page.evaluate(
        () => document.querySelector('.exhibit > .transport')!.getBoundingClientRect().top,
      );
      const onPhone = await ends(page, phone);
      await page.setViewportSize(desk);
      // At its start a run has nothing to keep to itself.
      const known = end ? page : await into(lab, `${key}/#v=1&step=1`);
      const seen = {
        explanation: await known.isVisible('.prose .after'),
        introduction: await known.isVisible('.prose .before'),
        answers: await known.locator('[data-test=answer]').count(),
        published: await published(known),
      };
      if (known !== page) await known.context().close();
      return { ...seen, onDesk, bar, onPhone };
    }

    const low = (found: readonly (readonly [string, number])[], most: number) =>
      found.filter(([, y]) => !(y <= most));

    before(async () => {
      page = (await visit(lab, `${key}/#v=1&${end}`)).page;
      await ready(page);
      await page.waitForSelector('[data-test=replay][data-state=running]', { state: 'detached' });
      earlier = await look();
      await commit(page);
      await answered(page);
    });
    after(() => page.context().close());

    test(`${key}, rule 1: the question of the page is answered in a sentence beside the figure, on a phone and on a wall too`, async () => {
      const answer = await text(page, 'answer');
      assert.ok(answer.length > 30 && /[.]$/.test(answer), answer);
      for (const flag of ['', 'present']) {
        await page.evaluate((name) => name && document.documentElement.classList.add(name), flag);
        for (const [width, height] of flag
          ? [[1920, 1080]]
          : [
              [1280, 720],
              [390, 844],
            ]) {
          await page.setViewportSize({ width: width!, height: height! });
          await page.waitForTimeout(200);
          await eventually(async () => {
            assert.ok(await page.isVisible('[data-test=answer]'), `${width} × ${height}`);
            assert.ok(await page.isVisible('[data-do=play]'), 'Play is there');
          });
        }
      }
      await page.setViewportSize(desk);
      await page.evaluate(() => document.documentElement.classList.remove('present'));
      await page.click('[data-do=export]');
      // On the sheets that are taken home the sentence is broken into lines.
      const sheet = (await takeHome(page, 'svg')).toString().replaceAll(/<[^>]*>/g, ' ');
      await page.keyboard.press('Escape');
      for (const word of answer.split(/[^\p{L}\d]+/u).filter((w) => w.length > 4))
        assert.ok(sheet.includes(word), word);
    });

    test(`${key}, rule 4: what belongs together is on one screen, before the guess and after the answer`, async () => {
      const { bar } = earlier;
      assert.deepEqual(low(earlier.onDesk, 720), [], 'before, on a desk');
      assert.ok(bar > 700 && bar < 844, `transport at ${bar}`);
      assert.deepEqual(low(earlier.onPhone, bar), [], 'before, on a phone');
      await page.setViewportSize(desk);
      await page.waitForTimeout(400);
      const { guess: ___, ...rest } = asking;
      const answered = { ...rest, answer: '[data-test=answer]', curve: '.beside svg, .figure .plot svg' };
      await eventually(async () =>
        assert.deepEqual(low(await ends(page, answered), 720), [], 'after, on a desk'),
      );
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForTimeout(300);
      const { figure, answer } = answered;
      await eventually(async () =>
        assert.deepEqual(low(await ends(page, { figure, answer }), bar), [], 'after, on a phone'),
      );
    });

    test(`${key}, rule 2: no answer in words, numbers, figure, title, address, explanation or files before the guess`, async () => {
      assert.equal(earlier.explanation, false, 'the explanation waits');
      assert.ok(earlier.introduction);
      assert.equal(earlier.answers, 0);
      await page.setViewportSize(desk);
      assert.ok(await page.isVisible('.prose .after'));
      // With its unit, or with digits enough that it stands nowhere by chance.
      const truth = await text(page, 'truth');
      if (/^[\d.]+ ./.test(truth) || truth.replaceAll(/\D/g, '').length > 2)
        assert.ok(
          !new RegExp(`(?<![\\d.])${truth.replaceAll('.', '\\.')}(?![\\d])`).test(earlier.published),
          `${truth} stands there before the guess`,
        );
      assert.ok((await words(page)).length > 0);
      // What explains a later question waits for that one, and the ledger of claims for all; some are asked of other data only. The first of *Batch size* has just been answered.
      const waits = page.locator('.prose [data-question]:not([data-elsewhere], [data-question=settles])');
      const more = (await page.locator('[data-do=next]').count()) > 0;
      const seen = async () => Promise.all((await waits.all()).map((part) => part.isVisible()));
      if (more) assert.ok(!(await seen()).includes(true), 'not shown before it is asked');
      while (await page.locator('[data-do=next]').count()) {
        await page.click('[data-do=next]');
        await page.click('[data-do=skip]');
        await page.waitForTimeout(100);
      }
      await eventually(async () => assert.ok(!(await seen()).includes(false), 'all is explained'));
      assert.equal(await page.locator('.prose [data-elsewhere]:visible').count(), 0);
    });

    test(`${key}, rules 3 and 4: with what a replay has to say above it, Play is wholly on the screen`, async () => {
      // The longest of its sentences.
      const link = `#v=1&${end || 'step=1'}&digest=0123456789abcdef`;
      const said = (where: Page) => where.waitForSelector('[data-test=replay][data-state=different]');
      const hidden = async (where: Page) =>
        low(await ends(where, { banner: '[data-test=replay]', play: '[data-do=play]' }), desk.height);
      const { page: asked } = await visit(lab, `${key}/${link}`, { viewport: desk });
      await said(asked);
      await eventually(async () => assert.deepEqual(await hidden(asked), [], 'before the guess'));
      // What Play has found, and no link holds, the page of the other rules may have kept.
      if (!end) {
        await page.evaluate((hash) => location.assign(hash), link);
        await said(page);
      }
      const kept = !end && (await page.locator('[data-test=answer]').count()) > 0;
      const known = kept ? page : asked;
      if (!kept) {
        await commit(asked);
        await answered(asked);
      }
      // All questions are answered: the figure has its last part.
      while (await known.locator('[data-do=next]').count()) {
        await known.click('[data-do=next]');
        await known.click('[data-do=skip]');
        await known.waitForTimeout(300);
      }
      await known.waitForTimeout(400);
      await eventually(async () => assert.deepEqual(await hidden(known), [], 'after all answers'));
    });
  });

  test(`${key}, rule 2: the picture on its card, and until it runs, shows what may be seen before the guess`, async () => {
    for (const { link, figure } of still) {
      const pages = [
        await into(lab, `${key}/#v=1&${link.replace('&hide=answer', '')}`),
        await replayed(lab, `${key}/#v=1&${link}`),
      ];
      const parts = pages.map((page) => page.locator(figure).first());
      for (const part of parts) assert.ok(await part.isVisible(), figure);
      await pages[0]!.waitForTimeout(800);
      await eventually(async () => {
        const [seen, taken] = await Promise.all(parts.map((part) => part.screenshot()));
        assert.ok(seen!.equals(taken!), `${figure}: nothing is guessed, and the same is seen`);
      });
      for (const page of pages) await page.context().close();
    }
  });

  test(`${key}, rule 3: Play and Step lead to the guess; what was earned stays when a preset changes`, async () => {
    const { page } = await visit(lab, `${key}/#v=1&${long}`, { viewport: { width: 1280, height: 720 } });
    await ready(page);
    for (const button of ['play', 'step']) {
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.click(`[data-do=${button}]`);
      await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
      await page.waitForTimeout(150);
      assert.equal(await step(page), 0, 'nothing is played unseen');
      assert.match(await text(page, 'live'), /Guess first, or skip/);
    }
    await commit(page);
    assert.equal(await page.locator('[data-do=commit]').count(), 0);
    const hidden = await page.locator('.hidden-value').count();
    const first = page.locator('[aria-label=Presets] button');
    // Another preset may ask another question; back at the first one nothing is asked again.
    for (const k of [1, 0]) {
      await first.nth(k).click();
      await page.waitForTimeout(300);
      await ready(page);
      // A guess for other settings is none for these; but nothing was skipped.
      if ((await page.locator('[data-do=commit]').count()) === 0)
        assert.doesNotMatch(await page.innerText('lab-predict'), /Skipped/);
    }
    await eventually(async () => {
      assert.equal(await page.locator('[data-do=commit]').count(), 0, 'nothing is asked once more');
      assert.ok((await page.locator('.hidden-value').count()) <= hidden, 'nothing is hidden again');
    });
    await page.context().close();
  });

  test(`${key}: without the box what is asked stays hidden until it is shown; “answer” hides it for good`, async () => {
    const hidden = (page: Page) => page.locator('.hidden-value').count();
    const page = await into(lab, `${moment}&hide=predict`);
    assert.equal(await page.isVisible('lab-predict'), false);
    assert.ok((await hidden(page)) > 0, 'there is no way around the guess');
    await page.click('[data-do=reveal]');
    await page.waitForFunction(() => document.querySelector('.hidden-value') === null);
    assert.equal(await page.locator('[data-do=reveal]').count(), 0);
    await page.context().close();
    const never = await into(lab, `${moment}&hide=answer`);
    const before = await hidden(never);
    assert.ok(before > 0);
    await never.click('[data-do=skip]');
    assert.equal(await hidden(never), before, 'whatever is guessed');
    assert.equal(await never.locator('[data-test=truth]').count(), 0);
    await never.context().close();
  });

  test(`${key}: a link that is followed keeps the answers that were earned, and shows what a fresh page does`, async () => {
    const link = `#v=1&${end || Object.values(figures)[0]}`;
    const fresh = await replayed(lab, `${key}/${link}`);
    const { page, complaints } = await visit(lab, `${key}/`);
    await ready(page);
    await skipAll(page);
    await page.locator('[aria-label=Presets] button').nth(1).click();
    await page.waitForSelector('[aria-label=Presets] [aria-pressed=true]');
    await ready(page);
    const follow = (hash: string) => page.evaluate((to) => location.assign(to), hash);
    // From one figure to another, each of which the next one supersedes.
    for (const other of Object.values(figures)) {
      await follow(`#v=1&${other}`);
      await page.waitForTimeout(300);
    }
    await follow(link);
    await page.waitForSelector('[data-test=replay]:not([data-state=running])');
    // What was asked stays answered; what the earlier run had not come to is asked now, each after the answer before it.
    const askedOn = async () => {
      while (await page.locator('[data-do=next]').count()) await page.click('[data-do=next]');
      if (await page.locator('[data-do=skip]').count()) await page.click('[data-do=skip]');
    };
    const shown = async (of: Page) => ({
      answers: await of.locator('[data-test=answer]').allTextContents(),
      truths: await of.locator('[data-test=truth]').allTextContents(),
      presets: await of.locator('[aria-label=Presets] [aria-pressed=true]').allTextContents(),
      hidden: await of.locator('.hidden-value').count(),
      step: await step(of),
      digest: await digest(of),
    });
    await eventually(async () => {
      await askedOn();
      assert.deepEqual(await shown(page), await shown(fresh));
    });
    if (end) assert.equal(await page.locator('[data-test=answer]').count(), 1);
    assert.deepEqual(complaints, []);
    await fresh.context().close();
    await page.context().close();
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
    // In the middle of play: the run pauses, and what is pinned is what its link leads to.
    await page.selectOption('lab-transport select', '16');
    await page.click('[data-do=play]');
    await past(page, 4);
    await page.click('[data-do=pin]');
    await page.waitForSelector('[data-do=pin][aria-pressed=true]');
    await paused(page);
    const pinnedAt = `step=${await step(page)}`;
    await page.waitForFunction(() => /[&]pin=/.test(location.hash));
    const link = new URLSearchParams(await page.evaluate(() => location.hash.slice(1))).get('pin')!;
    assert.ok(link.split('&').includes(pinnedAt), `${link}: ${pinnedAt}`);
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
    await other.page.waitForFunction(
      (count) => document.querySelectorAll('.number .pinned').length === count,
      before.length,
    );
    // What had not been computed yet when it was pinned may be there now.
    const after = await pinned(other.page);
    before.forEach((value, k) => {
      if (value !== 'pinned: –') assert.equal(after[k], value);
    });
    assert.deepEqual([await step(other.page), await digest(other.page)], [moment, bits]);
    await other.page.click('[data-do=pin]');
    await other.page.waitForFunction(() => !location.hash.includes('pin='));
    await page.context().close();
    await other.page.context().close();
  });
}
