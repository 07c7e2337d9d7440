/** Bytes are gates; a limit that is passed is a failure, not a note. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { DIST, type Lab, openLab, ready, visit } from './harness.ts';

let lab: Lab;

before(async () => {
  lab = await openLab();
});
after(() => lab.close());

const KB = 1024;
const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
const gzip = (file: string) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;

function within(what: string, bytes: number, kilobytes: number): void {
  console.log(`${what}: ${(bytes / KB).toFixed(1)} of ${kilobytes} KB`);
  assert.ok(bytes <= kilobytes * KB, `${what}: ${bytes} bytes`);
}

/** Of a page's module, and of the three together, which no page loads. Their glue is in the scripts of the workers. */
const KERNEL = 56;
const KERNELS = 135;

for (const [exhibit, data] of [
  ['train', /digits-[\w-]+\.bin$/],
  ['surface', undefined],
  ['paths', undefined],
] as const) {
  test(`the first visit of ${exhibit}`, async () => {
    // From its own first request: a page seen before it may still be loading its pictures.
    const { page, foreign, loaded } = await visit(lab, `${exhibit}/`);
    await ready(page);
    const names = [...loaded];
    const sum = (test: RegExp) =>
      names.filter((name) => test.test(name)).reduce((n, name) => n + gzip(name), 0);
    within('kernel', sum(/\.wasm$/), KERNEL);
    within('scripts, worker and libraries', sum(/\.js$/), 60);
    within('HTML and CSS', sum(/\.(html|css)$/), 30);
    within('images', sum(/\.(webp|png|svg)$/), 60);
    within('everything', sum(/./), 200);
    assert.equal(names.filter((name) => name.endsWith('.wasm')).length, 1, 'one build of the kernel');
    assert.deepEqual(foreign, []);
    if (data)
      assert.equal(names.filter((name) => data.test(name)).length, 1, 'the digits are one hashed file');
  });
}

test('each module of the kernel', () => {
  // Both builds have modules of the same names, told apart by hashes alone: the larger of the two counts. No page loads two
  // modules, so what they have in common is in each of them.
  const largest = (test: RegExp) => Math.max(...files.filter((name) => test.test(name)).map(gzip));
  let sum = 0;
  for (const name of ['training', 'surface', 'paths']) {
    const bytes = largest(new RegExp(`losscape_${name}_bg-[^/]*\\.wasm$`));
    within(name, bytes, KERNEL);
    sum += bytes;
  }
  within('all three', sum, KERNELS);
  // The fingerprint's experiments, digits included: loaded only when a reader asks to compute them.
  for (const file of files.filter((name) => /fingerprint-[^/]*\.wasm$/.test(name)))
    within(file, gzip(file), 160);
});

test('all scripts of all exhibits; no fonts', () => {
  const scripts = files.filter((name) => name.endsWith('.js'));
  within(
    'all scripts',
    scripts.reduce((n, name) => n + gzip(name), 0),
    120,
  );
  assert.deepEqual(
    files.filter((name) => /\.(woff2?|ttf|otf)$/.test(name)),
    [],
  );
});

test('strips of the index, each fetched alone and only when its card is pointed at', () => {
  const strips = files.filter((name) => /\/strip-[^/]*\.webp$/.test(name));
  assert.equal(strips.length, 4);
  for (const file of strips) within(file, gzip(file), 60);
});

test('pages are bound to a strict policy and name no other host', () => {
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    const html = readFileSync(join(DIST, file), 'utf8');
    assert.match(html, /Content-Security-Policy" content="default-src 'none'/, file);
    assert.ok(!/ style="|<script(?![^>]*src=)/.test(html), `${file}: nothing inline`);
    assert.ok(!/(src|href)="(https?:)?\/\//.test(html), `${file}: no other host`);
    assert.ok(!/(src|href)="\//.test(html), `${file}: relative addresses only`);
  }
});
