/** Bytes are gates; a limit that is passed is a failure, not a note. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { minify } from 'vite';
import { MODULES } from '../../web/build/exhibits.ts';
import { EXPERIMENTS_KB } from '../../web/src/bits/protocol.ts';
import { EXHIBITS } from './exhibits.ts';
import { DIST, ROOT, ready, sharedLab, visit } from './harness.ts';

const lab = sharedLab();

const KB = 1024;
const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' });
const gzip = (file: string) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;

function within(what: string, bytes: number, kilobytes: number): void {
  console.log(`${what}: ${(bytes / KB).toFixed(1)} of ${kilobytes} KB`);
  assert.ok(bytes <= kilobytes * KB, `${what}: ${bytes} bytes`);
}

/** A page's module, in either build, with the glue that its worker calls it through. */
const KERNEL = 60;

/** What bundlers leave of a module's glue. */
async function glue(module: string): Promise<number> {
  const source = readFileSync(join(ROOT, `web/pkg/scalar/${module}.js`), 'utf8');
  const { code } = await minify(`${module}.js`, source);
  return gzipSync(code, { level: 9 }).length;
}

for (const { key, module, data } of EXHIBITS) {
  test(`the first visit of ${key}`, async () => {
    // From its own first request: a page seen before it may still be loading its pictures.
    const { page, foreign, loaded } = await visit(lab, `${key}/`);
    await ready(page);
    const names = [...loaded];
    const sum = (test: RegExp) =>
      names.filter((name) => test.test(name)).reduce((n, name) => n + gzip(name), 0);
    within('scripts, worker and libraries', sum(/\.js$/), 60);
    within('HTML and CSS', sum(/\.(html|css)$/), 30);
    within('images', sum(/\.(webp|png|svg)$/), 60);
    within('everything', sum(/./), 200);
    const kernels = names.filter((name) => name.endsWith('.wasm'));
    assert.equal(kernels.length, 1, 'one build of the kernel');
    assert.match(kernels[0]!, new RegExp(`${module}_bg`));
    assert.deepEqual(foreign, []);
    if (data) assert.equal(names.filter((name) => data.test(name)).length, 1, 'its data is one hashed file');
  });
}

for (const module of MODULES.keys()) {
  test(`the kernel of a page, ${module}, with its glue`, async () => {
    // Both builds have the same name, apart from hashes: the larger of the two counts.
    const builds = files.filter((name) => new RegExp(`${module}_bg-[^/]*\\.wasm$`).test(name));
    // One file, if both builds have the same bytes: a kernel without a loop.
    assert.ok(builds.length === 1 || builds.length === 2, `${builds}`);
    within(module, Math.max(...builds.map(gzip)) + (await glue(module)), KERNEL);
  });
}

test('the experiments of the fingerprint, loaded only when a reader asks to compute them', () => {
  for (const file of files.filter((name) => /fingerprint-[^/]*\.wasm$/.test(name)))
    within(file, gzip(file), EXPERIMENTS_KB);
});

test('all scripts of all exhibits, but for those of workers, which count with their pages; no fonts', () => {
  const scripts = files.filter((name) => name.endsWith('.js') && !/kernel-[^/]*\.js$/.test(name));
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
  assert.equal(strips.length, 2 * EXHIBITS.length, 'light and dark');
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
