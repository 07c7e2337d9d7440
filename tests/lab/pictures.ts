/**
 * Draws the pictures of the lab's pages anew: `node --import ./test/typescript.mjs ../tests/lab/pictures.ts` in web/, after a
 * build. The still is what an exhibit shows until it runs, and its card on the index page; the strip is eight frames of a
 * run, one below the other. All are taken from the page's own figures by links to their steps.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLab, ROOT, replayed } from './harness.ts';

/** A figure at a moment that a link leads to. */
interface Moment {
  link: string;
  figure: string;
}

interface Pictures {
  /** Side by side. */
  still: readonly Moment[];
  strip: { steps: readonly number[]; figure: string };
}

const STILL = { width: 800, height: 424, quality: 0.5 };
const STRIP = { width: 320, height: 170, quality: 0.6 };
/** What there is to the left and the right of a figure, if there are several. */
const GAP = 16;

const EXHIBITS: Record<string, Pictures> = {
  train: {
    still: [{ link: 'step=4000', figure: '.network' }],
    strip: { steps: [1, 20, 60, 150, 400, 1000, 2000, 4000], figure: '.network' },
  },
  surface: {
    still: [
      { link: 'step=3000', figure: '.map' },
      { link: 'plane=random&half=1&ax=-0.5&bx=0&step=3000', figure: '.map' },
    ],
    strip: { steps: [1, 20, 60, 150, 400, 800, 1500, 3000], figure: '.map' },
  },
  paths: {
    still: [{ link: 't=0.67&step=3200', figure: '.ways-figure' }],
    strip: { steps: [1, 100, 300, 700, 1100, 1700, 2400, 3200], figure: '.ways-figure' },
  },
  bits: {
    still: [{ link: 'step=1000', figure: 'canvas.bits-map' }],
    strip: { steps: [1, 3, 7, 20, 50, 130, 370, 1000], figure: 'canvas.bits-map' },
  },
};

const lab = await openLab();

async function shot(exhibit: string, { link, figure }: Moment): Promise<string> {
  const page = await replayed(lab, `${exhibit}/#v=1&${link}`, { colorScheme: 'light', deviceScaleFactor: 2 });
  await page.waitForTimeout(1500);
  const picture = await page.locator(figure).first().screenshot();
  await page.context().close();
  return picture.toString('base64');
}

/** Rows of figures on paper, each row as large as there is room for it. */
async function drawn(
  rows: readonly (readonly string[])[],
  size: { width: number; height: number; quality: number },
): Promise<Uint8Array> {
  const page = await (await lab.browser.newContext()).newPage();
  const bytes = await page.evaluate(
    async ([rows, { width, height, quality }, gap]) => {
      const canvas = new OffscreenCanvas(width, height * rows.length);
      const g = canvas.getContext('2d')!;
      g.imageSmoothingQuality = 'high';
      g.fillStyle = '#FBFAF7';
      g.fillRect(0, 0, canvas.width, canvas.height);
      for (const [k, row] of rows.entries()) {
        const place = (width - (row.length - 1) * gap) / row.length;
        for (const [j, picture] of row.entries()) {
          const image = new Image();
          image.src = `data:image/png;base64,${picture}`;
          await image.decode();
          const scale = Math.min(place / image.width, height / image.height);
          const [w, h] = [scale * image.width, scale * image.height];
          const left = j * (place + gap) + (place - w) / 2;
          g.drawImage(image, left, k * height + (height - h) / 2, w, h);
        }
      }
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [rows, size, GAP] as const,
  );
  await page.context().close();
  return Uint8Array.from(bytes);
}

for (const [exhibit, { still, strip }] of Object.entries(EXHIBITS)) {
  const keep = (name: string, bytes: Uint8Array) => writeFileSync(join(ROOT, 'web', exhibit, name), bytes);
  const figures: string[] = [];
  for (const moment of still) figures.push(await shot(exhibit, moment));
  keep('still.webp', await drawn([figures], STILL));
  const frames: string[][] = [];
  for (const step of strip.steps)
    frames.push([await shot(exhibit, { link: `step=${step}`, figure: strip.figure })]);
  keep('strip.webp', await drawn(frames, STRIP));
}
await lab.close();
