/** Batch size: the numbers that are shown against a native run, what is hidden, the rescaling, and what can be taken home. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printOwn } from '../../web/src/lib/own.ts';
import {
  comesBack,
  digest,
  guess,
  into,
  leadsTo,
  nativeValues,
  playOut,
  ready,
  replayed,
  screenshot,
  sharedLab,
  takeHome,
  text,
  visit,
} from './harness.ts';

const lab = sharedLab();
const native = nativeValues('batch');

test('the same bits as natively', async () => {
  for (const step of [600, 3000]) {
    const page = await replayed(lab, `batch/#v=1&length=3000&step=${step}`);
    assert.equal(await digest(page), native.get(`digest-${step}`));
    await page.context().close();
  }
});

test('Play leads to the guess; what is asked is hidden; then the smaller batches stay where it is flatter', async () => {
  const { page, complaints, foreign } = await visit(lab, 'batch/#v=1&length=10000&rate=0.2');
  await ready(page);
  await page.click('[data-do=play]');
  await page.waitForFunction(() => document.activeElement!.id === 'predict-title');
  const seen = (selector: string) => page.locator(selector).count();
  assert.equal(await seen('svg.gauges, svg.kicks, svg.rescaled, #curvatures .series, #along .series'), 0);
  assert.equal(await seen('.hidden-value'), 9);
  await guess(page, 1);
  await playOut(page, 10_000);
  const shares = /settles at ([\d., ]+) of 2\/η/
    .exec(await text(page, 'answer'))![1]!
    .split(', ')
    .map(Number);
  assert.ok(Math.abs(shares[0]! - 1) < 0.05, `${shares}: all points, at the edge`);
  assert.ok(
    shares[1]! < 1.05 && shares[2]! < shares[1]! - 0.1 && shares[3]! < shares[2]! - 0.1,
    `${shares}: half of the points at the edge, too, at this rate; then the lower the smaller the batch`,
  );
  assert.equal(Number(await text(page, 'truth')), shares[3]);
  assert.equal(await seen('svg.gauges .bar'), 4);
  const along = /the batches themselves see ([\d., ]+)\.$/
    .exec(await text(page, 'answer'))![1]!
    .split(', ')
    .map(Number);
  assert.ok(Math.abs(along[0]! - 1) < 0.05 && along[3]! > shares[3]! + 0.1, `${along}: nearer to the edge`);
  assert.equal(await seen('#along .series'), 4);
  // Their standard errors are drawn, said and in the table: none for all points, whose batches are equal.
  const errors = (said: string) => [...said.matchAll(/±\s(\d\.\d\d)/g)].map(([, error]) => Number(error));
  for (const said of [
    await page.innerText('#along .readout'),
    await page.innerText('#along tbody tr:last-child'),
  ]) {
    const [all, ...others] = errors(said);
    assert.ok(all === 0 && others.length === 3 && others.every((error) => error > 0 && error < 0.5), said);
  }
  /** The tallest whisker of each run, in pixels. */
  const tallest = await page
    .locator('#along .whisker')
    .evaluateAll((whiskers) =>
      whiskers.map((whisker) =>
        Math.max(
          ...[...whisker.getAttribute('d')!.matchAll(/M[\d.]+,([\d.]+)L[\d.]+,([\d.]+)/g)].map(
            ([, low, high]) => Number(low) - Number(high),
          ),
        ),
      ),
    );
  const [none, ...some] = tallest;
  assert.ok(none! < 0.01 && some.length === 3 && some.every((tall) => tall > 5), `${tallest}`);
  assert.equal(await seen('#curvatures .whisker'), 0, 'what is no estimate has none');
  assert.equal(await seen('svg.rescaled'), 0, 'waits for the third guess');
  assert.ok(!(await page.isVisible('.ranks')), 'so does what sharpness says of 200 networks');
  // The second question is about slices that are seen, and a curvature that is not.
  await page.waitForSelector('svg.chances');
  assert.equal(await seen('svg.chances path'), 20);
  assert.doesNotMatch(await page.innerText('.charts'), /largest curvature is/);
  await page.click('[data-do=next]');
  await guess(page, 50);
  const largest = Number(native.get('largest'));
  assert.ok(Math.abs(Number(await text(page, 'truth')) / largest - 1) < 0.05, `${largest}`);
  assert.match(await page.innerText('.charts'), /largest curvature is/);
  await page.click('[data-do=next]');
  await guess(page, 0);
  assert.equal(await text(page, 'truth'), 'none of them');
  await page.waitForSelector('svg.rescaled');
  assert.ok(await page.isVisible('.ranks'));
  const dots = await page
    .locator('.ranks .dots')
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('d')!.split('h0').length - 1));
  assert.deepEqual(dots, Array(5).fill(200));
  assert.match((await page.getAttribute('.ranks svg', 'aria-label'))!, /a correlation of 0\.20\.$/);
  await screenshot(page, 'batch', true);
  assert.deepEqual(complaints, []);
  assert.deepEqual(foreign, []);
  await page.context().close();
});

test('a rescaling moves all measures, no output and no run; the link keeps it', async () => {
  const page = await replayed(lab, 'batch/#v=1&length=3000&alpha=10&step=3000');
  const bits = await digest(page);
  // The answer about the slices comes with the next frame.
  while ((await page.locator('svg.rescaled').count()) === 0) {
    const [skip, next] = [page.locator('[data-do=skip]'), page.locator('[data-do=next]')];
    if (await skip.count()) await skip.click();
    else if (await next.count()) await next.click();
  }
  const said = (await page.getAttribute('svg.rescaled', 'aria-label'))!;
  for (const name of ['largest', 'trace', 'ball', 'box', 'along']) {
    const ratio = Number(native.get(`rescaled-${name}`));
    assert.ok(Math.abs(ratio - 1) > 0.5, `${name}: ${ratio}`);
  }
  assert.match(said, /^At α = 10 no output changes by more than \d(\.\d)?e−1\d;/);
  const shown = Number(/largest curvature ([\d.]+)/.exec(said)![1]);
  assert.ok(Math.abs(shown / Number(native.get('rescaled-largest')) - 1) < 0.01);
  assert.equal(await digest(page), bits);
  await page.context().close();
});

test('at equal loss each run stops where a native one does, and the page says so', async () => {
  const page = await replayed(lab, 'batch/#v=1&protocol=loss&rate=0.2&length=30000&step=30000');
  const stops = [20, 10, 4, 2].map((batch) => Number(native.get(`stops-${batch}`)));
  assert.ok(stops.every((step) => step > 0 && step <= 10_000));
  const said = (await text(page, 'answer')).replaceAll(/[\u00a0\u2060]/g, ' ');
  const steps = stops.map((step) => String(step).replace(/\B(?=...$)/, ' ')).join(', ');
  assert.ok(said.includes(`stop at a loss of 0.01, after ${steps} steps`), said);
  assert.equal(await digest(page), native.get('digest-stopped'));
  await page.context().close();
});

test('kicks wait for the guess; then their medians are those of a native run, and no kick changes a run', async () => {
  const page = await into(lab, 'batch/#v=1&length=3000&step=3000');
  assert.equal(await page.locator('svg.kicks').count(), 0);
  await page.click('[data-do=skip]');
  const said = async () => (await page.getAttribute('svg.kicks', 'aria-label'))!;
  const medians = async () =>
    /its median is ([\d., ]+): higher/
      .exec(await said())![1]!
      .split(', ')
      .map(Number);
  await page.waitForSelector('svg.kicks');
  const bits = await digest(page);
  const shown = await medians();
  for (const [lane, batch] of [20, 10, 4, 2].entries()) {
    const expected = Number(native.get(`kicked-${batch}`));
    assert.ok(Math.abs(shown[lane]! / expected - 1) < 0.06, `${batch}: ${shown[lane]} and ${expected}`);
  }
  assert.equal(await page.locator('svg.kicks g .dots, svg.kicks .median').count(), 8);
  assert.equal(await page.locator('lab-kicks tbody tr').count(), 16);
  await page.locator('#set-kick').fill('0.5');
  await page.waitForFunction(() =>
    /kicks of 0\.5 /.test(document.querySelector('svg.kicks')!.getAttribute('aria-label')!),
  );
  const farther = await medians();
  assert.ok(
    farther.every((loss, lane) => loss > shown[lane]!) && farther[0]! > 3 * shown[0]!,
    `${farther} and ${shown}`,
  );
  await page.waitForFunction(() => location.hash.includes('&kick=0.5'));
  assert.equal(await digest(page), bits);
  await page.click('[data-do=export]');
  const csv = (await takeHome(page, 'kicks')).toString().trim().split('\r\n');
  assert.equal(csv[0], 'step,radius,direction,loss_batch_20,loss_batch_10,loss_batch_4,loss_batch_2');
  assert.equal(csv.length, 65);
  await page.context().close();
});

test('a link leads to the same bits; what is taken home comes back, and holds nothing that is hidden', async () => {
  const { page } = await visit(lab, 'batch/#v=1&length=3000&hidden=8');
  await ready(page);
  await page.click('[data-do=export]');
  for (const what of ['csv', 'kicks'])
    assert.equal((await takeHome(page, what)).toString().trim().split('\r\n').length, 1, `${what}, hidden`);
  await page.keyboard.press('Escape');
  await page.click('[data-do=skip]');
  await playOut(page, 3000);
  await page.click('[data-do=export]');
  const csv = (await takeHome(page, 'csv')).toString().trim().split('\r\n');
  assert.match(
    csv[0]!,
    /^step,curvature_over_edge_batch_20,.*loss_batch_2,.*along_gradients_over_edge_batch_2,.*along_gradients_over_edge_standard_error_batch_2$/,
  );
  assert.match(csv.at(-1)!, /^3000,/);
  assert.equal((await takeHome(page, 'rescaled')).toString().trim().split('\r\n').length, 1, 'not asked yet');
  const svg = (await takeHome(page, 'svg')).toString();
  assert.match(svg, /fingerprint [0-9a-f]{4} /);
  assert.ok((await takeHome(page, 'png')).subarray(1, 4).equals(Buffer.from('PNG')));
  await comesBack(page);
  const link = await page.evaluate(() => location.href);
  const again = await leadsTo(lab, link, 3000, await digest(page));
  await again.context().close();
  await page.context().close();
});

test('the guess of a link keeps to what may be guessed of its data, and the page says what became of it', async () => {
  for (const [data, said] of [
    ['', /guess: 500 became 2 \(range 0 to 2\)/],
    ['&data=moons', undefined],
  ] as const) {
    const page = await into(lab, `batch/#v=1&length=3000&hidden=4&guess=500${data}&step=3000`);
    const banner = await page.innerText('[data-test=banner]');
    if (said) assert.match(banner, said);
    else assert.doesNotMatch(banner, /became/);
    await page.click('[data-do=skip]');
    assert.equal(await text(page, 'theirs'), `The maker of the link guessed ${said ? 2 : 500}.`);
    await page.context().close();
  }
});

const MOONS = 'hidden=8&data=moons&goal=0.16&rate=0.5&length=30000';

test('two moons: nothing is known before the guess, then the ratio is; what has been seen once stays seen', async () => {
  // The longest of the replays.
  const { page } = await visit(lab, `batch/#v=1&${MOONS}&protocol=loss&step=30000`);
  await page.waitForSelector('[data-test=replay][data-state=unknown]', { timeout: 180_000 });
  const seen = (selector: string) => page.locator(selector).count();
  assert.equal(await digest(page), native.get('digest-moons'));
  assert.equal(await seen('lab-field canvas'), 2);
  const misread = [128, 4].map((batch) => native.get(`misread-${batch}`)!);
  const hidden = 'svg.gauges, svg.kicks, svg.chances, svg.rescaled, .curves .series, .beside .series';
  const curves = '#losses .series';
  assert.equal((await seen(hidden)) - (await seen(curves)), 0);
  for (const count of misread)
    assert.doesNotMatch(await page.innerText('main'), new RegExp(`(?<![\\d.])${count}(?![\\d])`));
  await page.click('[data-do=export]');
  assert.equal((await takeHome(page, 'csv')).toString().trim().split('\r\n').length, 1);
  await page.keyboard.press('Escape');
  await guess(page, 50);
  const said = await text(page, 'answer');
  const [, ratio, most, least] = /: ([\d.]+) times as large .* misread (\d+) and (\d+),/.exec(said)!;
  assert.deepEqual([most, least], misread);
  assert.ok(
    Number(ratio) > 3 && Math.abs(Number(ratio) / Number(await text(page, 'truth')) - 1) < 0.02,
    said,
  );
  assert.equal(await seen('svg.gauges .bar'), 4);
  assert.equal(await seen('#moons-curvatures .series'), 4);
  await page.click('[data-do=export]');
  const csv = (await takeHome(page, 'csv')).toString().trim().split('\r\n');
  assert.match(
    csv[0]!,
    /,loss_of_new_points_batch_4,misread_new_points_batch_128,.*misread_new_points_batch_4$/,
  );
  await page.keyboard.press('Escape');
  await page.click('[data-do=pin]');
  // Another protocol is of the same experiment, whose curvatures have been seen.
  await page.locator('#set-protocol').selectOption('steps');
  await page.waitForFunction(
    () => document.querySelector('.numbers.panel')!.getAttribute('data-step') === '0',
  );
  assert.equal(await seen('svg.gauges .bar'), 4);
  assert.equal(await seen('[data-do=skip]'), 0);
  // Other points are another: the question about them is asked, and the pinned run tells nothing.
  await page.locator('.more > summary').click();
  await page.locator('#set-data').selectOption('polynomial');
  await page.waitForSelector('svg.fit');
  assert.equal(await seen('svg.gauges, #curvatures .series'), 0);
  await page.click('[data-do=skip]');
  await page.waitForSelector('svg.gauges');
  assert.equal(await seen('#curvatures .pinned, #moons-curvatures'), 0);
  await page.locator('#set-data').selectOption('moons');
  await page.waitForSelector('lab-field canvas');
  assert.equal(await seen('svg.gauges .bar'), 4, 'answered before');
  await page.context().close();
});

test('from the curve to the moons and back, no frame shows what is still to be guessed', async () => {
  const page = await into(lab, 'batch/#v=1&length=3000&hidden=8&step=3000');
  await page.click('[data-do=skip]');
  await page.waitForSelector('svg.gauges');
  // After every change of the page: bars of the moons, whose largest batches have 128 points.
  await page.evaluate(() => {
    const look = () => {
      const known = document.querySelector('svg.gauges')?.textContent;
      if (known?.includes('128')) document.documentElement.dataset.leak = known;
    };
    new MutationObserver(look).observe(document.querySelector('lab-batch')!, {
      childList: true,
      subtree: true,
    });
  });
  await page.locator('.more > summary').click();
  await page.locator('#set-data').selectOption('moons');
  await page.waitForSelector('lab-field canvas');
  assert.equal(await page.locator('svg.gauges').count(), 0);
  await page.locator('#set-data').selectOption('polynomial');
  await page.waitForSelector('svg.fit');
  await page.waitForSelector('svg.gauges');
  assert.equal(await page.getAttribute('html', 'data-leak'), null);
  await page.context().close();
});

/** Two clouds that a line nearly parts. */
function clouds(count: number): string {
  const [inputs, labels] = [new Float32Array(2 * count), new Uint8Array(count)];
  for (let k = 0; k < count; k++) {
    labels[k] = k % 2;
    inputs[2 * k] = Math.round(100 * ((k % 2 ? 0.8 : -0.8) + Math.cos(2.4 * k))) / 100;
    inputs[2 * k + 1] = Math.round(100 * Math.sin(2.4 * k)) / 100;
  }
  return printOwn({ width: 2, inputs, labels, standard: false });
}

const OWN = `hidden=8&data=own&goal=0.2&rate=0.3&length=3000&protocol=loss`;

test('own points: the question is of them, nothing is known before the guess, and no new points are claimed', async () => {
  const page = await into(lab, `batch/#v=1&${OWN}&own=${clouds(40)}&step=3000`);
  const seen = (selector: string) => page.locator(selector).count();
  assert.match(
    await page.innerText('lab-predict'),
    /learns your 40 points four times, with 40 to 4 of them in each step/,
  );
  assert.equal(await seen('lab-field canvas'), 2);
  const hidden = 'svg.gauges, svg.kicks, svg.chances, svg.rescaled, #own-curvatures .series';
  assert.equal(await seen(hidden), 0);
  await guess(page, 50);
  const said = await text(page, 'answer');
  assert.match(said, /^Runs with batches of 40, 18, 8, 4 stop at a loss of 0.2, after /);
  assert.match(
    said,
    /: [\d.]+ times as large with 40 as with 4\. You have brought no new points, so nothing tests the networks\.$/,
  );
  assert.equal(await seen('svg.gauges .bar'), 4);
  assert.equal(await seen('#own-curvatures .series'), 4);
  await screenshot(page, 'batch-own');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForTimeout(300);
  await screenshot(page, 'batch-own-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.click('[data-do=export]');
  const [head] = (await takeHome(page, 'csv')).toString().split('\r\n');
  assert.match(head!, /curvature_over_edge_batch_40/);
  assert.doesNotMatch(head!, /new_points/);
  await page.keyboard.press('Escape');
  // The moons are others, and so are other points of one's own.
  await page.locator('.more > summary').click();
  await page.locator('#set-data').selectOption('moons');
  await page.waitForFunction(() =>
    /128 points of two moons/.test(document.querySelector('lab-predict')!.textContent!),
  );
  assert.equal(await seen('svg.gauges, #moons-curvatures .series'), 0);
  await page.locator('#set-data').selectOption('own');
  await page.waitForSelector('svg.gauges .bar');
  await page.context().close();
});

test('own points that cannot be told apart are learned until the run ends, and it says so', async () => {
  const same = printOwn({
    width: 2,
    inputs: Float32Array.of(1, 2, 1, 2),
    labels: Uint8Array.of(0, 1),
    standard: true,
  });
  const page = await into(lab, `batch/#v=1&${OWN}&own=${same}&step=3000`);
  await page.click('[data-do=skip]');
  assert.match(await text(page, 'answer'), /batches of 2, 2, 2, 2 stop .* after over 3.000, over 3.000,/);
  assert.equal(await page.locator('[data-failure]').count(), 0);
  // One class is no question, and the page says what it does instead.
  const { page: one } = await visit(lab, 'batch/#v=1&data=own&own=2.0.ACEAGI&step=1');
  await ready(one);
  assert.match((await one.textContent('[data-test=banner]'))!, /cannot be read/);
  assert.equal(await one.inputValue('#set-data'), 'polynomial');
  await one.context().close();
  await page.context().close();
});
