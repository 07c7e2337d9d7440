// node run.js FOLDER NATIVE OUT.json: W1, W2, W4 and W6 in Chromium, in turn with the native program.
//
// FOLDER holds simd.wasm and scalar.wasm; NATIVE is the program losscape-benches.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

import { pagesOf } from './processor.js';

const rounds = 7;
const seconds = 0.1;
const tolerance = 2e-3;

const [folder, native, out] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const types = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };

/** The files of the page; only these three places can be read. */
function fileOf(path) {
  if (path === '/') return `${here}page.html`;
  if (path === '/page.js') return `${here}page.js`;
  if (/^\/tfjs[\w/.-]*$/.test(path) && !path.includes('..')) return `${here}node_modules/@tensorflow${path}`;
  return /^\/(simd|scalar)\.wasm$/.test(path) ? folder + path : undefined;
}

const server = createServer(async (request, response) => {
  const file = fileOf(new URL(request.url, 'http://localhost').pathname);
  const body = file && (await readFile(file).catch(() => undefined));
  const type = types[file?.split('.').at(-1)] ?? 'application/octet-stream';
  response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const program = spawn(native, ['--width', '128', 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
// Finds this browser among others.
const mark = `--losscape-bench=${process.pid}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync', mark],
});

try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => 'backend' in globalThis, undefined, { timeout: 60_000 });
  console.log(`\nin Chromium ${browser.version()}; tfjs 4.22 on ${await page.evaluate(() => globalThis.backend)}\n`);
  const processor = pagesOf(mark);
  const ask = async (contender, ...question) => {
    if (contender !== 'native') {
      const before = processor();
      const [answer, clock] = await page.evaluate(
        async (words) => {
          const start = performance.now();
          const answer = await globalThis.ask(...words);
          return [answer, (performance.now() - start) / 1000];
        },
        [contender, ...question],
      );
      // A rate by the clock becomes one by the processor's time.
      return question[0] === 'time' && before !== undefined ? (answer * clock) / (processor() - before) : answer;
    }
    program.stdin.write(`${question.join(' ')}\n`);
    return Number((await answers.next()).value);
  };
  const contenders = ['simd', 'tfjs', 'native', 'scalar'];
  const rows = [];
  console.log('        simd128 /s      tfjs /s   ratio  native SSE2 /s   ratio     scalar /s   ratio');
  for (const workload of ['W1', 'W2', 'W4', 'W6']) {
    const checks = {};
    for (const contender of contenders) checks[contender] = await ask(contender, 'check', workload);
    for (const [contender, check] of Object.entries(checks)) {
      if (!(Math.abs(check - checks.simd) <= tolerance * Math.abs(checks.simd))) {
        throw new Error(`${workload}: ${contender} computes ${check}, we ${checks.simd}`);
      }
    }
    const best = Object.fromEntries(contenders.map((contender) => [contender, 0]));
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        best[contender] = Math.max(best[contender], await ask(contender, 'time', workload, seconds));
      }
    }
    const ratio = (other) => best.simd / best[other];
    const cell = (contender) => best[contender].toFixed(0).padStart(12);
    const ratios = { tfjs: ratio('tfjs'), native: ratio('native'), scalar: ratio('scalar') };
    console.log(
      `  ${workload}  ${cell('simd')} ${cell('tfjs')} ${ratios.tfjs.toFixed(1).padStart(7)}  ` +
        `${cell('native')} ${ratios.native.toFixed(2).padStart(9)}  ${cell('scalar')} ${ratios.scalar.toFixed(2).padStart(7)}`,
    );
    rows.push({ workload, rates: best, simd_over: ratios });
  }
  const search = { simd: Infinity, native: Infinity };
  for (let round = 0; round < 3; round++) {
    const [saddle, inPage] = await page.evaluate(() => globalThis.autoneb());
    const [, same, alone] = execFileSync(native, ['path', 'digits'], { encoding: 'utf8' }).split(' ').map(Number);
    if (Math.fround(same) !== saddle) throw new Error(`AutoNEB: ${saddle} here, ${same} natively`);
    search.simd = Math.min(search.simd, inPage);
    search.native = Math.min(search.native, alone);
  }
  console.log(
    `\n  AutoNEB of the digits: ${search.simd.toFixed(2)} s with simd128, ${search.native.toFixed(2)} s natively, the same saddle`,
  );
  await writeFile(out, `${JSON.stringify({ chromium: browser.version(), workloads: rows, autoneb: search }, null, 2)}\n`);
} finally {
  await browser.close();
  program.kill();
  server.close();
}
