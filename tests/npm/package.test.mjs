/** The npm package: packed, installed elsewhere without a network, and used as its README says. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { install, PACKAGE, README, ROOT, run, TYPES } from './project.mjs';

let project;

/** The README's example in this language. */
const example = (language) => README.match(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``))[1];

before(() => {
  project = install();
});
after(() => project.remove());

test('the file holds what is needed and no more', () => {
  assert.deepEqual(project.packed.files.map((file) => file.path).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'NOTICE.md',
    'README.md',
    'bytes.js',
    'compile.js',
    'digits.bin',
    'files.js',
    'index.d.ts',
    'index.js',
    'inline.js',
    'losscape.d.ts',
    'losscape.js',
    'losscape_scalar.wasm',
    'losscape_simd.wasm',
    'node.js',
    'package.json',
  ]);
});

test('the builds are as large as the README says', () => {
  const kilobytes = Number(README.match(/either is (\d+) KB, gzip/)[1]);
  for (const build of ['simd', 'scalar']) {
    const bytes = gzipSync(readFileSync(join(PACKAGE, `losscape_${build}.wasm`)), { level: 9 }).length;
    assert.ok(Math.abs(bytes / 1024 / kilobytes - 1) < 0.03, `${build}: ${bytes} bytes`);
  }
});

test('the files that the README links to are there, in the package and in the repository', () => {
  const links = (text) => [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, file]) => file);
  const source = join(ROOT, 'wasm/npm');
  for (const [folder, text] of [
    [PACKAGE, README],
    [source, readFileSync(join(source, 'README.md'), 'utf8')],
  ]) {
    assert.ok(links(text).length > 0, 'a link');
    for (const file of links(text)) assert.ok(existsSync(join(folder, file)), `${folder}: ${file}`);
  }
});

test('the example for Node trains to the native bits, in both builds', () => {
  const cargo = ['run', '-q', '--profile', 'optimised', '-p', 'losscape-wasm', '--example', 'train'];
  const [, digest, loss, accuracy] = run('cargo', [...cargo, '--', '1000'], ROOT)
    .trim()
    .split(' ');
  const printed = [...example('js').matchAll(/console\.log.*\/\/ ([\d. a-f]+)/g)].map((line) => line[1]);
  assert.deepEqual(printed, [`${loss} ${accuracy}`, digest], 'what the README says');
  assert.deepEqual(project.script(example('js')), printed, 'the build that this machine takes');
  assert.deepEqual(
    project.script(example('js'), 'WebAssembly.validate = () => false;'),
    printed,
    'without vectors',
  );
});

test('the example for a page says what it says, from the files that a page fetches', () => {
  const [, page] = example('html').match(/<script type="module">([\s\S]*)<\/script>/);
  const stage = `
    import { readFile } from 'node:fs/promises';
    globalThis.document = { body: {} };
    globalThis.fetch = async (url) => new Response(await readFile(url));
  `;
  const [height] = page.match(/(?<=\/\/ )[\d.]+$/m);
  assert.deepEqual(project.script(`${page}\nconsole.log(document.body.textContent);`, stage), [
    `over the middle: ${height}`,
  ]);
});

test('a server that answers with a page instead of a file is reported', () => {
  const stage = `globalThis.fetch = async () =>
    new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });`;
  const [said] = project.script(
    `import load from './node_modules/losscape/index.js';
    await load().catch((error) => console.log(error.message));`,
    stage,
  );
  assert.match(said, /losscape_simd\.wasm is a page instead of a file of losscape/);
});

test('the version is that of the package; loading twice does nothing', () => {
  const lines = project.script(`
    import load, { version } from 'losscape';
    await load();
    await load();
    console.log(version());
  `);
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(lines, [version]);
});

const TEN_STEPS = `
  const train = new Train(new Digits(await readDigits()), new TrainSettings());
  train.advance(10);
  console.log(train.digest());`;

test('the kernel is taken from a place, from bytes and as a module', () => {
  const loads = [
    `await load();`,
    `await load(new URL(import.meta.resolve('losscape/losscape_scalar.wasm')));`,
    `await load(readFileSync(fileURLToPath(import.meta.resolve('losscape/losscape_simd.wasm'))));`,
    `await load(await WebAssembly.compile(readFileSync(fileURLToPath(import.meta.resolve('losscape/losscape_scalar.wasm')))));`,
  ];
  const digests = loads.map((line) =>
    project.script(`
      import { readFileSync } from 'node:fs';
      import { fileURLToPath } from 'node:url';
      import load, { Digits, Train, TrainSettings, readDigits } from 'losscape';
      ${line} ${TEN_STEPS}`),
  );
  assert.match(digests[0][0], /^[0-9a-f]{16}$/);
  for (const digest of digests) assert.deepEqual(digest, digests[0]);
});

test('the inlined variant needs no file and no network', () => {
  const run = (name, stage) =>
    project.script(
      `import load, { Digits, Train, TrainSettings, readDigits } from '${name}'; await load(); ${TEN_STEPS}`,
      stage,
    );
  const nothing = `globalThis.fetch = () => { throw new Error('no network'); };`;
  assert.deepEqual(run('losscape/inline', nothing), run('losscape', ''));
  const [said] = project.script(
    `import load from 'losscape/inline'; await load('a.wasm').catch((e) => console.log(e.message));`,
  );
  assert.match(said, /a\.wasm must be bytes or a module/);
});

test('every export is there', () => {
  const { exports } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const files = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  assert.ok(files.length >= 9, 'exports');
  for (const file of files) assert.ok(existsSync(join(PACKAGE, file)), file);
});

test('every type is documented', () => {
  const item = /^(export (class|enum|function|interface)| {4}(static |readonly )*\w+[?]?[(:])/;
  const rows = TYPES.split('\n').map((line, at, lines) => ({ line, before: lines[at - 1] ?? '' }));
  const items = rows.filter(({ line }) => item.test(line) && !/^ +(free|constructor|private)/.test(line));
  assert.ok(items.length > 200, `${items.length} items`);
  assert.deepEqual(
    items.filter(({ before }) => !before.trim().endsWith('*/')).map(({ line }) => line),
    [],
  );
});

test('TypeScript knows every class, and what is wrong with a use', () => {
  project.write(
    'types.ts',
    `import load, { Cut, Digits, Paths, PathsSettings, Route, Surface, Task, Toy, ToySurface, Train, TrainSettings, Twins,
      readDigits } from 'losscape';
    await load();
    const train = new Train(new Digits(await readDigits()), new TrainSettings());
    const digest: string = train.digest();
    const measured: number = train.measure().held_out_loss;
    // @ts-expect-error: a step count is a number
    train.advance('10');
    // @ts-expect-error: there is no such class
    new Nothing();
    const settings = new PathsSettings();
    settings.task = Task.Twins;
    const report: number | undefined = new Paths(settings).report(Route.Best)?.barrier;
    const map: number = new Surface(1, false, 0, 1).fill(32);
    new Surface(1, true, 0, 1).cut(Cut.Random);
    const first: number | undefined = new Twins(1, true, false).first;
    new Toy(ToySurface.MuellerBrown, 7, 0.02, true).drag(1, 0, 0);
    console.log(digest, measured, report, map, first);`,
  );
  const tsc = join(ROOT, 'web/node_modules/typescript/bin/tsc');
  const options =
    '--noEmit --strict --target es2022 --lib es2022,dom,esnext.disposable --module nodenext --types'.split(
      ' ',
    );
  try {
    run(process.execPath, [tsc, ...options, '', 'types.ts'], project.folder);
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test('own data are taken by every experiment that learns, and refused by name', () => {
  const lines = project.script(`
    import load, * as losscape from 'losscape';
    await load();
    const { Paths, PathsSettings, Surface, Table, Train, TrainSettings, standardise } = losscape;
    const points = Array.from({ length: 40 }, (_, k) => [10 * Math.sin(k), 5 * Math.cos(2 * k)]).flat();
    const labels = Uint8Array.from({ length: 40 }, (_, k) => Number(points[2 * k] > 0));
    const surface = Surface.on_points(1, 1, Float64Array.from(points), labels, true);
    console.log(surface.labels.length, surface.dim, surface.steps);
    const scaled = standardise(Float32Array.from(points), 2);
    const paths = Paths.on_points(scaled, labels, new PathsSettings());
    console.log(paths.points().length, paths.train(10));
    const table = new Table(Float32Array.from(points), 4, labels.slice(0, 20), true, 1);
    console.log(table.classes, table.training_len, table.held_out_len, table.held_out_row(0).length);
    const settings = new TrainSettings();
    settings.batch_size = 4;
    console.log(Train.on_table(table, settings).advance(10));
    for (const call of [
      () => Surface.on_points(1, 1, Float64Array.from(points), labels.map((label) => 2 * label), true),
      () => Paths.on_points(scaled, labels.slice(1), new PathsSettings()),
      () => new Table(Float32Array.from(points), 0, labels, true, 1),
      () => new Table(Float32Array.from(points), 2, new Uint8Array(40), true, 1),
      () => new Table(new Float32Array([1, 2, NaN, 4]), 1, new Uint8Array([0, 0, 1, 1]), true, 1),
      () => standardise(new Float32Array(3), 2),
    ]) {
      try { call(); console.log('passed', call); } catch (error) { console.log(error.arg); }
    }
  `);
  const sizes = lines.slice(0, 4);
  assert.deepEqual(sizes.slice(0, 2), ['40 105 3000', '80 59990']);
  assert.match(sizes[2], /^2 1[67] [34] 4$/);
  assert.equal(sizes[3], '10');
  assert.deepEqual(lines.slice(4), ['targets', 'targets', 'width', 'labels', 'inputs', 'inputs']);
});
