/**
 * Draws the pictures of the lab's pages anew, or of the exhibits that are named: `npm run pictures [KEY...]` in web/, after a
 * build. The still is what an exhibit shows until it runs, and its card on the index page; the strip is eight frames of a
 * run, one below the other. All are taken from the page's own figures by links to their steps.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from '../../web/src/lib/moments.ts';
import { EXHIBITS } from './exhibits.ts';
import { openLab, ROOT, replayed } from './harness.ts';

/** A slow phone shows a still within a second only if it has at most so many bytes: a figure of many dots loses quality first. */
const STILL = { width: 800, height: 424, quality: 0.5, bytes: 18_000 };
const STRIP = { width: 320, height: 170, quality: 0.6, bytes: 60_000 };
/** What there is to the left and the right of a figure, if there are several. */
const GAP = 16;

const lab = await openLab();

type Theme = 'light' | 'dark';

async function shot(
  exhibit: string,
  { link, figure, scale = 2 }: Scene,
  colorScheme: Theme,
): Promise<string> {
  const page = await replayed(lab, `${exhibit}/#v=1&${link}`, { colorScheme, deviceScaleFactor: scale });
  await page.waitForTimeout(1500);
  const picture = await page.locator(figure).first().screenshot();
  await page.context().close();
  return picture.toString('base64');
}

/** Rows of figures on paper, each row as large as there is room for it. */
async function drawn(
  rows: readonly (readonly string[])[],
  size: { width: number; height: number; quality: number; bytes: number },
  paper: string,
): Promise<Uint8Array> {
  const page = await (await lab.browser.newContext()).newPage();
  const bytes = await page.evaluate(
    async ([rows, { width, height, quality, bytes }, gap, paper]) => {
      const canvas = new OffscreenCanvas(width, height * rows.length);
      const g = canvas.getContext('2d')!;
      g.imageSmoothingQuality = 'high';
      g.fillStyle = paper;
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
      const coded = (quality: number) => canvas.convertToBlob({ type: 'image/webp', quality });
      let blob = await coded(quality);
      for (let q = quality - 0.05; blob.size > bytes && q > 0; q -= 0.05) blob = await coded(q);
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [rows, size, GAP, paper] as const,
  );
  await page.context().close();
  return Uint8Array.from(bytes);
}

/** Of the page, in either theme; and what the names of the pictures end with. */
const THEMES = [
  ['light', '#FBFAF7', ''],
  ['dark', '#0F1318', '-dark'],
] as const;

/** All, or those that are named. */
const wanted = process.argv.slice(2);
for (const { key, still, strip } of EXHIBITS.filter(
  ({ key }) => wanted.length === 0 || wanted.includes(key),
)) {
  for (const [theme, paper, ending] of THEMES) {
    const keep = (name: string, bytes: Uint8Array) =>
      writeFileSync(join(ROOT, 'web', key, `${name}${ending}.webp`), bytes);
    const figures: string[] = [];
    for (const scene of still) figures.push(await shot(key, scene, theme));
    keep('still', await drawn([figures], STILL, paper));
    const frames: string[][] = [];
    for (const step of strip.steps) frames.push([await shot(key, { ...strip, link: `step=${step}` }, theme)]);
    keep('strip', await drawn(frames, STRIP, paper));
  }
}
await lab.close();
