/** Train, used: the loss falls, digits are read, the bits are those of the native run. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  at,
  comesBack,
  DIST,
  digest,
  digestAt,
  eventually,
  guess,
  leadsTo,
  native,
  natively,
  playTo,
  playUnseen,
  ready,
  screenshot,
  settled,
  sharedLab,
  step,
  takeHome,
  text,
  unawaited,
  visit,
} from './harness.ts';

/** The race, run natively: for each kind how many of twenty seeds are stuck, and the best loss of its width. */
function race(): { name: string; stuck: number; best: number }[] {
  return natively('train', ['race']).map((row) => {
    const [name, stuck, best] = row.split(' ');
    return { name: name!, stuck: Number(stuck), best: Number(best) };
  });
}

const lab = sharedLab();
const truth = native([0, 1, 100, 500, 1000, 2000, 4000]);

test('it learns: the loss falls and held-out accuracy passes 0.95', async () => {
  const { page, foreign, complaints } = await visit(lab, 'train/');
  await ready(page);
  assert.equal(await step(page), 0, 'nothing moves before it is asked to');
  assert.equal(await digest(page), truth.get(0)!.digest, 'the fingerprint of the first weights');
  const first = Number.parseFloat(await text(page, 'train-loss'));
  await page.click('[data-do=skip]');
  await playTo(page, 1500);
  const last = Number.parseFloat(await text(page, 'train-loss'));
  assert.ok(last < 0.1 && first > 2, `loss ${first}, then ${last}`);
  const held = Number.parseFloat(await text(page, 'held-accuracy'));
  assert.ok(held > 95, `held-out accuracy ${held} %`);
  assert.match(await text(page, 'temperature'), /^0\.00625$/);
  assert.deepEqual(foreign, [], 'nothing is fetched from elsewhere');
  assert.deepEqual(complaints, [], 'the console is quiet');
  await screenshot(page, 'train-learned', true);
});

test('the fingerprint equals the native one, step by step and played', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await unawaited(page);
  await page.click('[data-do=step]');
  await at(page, 1);
  assert.equal(await digest(page), truth.get(1)!.digest);
  for (const at of [1000, 2000])
    assert.equal(await digestAt(lab, page, at), truth.get(at)!.digest, `at ${at}`);
  // The table of the curve holds what the native run measured.
  const closing = await page.locator('#loss table tbody tr:last-child > *').allTextContents();
  assert.equal(closing[0], '2000');
  assert.ok(Math.abs(Number(closing[1]) - truth.get(2000)!.loss) < 1e-4, closing.join(' '));
});

test('reset keeps the seed and gives the same fingerprint; a new seed gives another', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=300');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  const before = await digest(page);
  await page.click('[data-do=reset]');
  await at(page, 0);
  assert.equal(await digest(page), truth.get(0)!.digest);
  assert.equal(await digestAt(lab, page, 300), before);
  await page.click('[data-do=seed]');
  await page.waitForFunction(() => /seed=/.test(location.hash));
  await ready(page);
  assert.notEqual(await digest(page), truth.get(0)!.digest);
});

test('a shared link replays to the same step and digest, changes included', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await playTo(page, 200);
  await page.fill('input[aria-label="learning rate, typed"]', '0.35');
  await page.press('input[aria-label="learning rate, typed"]', 'Tab');
  await playTo(page, 400);
  await page.fill('input[aria-label="batch size, typed"]', '50');
  await page.press('input[aria-label="batch size, typed"]', 'Tab');
  await playTo(page, 600);
  await page.click('[data-do=share]');
  // Sharing pauses the run; a frame that was on its way then may still arrive.
  const steps = await settled(page);
  const link = await page.inputValue('#share-link');
  assert.match(link, /changes=\d+:rate:0\.35;\d+:batch:50/);
  await leadsTo(lab, link, steps, await digest(page));
});

test('rule 6: what is changed on the way is cited, on every sheet and on the curves; a restart forgets it', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await playTo(page, 60, '16');
  const changed = await settled(page);
  await page.fill('input[aria-label="learning rate, typed"]', '0.35');
  await page.press('input[aria-label="learning rate, typed"]', 'Tab');
  await playTo(page, changed + 40, '16');
  const said = `learning rate 0.350 from step ${changed}`;
  const cited = async () => {
    await page.click('[data-do=share]');
    await settled(page);
    const cite = await text(page, 'cite');
    await page.keyboard.press('Escape');
    return cite;
  };
  assert.ok((await cited()).includes(said), await cited());
  await page.click('[data-do=export]');
  const sheet = (await takeHome(page, 'svg')).toString().replaceAll(/<[^>]*>/g, ' ');
  await page.keyboard.press('Escape');
  for (const word of said.split(' ')) assert.ok(sheet.includes(word), word);
  assert.equal(await page.locator('#loss .change title').textContent(), `step ${changed}`);
  await page.click('[data-do=reset]');
  await at(page, 0);
  await page.waitForFunction(() => !/changes=|step=|digest=/.test(location.hash));
  assert.ok(!(await cited()).includes('from step'));
  assert.equal(await page.locator('#loss .change').count(), 0);
});

test('rule 7: curves against η × steps; two runs of one temperature then lie side by side, pinned or not', async () => {
  // As far as 400 steps of 0.2 are 100 of 0.8.
  const { page } = await visit(lab, 'train/#v=1&step=400');
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  await unawaited(page);
  await page.click('[data-do=pin]');
  await page.getByRole('button', { name: 'Same temperature', exact: true }).click();
  await page.waitForFunction(() => location.hash.includes('rate=0.8'));
  await playTo(page, 100, '4');
  await page.goto(`${page.url().replace(/&step=\d+&digest=\w+/, '')}&step=100`);
  await page.reload();
  await page.waitForSelector('[data-do=pin][aria-pressed=true]');
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  const bits = await digest(page);
  const ends = () =>
    page.$$eval('#loss :is(path.series, path.pinned)', (paths) =>
      paths.map((path) => Number(path.getAttribute('d')!.match(/([\d.]+),[\d.]+$/)![1])),
    );
  const byStep = await ends();
  assert.equal(byStep.length, 4);
  assert.ok(Math.abs(byStep[0]! - byStep[2]!) > 50, 'by steps one ends at a quarter of the other');
  await page.selectOption('#set-along', 'rates');
  await page.waitForFunction(() => location.hash.includes('along=rates'));
  const byRates = await ends();
  for (const end of byRates) assert.ok(Math.abs(end - byRates[0]!) < 0.5, byRates.join());
  assert.match((await page.textContent('#loss .readout'))!, /^η × steps 80\.0: training/);
  assert.equal(await digest(page), bits, 'a view');
  // A rate that changes on the way counts from its step on: 40 of 0.2 and 10 of 0.4.
  const other = await visit(lab, 'train/#v=1&along=rates&changes=40:rate:0.4&step=50');
  await other.page.waitForSelector('[data-test=replay]:not([data-state=running])');
  assert.match((await other.page.textContent('#loss .readout'))!, /^η × steps 12\.0: training/);
});

test('rule 7: curves begin with the first step and are read evenly; a stop says why beside Play, and stays said', async () => {
  // Weights that a strong penalty holds at 0: nothing is left to learn.
  const { page } = await visit(lab, 'train/#v=1&rate=0.5&l2=0.1&batch=256&step=2990');
  await page.waitForSelector('[data-test=replay]:not([data-state=running])');
  await page.click('[data-do=export]');
  const steps = (await takeHome(page, 'csv'))
    .toString()
    .trim()
    .split('\r\n')
    .slice(1)
    .map((row) => Number(row.split(',')[0]));
  await page.keyboard.press('Escape');
  assert.deepEqual(steps.slice(0, 3), [0, 5, 10]);
  const gaps = steps.slice(1).map((at, k) => at - steps[k]!);
  gaps.slice(0, -1).forEach((gap, k) => {
    assert.ok(k === 0 || gap >= gaps[k - 1]!, `after step ${steps[k]}`);
  });
  await unawaited(page);
  await page.selectOption('lab-transport select', '16');
  await page.click('[data-do=play]');
  await page.waitForSelector('[data-test=stopped]');
  const why = await text(page, 'stopped');
  assert.match(why, /^Paused at step \d[\d ]*: the loss has settled\. Play goes on\.$/);
  // A change of the page, and a dialog, leave it where it is: on the screen, in the part of Play.
  await page.selectOption('#theme', 'dark');
  await page.keyboard.press('?');
  await page.waitForSelector('#help[open]');
  await page.keyboard.press('Escape');
  await page.waitForTimeout(300);
  assert.equal(await text(page, 'stopped'), why);
  assert.equal(await page.locator('.transport [data-test=stopped]').count(), 1);
  await page.click('[data-do=step]');
  await page.waitForSelector('[data-test=stopped]', { state: 'detached' });
});

test('a change of the drawing never touches the run', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await page.click('[data-do=skip]');
  await page.selectOption('#theme', 'dark');
  const pad = (await page.locator('canvas.pad').boundingBox())!;
  await page.mouse.move(pad.x + pad.width / 2, pad.y + 20);
  await page.mouse.down();
  await page.mouse.move(pad.x + pad.width / 2, pad.y + pad.height - 20, { steps: 12 });
  await page.mouse.up();
  await page.click('[data-do=pin]');
  await page.locator('#loss .plot').focus();
  await page.keyboard.press('Home');
  assert.equal(await digest(page), truth.get(0)!.digest);
});

test('it reads what is drawn, while it is drawn', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=2000');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await page.locator('canvas.pad').scrollIntoViewIfNeeded();
  await page.click('[data-do=clear]');
  await page.waitForFunction(() => document.querySelector('.answers .share')!.textContent === '–');
  const pad = (await page.locator('canvas.pad').boundingBox())!;
  const at = (x: number, y: number) => [pad.x + x * pad.width, pad.y + y * pad.height] as const;
  // A one: a straight stroke.
  await page.mouse.move(...at(0.5, 0.1));
  await page.mouse.down();
  await page.mouse.move(...at(0.5, 0.9), { steps: 20 });
  await page.waitForFunction(() => document.querySelector('.answers .first') !== null);
  await page.mouse.up();
  const reads = (digit: string) =>
    eventually(async () => assert.equal(await page.getAttribute('.answers .first', 'data-digit'), digit));
  await reads('1');
  // A zero: a ring.
  await page.click('[data-do=clear]');
  await page.mouse.move(...at(0.72, 0.5));
  await page.mouse.down();
  for (let k = 1; k <= 40; k++) {
    const angle = (k / 40) * 2 * Math.PI;
    await page.mouse.move(...at(0.5 + 0.22 * Math.cos(angle), 0.5 + 0.38 * Math.sin(angle)));
  }
  await page.mouse.up();
  await reads('0');
  await screenshot(page, 'train-drawn');
});

test('predict, run, compare: twenty seeds of each kind, and who got stuck is what the native runs say', async () => {
  const outcomes = race();
  const { page, complaints } = await visit(lab, 'train/');
  await ready(page);
  assert.match(await text(page, 'stuck'), /hidden/);
  assert.equal(await page.locator('lab-race').count(), 0);
  const narrow = outcomes.findIndex(({ name }) => name === 'Narrow');
  await guess(page, narrow);
  await playUnseen(page);
  await page.waitForFunction(() =>
    /^\d+ of 80 networks trained/.test(document.querySelector('[data-test=race]')?.textContent?.trim() ?? ''),
  );
  await page.waitForSelector('[data-test=answer]', { timeout: 240_000 });
  assert.equal(await page.locator('.race .run').count(), 80);
  const counts = outcomes.map(({ name, stuck }) => `${name} ${stuck}`).join(', ');
  const answer = await text(page, 'answer');
  assert.ok(answer.includes(`Of 20 seeds each got stuck: ${counts}. `), answer);
  // Hardly anything gets stuck but what is narrow, and most of that is too small.
  assert.ok(
    outcomes.every(({ stuck }, k) => (k === narrow ? stuck > 0 && stuck < 10 : stuck === 0)),
    counts,
  );
  for (const k of [0, narrow])
    assert.ok(
      answer.includes(`${Number(outcomes[k]!.best.toPrecision(2))} nats`) ||
        answer.includes(`comes to ${outcomes[k]!.best.toPrecision(2)}`),
      answer,
    );
  assert.equal(await page.locator('.race .run.stuck').count(), outcomes[narrow]!.stuck);
  assert.equal(await text(page, 'truth'), 'Narrow (3 units)');
  assert.ok(!(await page.evaluate(() => location.hash)).includes('guess'), 'the guess stays on the device');
  await screenshot(page, 'train-race');
  // It depends on no setting: another preset, and a narrow screen, keep it.
  await page.getByRole('button', { name: 'Cold', exact: true }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await text(page, 'answer'), answer);
  assert.deepEqual(complaints, []);
});

test('the network goes into a file and comes back with its bits', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=400');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  const bits = await digest(page);
  await page.click('[data-do=export]');
  const download = page.waitForEvent('download');
  await page.click('[data-export=network]');
  const file = await (await download).path();
  const bytes = readFileSync(file);
  await page.keyboard.press('Escape');
  await page.click('[data-do=reset]');
  await at(page, 0);
  const upload = async (name: string, buffer: Buffer) => {
    await page.click('[data-do=export]');
    await page.setInputFiles('#bring', { name, mimeType: 'application/octet-stream', buffer });
  };
  await upload('mine.losscape', bytes);
  await page.waitForSelector('[data-test=notes]');
  assert.equal(await digest(page), bits);
  // One flipped bit is refused, and the run stays as it was.
  const damaged = Buffer.from(bytes);
  damaged[100]! ^= 4;
  await upload('damaged.losscape', damaged);
  await page.waitForSelector('[data-failure=refused]');
  assert.equal(await digest(page), bits);
});

test('curves, pictures and the state can be taken home; the state comes back', async () => {
  const { page } = await visit(lab, 'train/#v=1&step=500&rate=0.3');
  await page.waitForSelector('[data-test=replay][data-state=unknown]');
  await page.click('[data-do=export]');
  const save = (what: string) => takeHome(page, what);
  const csv = (await save('csv')).toString().trim().split('\r\n');
  assert.equal(csv[0], 'step,training_loss,training_accuracy,held_out_loss,held_out_accuracy');
  assert.ok(csv.at(-1)!.startsWith('500,'));
  const png = await save('png');
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  const svg = (await save('svg')).toString();
  assert.match(svg, /^<svg xmlns/);
  assert.ok(!/NaN|undefined/.test(svg));
  await comesBack(page);
});

test('Back returns to the settings before a preset', async () => {
  const { page } = await visit(lab, 'train/');
  await ready(page);
  await page.click('button:has-text("Cold")');
  await page.waitForFunction(() => location.hash.includes('batch=64'));
  await page.goBack();
  await page.waitForFunction(() => !location.hash.includes('batch'));
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('input[aria-label="batch size, typed"]')!.value === '16',
  );
});

test('flags of a lesson: another question, hidden parts, embedded', async () => {
  const { page } = await visit(lab, 'train/#v=1&q=What+will+happen%3F&hide=predict,prose&embed=1');
  await ready(page);
  assert.equal(await page.textContent('#question'), 'What will happen?');
  for (const part of ['lab-predict', '.prose', '.top']) assert.equal(await page.isVisible(part), false, part);
  const clamped = await visit(lab, 'train/#v=1&rate=2000');
  await ready(clamped.page);
  assert.match(await text(clamped.page, 'notes'), /learning rate/);
});

test('numbers in the prose of the page are right', () => {
  const html = readFileSync(join(DIST, 'train/index.html'), 'utf8');
  const rows = [...html.matchAll(/<th scope="row">(\d+)<\/th><td>([\d.]+)<\/td><td>([\d.]+) %/g)];
  assert.equal(rows.length, 6);
  for (const [, at, loss, held] of rows) {
    const { loss: expected, heldAccuracy } = truth.get(Number(at))!;
    assert.equal(loss, String(expected.toPrecision(3)), `loss at ${at}`);
    assert.equal(held, (100 * heldAccuracy).toFixed(1), `held-out at ${at}`);
  }
});
