/** The package under webpack, built and used in a browser. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { install, ROOT } from './project.mjs';

// webpack, a server and the driver of the browser are the lab's.
const lab = createRequire(`${ROOT}/web/package.json`);
const webpack = lab('webpack');
const { preview } = await import(pathToFileURL(lab.resolve('vite')).href);
const { chromium } = lab('playwright-core');

const DIGEST = `
  const train = new Train(new Digits(await readDigits()), new TrainSettings());
  train.advance(10);`;

let project;
let browser;
before(async () => {
  project = install();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});
after(async () => {
  await browser.close();
  project.remove();
});

/** What webpack makes of `main.js`. */
function build(folder) {
  const config = {
    mode: 'production',
    context: project.folder,
    entry: './main.js',
    output: { path: join(project.folder, folder), filename: 'main.js' },
    performance: { hints: false },
  };
  return new Promise((resolve, reject) => {
    webpack(config, (error, stats) => {
      if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString('errors-only')));
      else resolve(stats.toJson({ all: false, assets: true }).assets.map((asset) => asset.name));
    });
  });
}

for (const [name, assets] of [
  ['losscape', ['.bin', '.wasm', '.wasm']],
  ['losscape/inline', []],
]) {
  test(`${name}: a build finds what it needs`, async () => {
    project.write(
      'main.js',
      `import load, { Digits, Train, TrainSettings, readDigits } from '${name}';
      await load(); ${DIGEST}
      document.body.textContent = train.digest();`,
    );
    const folder = name.replace('/', '-');
    const made = await build(folder);
    assert.deepEqual(made.map((file) => file.slice(file.lastIndexOf('.'))).sort(), [...assets, '.js'].sort());
    project.write(`${folder}/index.html`, '<!doctype html><script defer src="main.js"></script>');
    const server = await preview({
      root: project.folder,
      configFile: false,
      logLevel: 'error',
      build: { outDir: folder },
      preview: { port: 0, host: '127.0.0.1' },
    });
    try {
      const page = await browser.newPage();
      const failed = new Promise((_, reject) => page.on('pageerror', reject));
      await page.goto(server.resolvedUrls.local[0]);
      await Promise.race([
        page.waitForFunction('document.body?.textContent', undefined, { timeout: 10_000 }),
        failed,
      ]);
      const [native] =
        project.script(`import load, { Digits, Train, TrainSettings, readDigits } from 'losscape';
        await load(); ${DIGEST} console.log(train.digest());`);
      assert.equal(await page.evaluate('document.body.textContent'), native);
    } finally {
      await server.close();
    }
  });
}
