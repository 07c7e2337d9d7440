// node density.js FOLDER NATIVE OUT.json: walkers and densities in Chromium, in turn with the native program's own vectors.
//
// FOLDER holds simd.wasm; NATIVE is the program losscape-benches. The numbers must be the same bits.

import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const rounds = 9;
const questions = [
  { words: ['walk', '4096', '1000'], what: '4096 Langevin walkers, 1000 steps' },
  { words: ['spread', '100', '1'], what: 'density, 100² cells, to time 1' },
  { words: ['spread', '200', '0.25'], what: 'density, 200² cells, to time 0.25' },
];

const [folder, native, out] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
});

try {
  const page = await browser.newPage();
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes);
    const { seed, walk, spread } = instance.exports;
    globalThis.ask = ([verb, first, second]) => {
      if (verb === 'walk') seed(Number(first));
      const start = performance.now();
      const number = verb === 'walk' ? walk(Number(second)) : spread(Number(first), Number(second));
      return [number, (performance.now() - start) / 1000];
    };
  }, (await readFile(join(folder, 'simd.wasm'))).toString('base64'));
  console.log(`\nin Chromium ${browser.version()}, against the build's own vectors natively\n`);
  const rows = [];
  for (const { words, what } of questions) {
    const best = { simd: Infinity, native: Infinity };
    for (let round = 0; round < rounds; round++) {
      const [found, inPage] = await page.evaluate((words) => globalThis.ask(words), words);
      const answer = execFileSync(native, ['--width', '128', 'density', ...words], { encoding: 'utf8' });
      const [same, alone] = answer.split(' ').map(Number);
      if (same !== found) throw new Error(`${what}: ${found} here, ${same} natively`);
      best.simd = Math.min(best.simd, inPage);
      best.native = Math.min(best.native, alone);
    }
    const ratio = best.native / best.simd;
    console.log(`  ${what.padEnd(36)} ${best.simd.toFixed(4)} s, natively ${best.native.toFixed(4)} s: ${ratio.toFixed(2)}`);
    rows.push({ what, seconds: best, simd_over_native: ratio });
  }
  await writeFile(out, `${JSON.stringify({ chromium: browser.version(), rows }, null, 2)}\n`);
} finally {
  await browser.close();
}
