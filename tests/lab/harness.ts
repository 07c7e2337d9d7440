/** A server for the built page, a browser, and what every test of the lab needs. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type JSHandle,
  type Page,
  type Worker,
} from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const DIST = join(ROOT, 'web/dist');
const RESULTS = join(ROOT, 'web/test-results');

/** The page is served below a path of its own: nothing may assume the root of a host. */
const BASE = '/some/place/';

/** Between two looks at what is waited for. */
const POLLING_MS = 40;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};

export interface Lab {
  browser: Browser;
  /** Address of the index page. */
  home: string;
  close(): Promise<void>;
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  // What asks for another host finds none. (Requests that are routed through here would cost a tenth of a visit.)
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

export async function openLab(): Promise<Lab> {
  if (!existsSync(join(DIST, 'index.html')))
    throw new Error('web/dist is missing: npm run build, in web/, first');
  const server = await serve();
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  return {
    browser,
    home: `http://127.0.0.1:${port}${BASE}`,
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The lab that the tests of a file share: opened before the first of them, closed after the last. */
export function sharedLab(): Lab {
  const lab = {} as Lab;
  before(async () => void Object.assign(lab, await openLab()));
  // What plays on in the page of a test would take its time from the next one.
  let shared = new Set<BrowserContext>();
  beforeEach(() => {
    shared = new Set(lab.browser.contexts());
  });
  afterEach(async () => {
    const own = lab.browser.contexts().filter((context) => !shared.has(context));
    await Promise.all(own.map((context) => context.close()));
  });
  after(() => lab.close());
  return lab;
}

const ZIPPED = new Map<string, Buffer>();

/** As hosts of static files serve them. */
function zipped(file: string): Buffer {
  const known = ZIPPED.get(file) ?? gzipSync(readFileSync(file), { level: 9 });
  ZIPPED.set(file, known);
  return known;
}

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const inside = normalize(path.slice(BASE.length));
    let file = join(DIST, inside);
    if (file.endsWith('/') || inside === '.') file = join(file, 'index.html');
    if (!path.startsWith(BASE) || inside.startsWith('..') || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-encoding': 'gzip',
    });
    response.end(zipped(file));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

export interface Visit {
  page: Page;
  /** Addresses of other origins that were asked for, and what the console complained of. */
  foreign: string[];
  complaints: string[];
  /** What was loaded from our own, below the lab's folder. */
  loaded: Set<string>;
}

/** A wait of a page asks at every frame, unless told otherwise, and a page that draws nothing makes them for that alone. */
function patient(page: Page): Page {
  const wait = page.waitForFunction.bind(page) as (...args: unknown[]) => Promise<JSHandle>;
  const waitForFunction = (what: unknown, arg?: unknown, options?: object) =>
    wait(what, arg, { polling: POLLING_MS, ...options });
  return Object.assign(page, { waitForFunction });
}

/** Opens a page, of nothing yet, whose requests to other origins are noted. */
export async function blank(lab: Lab, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await lab.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = patient(await context.newPage());
  // A replay takes up to ten seconds of a processor, and a minute on a machine that is busy with other tests.
  page.setDefaultTimeout(120_000);
  const foreign: string[] = [];
  const complaints: string[] = [];
  const loaded = new Set<string>();
  const base = new URL(lab.home).pathname;
  page.on('response', (response) => {
    const own = new URL(response.url()).pathname;
    if (own.startsWith(base)) loaded.add(own.slice(base.length).replace(/(^|\/)$/, '$1index.html'));
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(new URL(lab.home).origin) && !/^(data|blob):/.test(url)) foreign.push(url);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, foreign, complaints, loaded };
}

/** Opens a page of the lab. */
export async function visit(lab: Lab, path: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const visit = await blank(lab, options);
  await visit.page.goto(lab.home + path);
  return visit;
}

/** Waits until the experiment has shown its first frame. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector('lab-transport button.primary:not(:disabled)');
}

export async function step(page: Page): Promise<number> {
  return Number(await page.getAttribute('lab-numbers.panel', 'data-step'));
}

/** Waits until the run stands at a step. */
export async function at(page: Page, wanted: number): Promise<void> {
  await page.waitForFunction(
    (n) => document.querySelector<HTMLElement>('lab-numbers.panel')?.dataset.step === String(n),
    wanted,
  );
  await paused(page);
}

/** Waits until the run has passed a step. */
export async function past(page: Page, wanted: number): Promise<void> {
  await page.waitForFunction(
    (n) => Number(document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step) > n,
    wanted,
  );
}

/** Waits until nothing plays. */
export async function paused(page: Page): Promise<void> {
  await page.waitForSelector('[data-do=play]:not(:has-text("Pause"))');
}

/** Repeats a check until it passes: on a machine that is busy, what follows a click may take seconds. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 60_000; ; ) {
    try {
      return await check();
    } catch (failure) {
      if (Date.now() > end) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Waits until nothing is painted any more, then asserts that it stays so. */
export async function nothingMoves(page: Page): Promise<void> {
  let before = await page.screenshot();
  await eventually(async () => {
    const now = await page.screenshot();
    const same = now.equals(before);
    before = now;
    assert.ok(same, 'it is being painted');
  });
  await page.waitForTimeout(600);
  assert.ok(before.equals(await page.screenshot()), 'nothing moves');
}

/** Waits until the step has been the same for a while; returns it. */
export async function settled(page: Page): Promise<number> {
  for (;;) {
    const before = await step(page);
    await page.waitForTimeout(400);
    if ((await step(page)) === before) return before;
  }
}

/** What is taken home, from the dialog that is open. */
export async function takeHome(page: Page, what: string): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.click(`[data-export=${what}]`);
  return readFileSync(await (await download).path());
}

/** Takes the state home, from the dialog that is open, and brings it back to a run at its start: the same bits. */
export async function comesBack(page: Page): Promise<void> {
  const bits = await digest(page);
  const state = await takeHome(page, 'json');
  assert.equal(JSON.parse(state.toString()).digest, bits);
  await page.keyboard.press('Escape');
  await page.click('[data-do=reset]');
  await at(page, 0);
  await page.click('[data-do=export]');
  await page.setInputFiles('#bring', { name: 'state.json', mimeType: 'application/json', buffer: state });
  await page.waitForSelector('[data-test=replay][data-state=same]');
  assert.equal(await digest(page), bits);
}

/** Opens a link, which leads to this step with these bits; and the same link with another digest, which is found out. */
export async function leadsTo(lab: Lab, link: string, wanted: number, bits: string): Promise<Page> {
  const { page } = await blank(lab);
  await page.goto(link.replace(/digest=[0-9a-f]{16}/, 'digest=0123456789abcdef'));
  await page.waitForSelector('[data-test=replay][data-state=different]');
  await page.goto('about:blank');
  await page.goto(link);
  await page.waitForSelector('[data-test=replay][data-state=same]');
  assert.equal(await step(page), wanted);
  assert.equal(await digest(page), bits);
  return page;
}

/** Words without what keeps some of them on one line. */
export const plain = (words: string) => words.replaceAll('\u00a0', ' ').replaceAll('\u2060', '');

export async function text(page: Page, test: string): Promise<string> {
  return plain((await page.textContent(`[data-test=${test}]`)) ?? '').trim();
}

export async function digest(page: Page): Promise<string> {
  return (await text(page, 'digest')).replaceAll(/\s/g, '');
}

/** Commits a guess: a value of the ruler, or one of the choices by its number. */
export async function guess(page: Page, value: number): Promise<void> {
  assert.ok(await page.isDisabled('[data-do=commit]'), 'nothing is chosen yet');
  const ruler = page.locator('#predict-range');
  if (await ruler.count()) await ruler.fill(String(value));
  else await page.locator('.choices input').nth(value).check();
  await page.click('[data-do=commit]');
}

/** Skips the question that Play waits for, if it is open. */
export async function unawaited(page: Page): Promise<void> {
  if (await page.locator('[data-do=skip]').count()) await page.click('[data-do=skip]');
}

/**
 * Plays, at full speed if no other is given, until a step has been passed, then pauses. The page does that by itself: a click
 * comes late on a busy machine, and meanwhile the run goes on.
 */
export async function playTo(page: Page, wanted: number, speed = 'max'): Promise<void> {
  await page.selectOption('lab-transport select', speed);
  await unawaited(page);
  await page.evaluate((wanted) => {
    const panel = document.querySelector<HTMLElement>('lab-numbers.panel')!;
    const play = document.querySelector<HTMLElement>('[data-do=play]')!;
    const observer = new MutationObserver(() => {
      if (Number(panel.dataset.step) < wanted) return;
      observer.disconnect();
      // At its end a run pauses by itself, as the button says only then.
      setTimeout(() => play.textContent!.includes('Pause') && play.click());
    });
    observer.observe(panel, { attributeFilter: ['data-step'] });
  }, wanted);
  await page.click('[data-do=play]');
  await page.waitForFunction(
    (n) =>
      Number(document.querySelector<HTMLElement>('lab-numbers.panel')!.dataset.step) >= n &&
      document.querySelector('[data-do=play]')!.textContent!.includes('Play'),
    wanted,
  );
}

/** Plays with reduced motion: what Play begins beside the run goes on, and no frame of the run itself is drawn meanwhile. */
export async function playUnseen(page: Page): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.click('[data-do=play]');
}

/** Plays at full speed to the last step, at which a run ends by itself. */
export async function playOut(page: Page, last: number): Promise<void> {
  await page.selectOption('lab-transport select', 'max');
  await unawaited(page);
  await page.click('[data-do=play]');
  await at(page, last);
}

/** Replays to a step exactly, by its link; returns the digest there. */
export async function digestAt(lab: Lab, page: Page, wanted: number, settings = ''): Promise<string> {
  await page.goto('about:blank');
  await page.goto(`${lab.home}train/#v=1${settings}&step=${wanted}`);
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  return digest(page);
}

export interface Native {
  digest: string;
  loss: number;
  accuracy: number;
  heldLoss: number;
  heldAccuracy: number;
}

/** What an example of `losscape-wasm` prints, by lines: the same experiment, run natively. NATIVES is where they are built. */
export function natively(example: string, args: readonly string[] = []): string[] {
  const cargo = ['run', '-q', '--profile', 'optimised', '-p', 'losscape-wasm', '--example', example, '--'];
  const built = process.env.NATIVES;
  const run = built
    ? spawnSync(join(built, example), args, { cwd: ROOT, encoding: 'utf8' })
    : spawnSync('cargo', [...cargo, ...args], { cwd: ROOT, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the native run failed:\n${run.error ?? run.stderr}`);
  return run.stdout.trim().split('\n');
}

/** The same of an example that prints a key and a value a line. */
export function nativeValues(example: string, args: readonly string[] = []): Map<string, string> {
  return new Map(natively(example, args).map((line) => line.split(' ') as [string, string]));
}

/** The run of Train, natively, at some of its steps. */
export function native(steps: readonly number[]): Map<number, Native> {
  return new Map(
    natively('train', steps.map(String)).map((line) => {
      const [at, digest, ...measures] = line.split(' ');
      const [loss, accuracy, heldLoss, heldAccuracy] = measures.map(Number);
      return [
        Number(at),
        {
          digest: digest!,
          loss: loss!,
          accuracy: accuracy!,
          heldLoss: heldLoss!,
          heldAccuracy: heldAccuracy!,
        },
      ];
    }),
  );
}

/** Kept for a look if SCREENSHOTS is set: tests assert numbers, people look at pictures, and a picture takes up to a second. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(RESULTS, { recursive: true });
  await page.screenshot({ path: join(RESULTS, `${name}.png`), fullPage });
}

const AXE = readFileSync(
  createRequire(join(ROOT, 'web/package.json')).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Rules that look at colours; all others find the same in every look of one state. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * Violations of WCAG 2.2 A and AA, one line each; or only those of colours, of a state that was looked at in other ones, and only
 * those `within` a part, where all else was looked at.
 */
export async function violations(page: Page, ofColours = false, within?: string): Promise<string[]> {
  // Evaluated, not added as a script: the page's own policy forbids scripts of others.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  return page.evaluate(
    async ({ rules, within }) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(
            where: Document | string,
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
      const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: tags };
      // What is no violation is not described.
      const found = await axe.run(within ?? document, { runOnly, resultTypes: ['violations'] });
      return found.violations.flatMap((v) =>
        v.nodes.map(
          (node) => `${v.id}: ${node.html.slice(0, 160)} — ${node.failureSummary.replaceAll('\n', ' ')}`,
        ),
      );
    },
    { rules: ofColours ? OF_COLOURS : undefined, within },
  );
}

/** How far the page is wider than its window, and the elements that stick out. */
export async function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .filter((element) => !element.parentElement!.closest('.formula, .scroll, .visually-hidden'))
      .map(
        (element) =>
          `${element.tagName}.${element.className} ends at ${Math.round(element.getBoundingClientRect().right)}`,
      )
      .slice(0, 8);
  });
}

/** The worker of the page itself: the first. Others train a race beside it, and end when they have nothing left to do. */
export function ownWorker(page: Page): Worker {
  const [worker] = page.workers();
  assert.ok(worker, 'the page has a worker');
  return worker;
}

/** Waits for the answer to the question, or until the worker has nothing more to say: the run has not got there. */
async function answerOrRest(page: Page): Promise<void> {
  // Its replies come one by one, and one may lead to another request.
  for (let replies = 0; replies < 3; replies++) {
    if (await page.locator('[data-test=truth]').count()) return;
    await ownWorker(page).evaluate(() => undefined);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  }
}

/** Commits nothing and hides nothing: every question that stands there is skipped. */
export async function skipAll(page: Page): Promise<void> {
  const skip = async () => {
    await page.click('[data-do=skip]');
    // What is asked may be made only then; the next question comes after its answer.
    if (await page.locator('.planes').count()) await page.waitForSelector('[data-test=truth]');
    else await answerOrRest(page);
  };
  await skip();
  while (await page.locator('[data-do=next]').count()) {
    await page.click('[data-do=next]');
    await skip();
  }
}

/** Every disclosure open: more controls, definitions, formulae. */
export const openPanels = (page: Page) => panels(page, true);
export const closePanels = (page: Page) => panels(page, false);

async function panels(page: Page, open: boolean): Promise<void> {
  await page.evaluate((open) => {
    for (const details of document.querySelectorAll('details')) details.open = open;
  }, open);
}

/** The page's policy forbids inline styles, but not the object model. */
export async function enlarge(page: Page, percent = 200): Promise<void> {
  await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`);
}

/** Opens a link into a run, and waits until it has been replayed. */
export async function into(lab: Lab, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const { page } = await visit(lab, path, options);
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  return page;
}

/** Opens a moment, replayed, with nothing hidden. */
export async function replayed(lab: Lab, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await into(lab, path, options);
  await skipAll(page);
  return page;
}

export const WIDTHS = [320, 390, 768, 1440] as const;
export const tabsAt = (width: number) => (width < 720 ? ['predict', 'controls', 'curves'] : ['']);

/** What overflows at a width with all panels open, in every tab, with text as it is and at 200 %, at which it stays. */
export async function overflowAt(page: Page, width: number): Promise<string[]> {
  await page.setViewportSize({ width, height: 844 });
  const found: string[] = [];
  for (const size of [100, 200]) {
    await enlarge(page, size);
    for (const tab of tabsAt(width)) {
      if (tab) await page.click(`#tab-${tab}`);
      await openPanels(page);
      found.push(...(await overflow(page)).map((what) => `${what}: ${tab} at ${width} pixels and ${size} %`));
    }
  }
  return found;
}
