import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIVERGING, diverging } from '../src/lib/colour.ts';
import { contourPath } from '../src/lib/contour.ts';
import { count, counted, hexGroups, percent, significant, unbroken } from '../src/lib/format.ts';
import { Lending } from '../src/lib/lending.ts';
import { logLevels, logShare, resample, upsideDown } from '../src/lib/raster.ts';
import { nextRecord, settled } from '../src/lib/record.ts';
import { toCsv } from '../src/lib/save.ts';
import { linear, logarithmic, polyline, roomy } from '../src/lib/scale.ts';
import { bestBuild } from '../src/lib/simd.ts';

test('numbers stay on one line with their groups, units and names', () => {
  assert.equal(
    unbroken(
      'one in 1 024 of 16 384 is 98 %, 0.2 nats, a tenth of ln 2 at 2/η, T = 0.2, 2 ± 1; 3 units, 20 000 or 1 of 2, by 1 + η|λ|',
    ),
    'one in 1\u00a0024 of 16\u00a0384 is 98\u00a0%, 0.2\u00a0nats, a tenth of ln\u00a02 at 2/\u2060η, T\u00a0=\u00a00.2, 2\u00a0±\u00a01; 3 units, 20\u00a0000 or 1 of 2, by 1\u00a0+\u00a0η\u2060|\u2060λ\u2060|',
  );
});

test('records are a function of the step: round steps are met and few are kept', () => {
  const steps = [0];
  while (steps.at(-1)! < 200_000) steps.push(nextRecord(steps.at(-1)!));
  for (const wanted of [5, 500, 1000, 2000, 4000]) assert.ok(steps.includes(wanted), String(wanted));
  assert.ok(steps.length < 700, String(steps.length));
  assert.equal(nextRecord(7), 10);
});

test('a run settles when its loss no longer falls, and not before step 3000', () => {
  const run = (loss: (step: number) => number, last: number) =>
    Array.from({ length: last / 10 + 1 }, (_, i) => ({
      step: 10 * i,
      loss: loss(10 * i),
      accuracy: 1,
      held_out_loss: 1,
      held_out_accuracy: 1,
    }));
  assert.equal(settled(run(() => 1, 2900)), false);
  assert.equal(settled(run(() => 1, 3000)), true);
  assert.equal(settled(run((step) => 1 / (1 + step), 6000)), false);
  assert.equal(settled(run((step) => 2.3 + 0.1 * Math.sin(step), 6000)), true, 'nearly level');
  assert.equal(
    settled(run((step) => 0.8 + 0.4 * Math.sin(step), 6000)),
    false,
    'level on average, and jittering',
  );
  assert.equal(settled(run((step) => 1.5 - 5e-5 * step, 6000)), false, 'falling slowly');
});

test('one thing is not several', () => {
  assert.deepEqual(
    [0, 1, 2, 1500].map((n) => counted(n, 'point')),
    ['0 points', '1 point', '2 points', '1 500 points'],
  );
  assert.equal(counted(1, 'lies', 'lie'), '1 lies');
});

test('numbers are printed for readers', () => {
  assert.equal(percent(0.9595), '96.0 %');
  assert.equal(percent(Number.NaN), 'not finite');
  assert.equal(significant(0.00625), '0.00625');
  assert.equal(significant(1234.5), '1230');
  assert.equal(significant(-1.5e-7), '−1.50e−7');
  assert.equal(count(1234567), '1 234 567');
  assert.equal(hexGroups('9315f79378d24a5e'), '9315 f793 78d2 4a5e');
});

test('the diverging map runs from class A through paper to class B', () => {
  const rgb = (packed: number) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
  assert.deepEqual(rgb(DIVERGING[0]!), [0x13, 0x32, 0x75]);
  assert.deepEqual(rgb(DIVERGING[255]!), [0x99, 0x3d, 0x14]);
  assert.equal(diverging(-9, 1), DIVERGING[0]);
  assert.equal(diverging(9, 1), DIVERGING[255]);
  for (const channel of rgb(diverging(0, 1))) assert.ok(channel > 225);
});

test('CSV quotes what needs it and keeps numbers whole', () => {
  assert.equal(toCsv(['a', 'b'], [[0.1, 'x,"y"']]), 'a,b\r\n0.1,"x,""y"""\r\n');
});

test('buffers are lent, taken back, and never taken back detached', () => {
  const lending = new Lending(8);
  const lent = lending.take()!;
  assert.equal(lent.byteLength, 8);
  lending.give(new ArrayBuffer(0));
  lending.give(undefined);
  lending.give(lent);
  assert.equal(lending.take(), lent);
  assert.notEqual(lending.take(), lent, 'it is away: another is made');
  for (let k = 0; k < 5; k++) lending.give(new ArrayBuffer(8));
  assert.equal(new Lending(0).take(), undefined, 'nothing is put into it');
});

test('the probe of vector instructions is a valid module here', () => {
  assert.equal(bestBuild(), 'simd');
});

test('a field that is linear stays linear between its nodes, and is turned over', () => {
  // 2 x + 3 y on nodes at 0, ½ and 1, rows from below.
  const nodes = [0, 1, 2, 1.5, 2.5, 3.5, 3, 4, 5];
  const pixels = resample(nodes, 3, 8);
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const [x, y] = [(column + 0.5) / 8, 1 - (row + 0.5) / 8];
      assert.ok(Math.abs(pixels[8 * row + column]! - (2 * x + 3 * y)) < 1e-12, `${row} ${column}`);
    }
  }
  assert.deepEqual([...upsideDown(Float64Array.from(nodes), 3)].slice(0, 3), [3, 4, 5]);
});

test('level lines lie where the field has the level', () => {
  // x on 5 × 5 nodes: the line of 1.5 runs from top to bottom at 1.5, half a cell further in the units of the path.
  const field = Array.from({ length: 25 }, (_, k) => k % 5);
  const places = contourPath(field, 5, 1.5)
    .match(/[\d.]+ [\d.]+/g)!
    .map((place) => place.split(' ').map(Number));
  assert.equal(Math.min(...places.map(([x]) => x!)), 2);
  assert.deepEqual(
    [...new Set(places.filter(([x]) => x === 2).map(([, y]) => y))].sort(),
    [0.5, 1.5, 2.5, 3.5, 4.5],
  );
});

test('a level line around a top is closed; opposite tops are joined where the middle between them is high', () => {
  const top = contourPath([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 0.5);
  assert.deepEqual([...top.matchAll(/[\d.]+ [\d.]+/g)].map(String).sort(), [
    '1 1.5',
    '1.5 1',
    '1.5 2',
    '2 1.5',
  ]);
  assert.match(top, /^M[^M]*Z$/);
  // Two lines either way; the corner that one of them cuts off is high, or low.
  const around = (level: number) => contourPath([1, 0, 0, 1], 2, level);
  assert.equal(around(0.4), 'M1.1 0.5L1.5 0.9M0.9 1.5L0.5 1.1');
  assert.equal(around(0.6), 'M0.9 0.5L0.5 0.9M1.1 1.5L1.5 1.1');
  assert.equal(contourPath([0, 1, 1, 0], 2, 0.4), 'M1.5 1.1L1.1 1.5M0.5 0.9L0.9 0.5');
});

test('levels are 1, 2 and 5 of each decade, and heights keep their order', () => {
  assert.deepEqual(logLevels(5.1), [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5]);
  assert.deepEqual(logLevels(0), []);
  assert.deepEqual(logLevels(Number.NaN), []);
  assert.equal(logShare(0, 7), 0);
  assert.equal(logShare(7, 7), 1);
  assert.ok(logShare(0.07, 7) > 0.3, 'low heights stay distinct');
  assert.equal(logShare(1, 0), 0);
});

test('scales: places, values and round ticks', () => {
  const steps = linear([0, 4000], [50, 450]);
  assert.equal(steps(1000), 150);
  assert.equal(steps.invert(150), 1000);
  assert.deepEqual(steps.ticks(5), [0, 1000, 2000, 3000, 4000]);
  assert.equal(linear([7, 7], [196, 10])(7), 103, 'a single value lies in the middle');
  assert.deepEqual(roomy([0.13, 3.27], 5), [0, 3.5]);
  const losses = logarithmic([0.1, 10], [200, 0]);
  assert.ok(Math.abs(losses(1) - 100) < 1e-9);
  assert.deepEqual(logarithmic([0.08, 0.31], [196, 10]).ticks(4), [0.08, 0.09, 0.1, 0.2, 0.3]);
  assert.deepEqual(logarithmic([1e-7, 3], [196, 10]).ticks(4), [1e-6, 1e-4, 0.01, 1], 'many decades');
  assert.deepEqual(logarithmic([0.121, 0.134], [196, 10]).ticks(4), [0.125, 0.13], 'less than one');
});

test('a line is broken where a point is nowhere, and a lonely point is a dot', () => {
  const points = [
    [0, 1],
    [1.23456, 2],
    [2, Number.NaN],
    [3, 4],
    [4, Number.NEGATIVE_INFINITY],
    [5, 6],
    [6, 7],
  ] as const;
  assert.equal(polyline(points), 'M0,1L1.235,2M3,4ZM5,6L6,7');
  assert.equal(polyline([]), '');
});
