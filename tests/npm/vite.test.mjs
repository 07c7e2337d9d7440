/** The package under Vite, served for development and built, in a browser. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { install, README, ROOT } from './project.mjs';

// Vite and the driver of the browser are the lab's.
const lab = createRequire(`${ROOT}/web/package.json`);
const { build, createServer, preview } = await import(pathToFileURL(lab.resolve('vite')).href);
const { chromium } = lab('playwright-core');

let project;
let browser;
before(async () => {
  project = install();
  project.write('index.html', '<!doctype html><script type="module" src="/main.js"></script>');
  project.write(
    'main.js',
    `import load, { Digits, Train, TrainSettings, readDigits } from 'losscape';
    await load();
    const train = new Train(new Digits(await readDigits()), new TrainSettings());
    train.advance(10);
    document.body.textContent = train.digest();`,
  );
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
after(async () => {
  await browser.close();
  project.remove();
});

/** What the page says, or what went wrong in it. */
async function shown(server, file = '') {
  const page = await browser.newPage();
  const failed = new Promise((_, reject) => page.on('pageerror', reject));
  await page.goto(server.resolvedUrls.local[0] + file);
  await Promise.race([
    page.waitForFunction('document.body.textContent', undefined, { timeout: 10_000 }),
    failed,
  ]);
  return page.evaluate('document.body.textContent');
}

/** The digest of the same run in Node. */
const expected = () =>
  project.script(`
    import load, { Digits, Train, TrainSettings, readDigits } from 'losscape';
    await load();
    const train = new Train(new Digits(await readDigits()), new TrainSettings());
    train.advance(10);
    console.log(train.digest());
  `)[0];

const settings = () => ({
  root: project.folder,
  configFile: false,
  logLevel: 'error',
  server: { port: 0, host: '127.0.0.1' },
  preview: { port: 0, host: '127.0.0.1' },
});

test('the development server serves the package as it is', async () => {
  const server = await createServer(settings());
  try {
    await server.listen();
    assert.equal(await shown(server), expected());
  } finally {
    await server.close();
  }
});

test('a module worker loads it, and takes a module that the page compiled', async () => {
  project.write('worker.html', '<!doctype html><script type="module" src="/page.js"></script>');
  project.write(
    'page.js',
    `import kernel from 'losscape/losscape_scalar.wasm?url';
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) => { document.body.textContent = data; };
    worker.onerror = (event) => { document.body.textContent = 'error: ' + event.message; };
    worker.postMessage(await WebAssembly.compileStreaming(fetch(kernel)));`,
  );
  project.write(
    'worker.js',
    `import load, { Digits, Train, TrainSettings, readDigits } from 'losscape';
    onmessage = async ({ data }) => {
      await load(data);
      const train = new Train(new Digits(await readDigits()), new TrainSettings());
      train.advance(10);
      postMessage(train.digest());
    };`,
  );
  const input = `${project.folder}/worker.html`;
  await build({
    ...settings(),
    worker: { format: 'es' },
    build: { target: 'es2022', outDir: 'worker', rollupOptions: { input } },
  });
  const server = await preview({ ...settings(), build: { outDir: 'worker' } });
  try {
    assert.equal(await shown(server, 'worker.html'), expected());
  } finally {
    await server.close();
  }
});

test('the line of the README, for older Vite, does no harm', async () => {
  assert.ok(README.includes("`optimizeDeps: { exclude: ['losscape'] }`"), 'the line');
  const exclude = ['losscape'];
  const server = await createServer({ ...settings(), cacheDir: '.excluded', optimizeDeps: { exclude } });
  try {
    await server.listen();
    assert.equal(await shown(server), expected());
  } finally {
    await server.close();
  }
});

test('a build finds the files of the package', async () => {
  await build({ ...settings(), build: { target: 'es2022' } });
  const server = await preview(settings());
  try {
    assert.equal(await shown(server), expected());
  } finally {
    await server.close();
  }
});
