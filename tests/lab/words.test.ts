/** One name for one thing, rule 5: words are defined where they are first met, and symbols mean one thing each. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { wordsIn } from '../../web/src/grammar/words.ts';
import { EXHIBITS } from './exhibits.ts';
import { openPanels, replayed, sharedLab, text } from './harness.ts';

const lab = sharedLab();

for (const { key, figures } of EXHIBITS) {
  // One page for both: the first opens and closes what words mean, the second pins.
  describe(key, () => {
    let page: Page;
    before(async () => {
      page = await replayed(lab, `${key}/#v=1&${Object.values(figures)[0]}`);
    });
    after(() => page.context().close());

    test(`${key}: a word that a newcomer lacks is defined, once, and reachable by keyboard`, async () => {
      const shown = await page.evaluate(() => ({
        all: [...document.querySelectorAll<HTMLElement>('.exhibit :is(p, h2, h3, dt, dd, figcaption, label)')]
          .filter((part) => part.checkVisibility())
          .map((part) => part.innerText)
          .join('\n'),
        // A read-out's own definition opens below its name.
        names: [...document.querySelectorAll('.exhibit summary')]
          .map((summary) => summary.textContent!)
          .join('\n'),
        openers: [...document.querySelectorAll<HTMLElement>('.exhibit button.word')]
          .filter((button) => button.checkVisibility())
          .map((button) => button.dataset.word!),
      }));
      assert.equal(new Set(shown.openers).size, shown.openers.length, `once: ${shown.openers}`);
      const named = wordsIn(shown.names);
      for (const word of wordsIn(shown.all))
        assert.ok(
          shown.openers.includes(word) ||
            named.includes(word) ||
            new RegExp(`\\ba ${word} is\\b`, 'i').test(shown.all),
          `“${word}” is nowhere defined`,
        );
      for (const word of shown.openers) {
        await page.focus(`button.word[data-word="${word}"]`);
        await page.keyboard.press('Enter');
        const says = page.locator(`#word-${word}`);
        await says.waitFor({ state: 'visible' });
        assert.ok(((await says.textContent()) ?? '').length > 40);
        await page.keyboard.press('Escape');
        await says.waitFor({ state: 'hidden' });
      }
    });

    test(`${key}: what is kept beside the next runs is a pinned run, and no symbol has two meanings`, async () => {
      assert.match(await page.innerText('[data-do=pin]'), /^\s*Pin run\s*$/);
      await page.click('[data-do=pin]');
      await page.waitForSelector('[data-do=pin][aria-pressed=true]');
      assert.match(await page.innerText('[data-do=pin]'), /^\s*Unpin run\s*$/);
      assert.doesNotMatch(await page.innerText('.exhibit'), /pinned as [AB]|run [AB]\b/i);
      await openPanels(page);
      const symbols = await page.evaluate(() => {
        const of = (selector: string, name: (e: Element) => string) =>
          [...document.querySelectorAll(`.exhibit ${selector}`)].map(
            (e) => [e.textContent!.trim(), name(e)] as const,
          );
        return [
          ...of('summary .symbol', (e) => e.parentElement!.textContent!.replace(e.textContent!, '').trim()),
          ...of('.slider label i', (e) => e.parentElement!.textContent!.replace(e.textContent!, '').trim()),
        ].filter(([symbol]) => ['λ', 'A', 'B', 'T', 'η', 'σ'].includes(symbol));
      });
      const meanings = new Map<string, Set<string>>();
      for (const [symbol, name] of symbols)
        meanings.set(symbol, (meanings.get(symbol) ?? new Set()).add(name.replace(/ · restarts$/, '')));
      for (const [symbol, names] of meanings)
        assert.equal(names.size, 1, `${symbol}: ${[...names].join(', ')}`);
      assert.ok((await text(page, 'digest')).length > 0);
    });
  });
}
