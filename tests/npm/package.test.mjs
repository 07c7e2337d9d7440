/** The npm package: packed, installed elsewhere without a network, and used as its README says. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PACKAGE = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'npm');
const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');

/** A project of somebody else's. */
let project;
/** What `npm pack` says of the file. */
let packed;

const run = (program, args, cwd = project) => execFileSync(program, args, { cwd, encoding: 'utf8' });
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/** Writes a script into the project and runs it, after what `first` says. */
function script(text, first = '') {
  writeFileSync(join(project, 'first.mjs'), first);
  writeFileSync(join(project, 'main.mjs'), text);
  return run(process.execPath, ['--import', './first.mjs', 'main.mjs']).trim().split('\n');
}

/** The README's example in this language. */
const example = (language) => README.match(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``))[1];

before(() => {
  project = mkdtempSync(join(tmpdir(), 'losscape-'));
  [packed] = JSON.parse(run(npm, ['pack', '--json', '--pack-destination', project], PACKAGE));
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  run(npm, ['install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`]);
});
after(() => rmSync(project, { recursive: true }));

test('the file holds what is needed and no more', () => {
  assert.deepEqual(packed.files.map((file) => file.path).sort(), [
    'LICENSE-APACHE',
    'LICENSE-MIT',
    'NOTICE.md',
    'README.md',
    'digits.bin',
    'files.js',
    'index.d.ts',
    'index.js',
    'losscape.d.ts',
    'losscape.js',
    'losscape_scalar.wasm',
    'losscape_simd.wasm',
    'node.js',
    'package.json',
  ]);
});

test('the example for Node trains to the native bits, in both builds', () => {
  const cargo = ['run', '-q', '--profile', 'optimised', '-p', 'losscape-wasm', '--example', 'train'];
  const [, digest, loss, accuracy] = run('cargo', [...cargo, '--', '1000'], ROOT)
    .trim()
    .split(' ');
  const told = [...example('js').matchAll(/console\.log.*\/\/ ([\d. a-f]+)/g)].map((line) => line[1]);
  assert.deepEqual(told, [`${loss} ${accuracy}`, digest], 'what the README says');
  assert.deepEqual(script(example('js')), told, 'the build that this machine takes');
  assert.deepEqual(script(example('js'), 'WebAssembly.validate = () => false;'), told, 'without vectors');
});

test('the example for a page says what it says, from the files that a page fetches', () => {
  const [, page] = example('html').match(/<script type="module">([\s\S]*)<\/script>/);
  const stage = `
    import { readFile } from 'node:fs/promises';
    globalThis.document = { body: {} };
    globalThis.fetch = async (url) => new Response(await readFile(url));
  `;
  const [height] = page.match(/(?<=\/\/ )[\d.]+$/m);
  assert.deepEqual(script(`${page}\nconsole.log(document.body.textContent);`, stage), [
    `over the middle: ${height}`,
  ]);
});

test('a refusal names its argument; the version is that of the package', () => {
  const lines = script(`
    import load, { Digits, LabError, Train, TrainSettings, readDigits, version } from 'losscape';
    await load();
    await load(); // does nothing
    const settings = new TrainSettings();
    settings.learning_rate = -1;
    try {
      new Train(new Digits(await readDigits()), settings);
    } catch (error) {
      console.log(error instanceof LabError, error.field, error.message);
    }
    console.log(version());
  `);
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.deepEqual(lines, ['true learning_rate `learning_rate` is not a finite number above zero', version]);
});

test('TypeScript knows every class, and what is wrong with a use', () => {
  writeFileSync(
    join(project, 'types.ts'),
    `import load, { Cut, Digits, Paths, PathsSettings, Route, Surface, Task, Toy, ToySurface, Train, TrainSettings, Twins,
      readDigits } from 'losscape';
    await load();
    const train = new Train(new Digits(await readDigits()), new TrainSettings());
    const digest: string = train.digest();
    const measured: Float64Array = train.measure();
    // @ts-expect-error: a step count is a number
    train.advance('10');
    // @ts-expect-error: there is no such class
    new Nothing();
    const settings = new PathsSettings();
    settings.task = Task.Twins;
    const report: Float64Array = new Paths(settings).report(Route.Best);
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
    run(process.execPath, [tsc, ...options, '', 'types.ts']);
  } catch (error) {
    assert.fail(error.stdout);
  }
});
