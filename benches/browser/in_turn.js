// Questions that the module in Chromium and the native program with the build's own vectors answer in turn.

import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { pagesOf } from './processor.js';

/**
 * Asks in turn and writes the table. The command line is FOLDER NATIVE OUT.json: FOLDER holds simd.wasm, NATIVE is the program
 * losscape-benches, which answers `command` and a question's words. The numbers must be the same bits.
 *
 * `answer(exports, words)`, run in the page, returns the number, and the seconds by the clock of `work` of what it did (1, unless it
 * repeated it). Where the system tells the page's processor time, what `answer` did counts by that, divided by `work`. The best of the
 * `rounds` counts.
 */
export async function inTurn(command, questions, answer, rounds = 9) {
  const [folder, native, out] = process.argv.slice(2);
  const mark = `--losscape-bench=${process.pid}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', mark],
  });
  try {
    const page = await browser.newPage();
    await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      globalThis.kernel = (await WebAssembly.instantiate(bytes)).instance.exports;
    }, (await readFile(join(folder, 'simd.wasm'))).toString('base64'));
    const ask = (words) => page.evaluate(`(${answer})(globalThis.kernel, ${JSON.stringify(words)})`);
    const processor = pagesOf(mark);
    console.log(`\nin Chromium ${browser.version()}, against the build's own vectors natively\n`);
    const rows = [];
    for (const { words, what } of questions) {
      const best = { simd: Infinity, native: Infinity };
      for (let round = 0; round < rounds; round++) {
        const before = processor();
        const [found, clock, work] = await ask(words);
        const inPage = before === undefined ? clock / work : (processor() - before) / work;
        const printed = execFileSync(native, ['--width', '128', command, ...words], { encoding: 'utf8' });
        const [same, alone] = printed.split(' ').map(Number);
        if (same !== found) throw new Error(`${what}: ${found} here, ${same} natively`);
        best.simd = Math.min(best.simd, inPage);
        best.native = Math.min(best.native, alone);
      }
      const ratio = best.native / best.simd;
      const [here, there] = [best.simd, best.native].map((seconds) => (1e3 * seconds).toFixed(3));
      console.log(`  ${what.padEnd(40)} ${here} ms, natively ${there} ms: ${ratio.toFixed(2)}`);
      rows.push({ what, seconds: best, simd_over_native: ratio });
    }
    await writeFile(out, `${JSON.stringify({ chromium: browser.version(), rows }, null, 2)}\n`);
  } finally {
    await browser.close();
  }
}
