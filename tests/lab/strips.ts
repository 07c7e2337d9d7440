/**
 * Draws the strips of the index page anew: `node --import ./test/typescript.mjs ../tests/lab/strips.ts` in web/, after a
 * build. Each is eight frames of a real run, one below the other, taken from the page's own figure by links to its steps.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLab, ROOT, visit } from './harness.ts';

const WIDTH = 320;
const HEIGHT = 170;

const RUNS: Record<string, { steps: readonly number[]; figure: string; settings?: string }> = {
  train: { steps: [1, 20, 60, 150, 400, 1000, 2000, 4000], figure: '.network' },
  surface: { steps: [1, 20, 60, 150, 400, 800, 1500, 3000], figure: '.map' },
  paths: { steps: [1, 100, 300, 700, 1100, 1700, 2400, 3200], figure: '.ways-figure' },
  bits: { steps: [1, 3, 7, 20, 50, 130, 370, 1000], figure: 'canvas.bits-map' },
};

const lab = await openLab();
for (const [exhibit, { steps, figure }] of Object.entries(RUNS)) {
  const frames: string[] = [];
  for (const step of steps) {
    const { page } = await visit(lab, `${exhibit}/#v=1&step=${step}`, { colorScheme: 'light' });
    await page.waitForSelector('[data-test=replay]:not([data-state=running])', { timeout: 120_000 });
    await page.click('[data-do=skip]');
    if (await page.locator('[data-do=next]').count()) {
      await page.click('[data-do=next]');
      await page.click('[data-do=skip]');
    }
    await page.waitForTimeout(1500);
    frames.push((await page.locator(figure).first().screenshot()).toString('base64'));
    await page.context().close();
  }
  const page = await (await lab.browser.newContext()).newPage();
  const strip = await page.evaluate(
    async ([frames, width, height]) => {
      const canvas = new OffscreenCanvas(width, height * frames.length);
      const g = canvas.getContext('2d')!;
      g.fillStyle = '#FBFAF7';
      g.fillRect(0, 0, canvas.width, canvas.height);
      for (const [k, frame] of frames.entries()) {
        const image = new Image();
        image.src = `data:image/png;base64,${frame}`;
        await image.decode();
        const scale = Math.min(width / image.width, height / image.height);
        const [w, h] = [scale * image.width, scale * image.height];
        g.drawImage(image, (width - w) / 2, k * height + (height - h) / 2, w, h);
      }
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.6 });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [frames, WIDTH, HEIGHT] as const,
  );
  writeFileSync(join(ROOT, 'web', exhibit, 'strip.webp'), Uint8Array.from(strip));
}
await lab.close();
