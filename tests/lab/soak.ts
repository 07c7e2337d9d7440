/**
 * Every exhibit, used for long: memory stays flat. Not among the other tests, for it takes ten minutes (`SOAK_MINUTES`
 * says otherwise): `npm run test:soak` in web/.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { EXHIBITS } from './exhibits.ts';
import { ready, sharedLab, skipAll, visit } from './harness.ts';

const MINUTES = Number(process.env.SOAK_MINUTES || 10);
/** Caches fill, code is compiled: what the first rounds take is no leak. */
const WARM_ROUNDS = 2;
/** How much more the last rounds may hold than the first ones after that. */
const GROWTH = 1.1;

const lab = sharedLab();

interface Held {
  /** Megabytes of the page's objects, and of the whole process with its worker and the kernel's memory. */
  heap: number;
  process: number;
  nodes: number;
  listeners: number;
}

async function held(client: CDPSession): Promise<Held> {
  await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const of = (name: string) => metrics.find((metric) => metric.name === name)!.value;
  const whole = await lab.browser.newBrowserCDPSession();
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
  await whole.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMB(id));
  return {
    heap: of('JSHeapUsedSize') / 2 ** 20,
    process: Math.max(...renderers),
    nodes: of('Nodes'),
    listeners: of('JSEventListeners'),
  };
}

/** Of a process that has just ended there is nothing to read. */
function residentMB(process: number): number {
  try {
    const status = readFileSync(`/proc/${process}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  } catch {
    return 0;
  }
}

/** What a reader does in some seconds, but for leaving. */
async function round(page: Page, count: number): Promise<void> {
  const press = async (key: string, wait = 100) => {
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press(key);
    await page.waitForTimeout(wait);
  };
  await page.selectOption('lab-transport select', count % 2 ? 'max' : '16');
  await press('Space', 1500);
  await press('Space');
  await press('a');
  for (let k = 0; k < 3; k++) await press('.');
  // Whatever can be moved by arrows: handles, cursors, places.
  for (const slider of await page.locator('.exhibit [role=slider]:visible').all()) {
    await slider.focus();
    for (const key of ['ArrowRight', 'Shift+ArrowLeft', '+', '-', '0', 'End', 'Home'])
      await page.keyboard.press(key);
  }
  for (const dialog of ['s', 'e', '?']) {
    await press(dialog);
    await page.keyboard.press('Escape');
  }
  await page.selectOption('#theme', count % 2 ? 'dark' : 'light');
  await page.setViewportSize({ width: count % 2 ? 390 : 1280, height: 844 });
  await page.setViewportSize({ width: 1280, height: 844 });
  await press('a');
  await press('n', 400);
  await ready(page);
  const presets = page.locator('[aria-label=Presets] button');
  await presets.nth(count % (await presets.count())).click();
  await page.waitForTimeout(700);
  // One preset diverges, as it says.
  const failed = page.locator('[data-do=recover]');
  if (await failed.count()) await failed.click();
  await press('r', 400);
  await presets.first().click();
  await ready(page);
  // What is kept of a run grows with it; all rounds are measured at the start of one.
  await page.waitForTimeout(500);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const { key: exhibit } of EXHIBITS) {
  test(`${exhibit}, used for ${MINUTES / EXHIBITS.length} minutes: memory is flat`, async () => {
    const { page, complaints } = await visit(lab, `${exhibit}/`);
    await ready(page);
    await skipAll(page);
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const rounds: Held[] = [];
    const end = Date.now() + (60_000 * MINUTES) / EXHIBITS.length;
    for (let count = 0; Date.now() < end || rounds.length < WARM_ROUNDS + 2; count++) {
      await round(page, count);
      rounds.push(await held(client));
    }
    const kept = rounds.slice(WARM_ROUNDS);
    const third = Math.max(1, Math.floor(kept.length / 3));
    for (const what of ['heap', 'process', 'nodes', 'listeners'] as const) {
      const [first, last] = [kept.slice(0, third), kept.slice(-third)].map((part) =>
        mean(part.map((each) => each[what])),
      );
      console.log(
        `${exhibit}, ${rounds.length} rounds, ${what}: ${first!.toFixed(1)}, then ${last!.toFixed(1)}`,
      );
      assert.ok(
        last! <= GROWTH * first!,
        `${what}: ${rounds.map((each) => each[what].toFixed(1)).join(' ')}`,
      );
    }
    assert.deepEqual(complaints, []);
    await page.context().close();
  });
}
