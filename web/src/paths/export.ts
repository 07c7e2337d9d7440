/** What the reader can take home from Paths, and bring back. */

import { exportDialog } from '../grammar/export.ts';
import { hexGroups } from '../lib/format.ts';
import { saveBlob, saveText, toCsv } from '../lib/save.ts';
import type { Values } from '../lib/schema.ts';
import { bestBuild } from '../lib/simd.ts';
import { styledCopy } from '../lib/svg.ts';
import type { Way } from './profile.ts';
import type { Frame } from './protocol.ts';

interface TakeHome {
  root: ParentNode;
  title: string;
  settings: string;
  state: Frame;
  history: readonly (readonly [number, number])[];
  /** The ways shown: what is hidden is not taken home. */
  ways: readonly Way[];
  link: string;
  values: Values;
}

const FILES = [
  ['png', 'Picture of the map (PNG)'],
  ['svg', 'Curves (SVG)'],
  ['csv', 'Loss along the ways (CSV)'],
  ['json', 'State of the run (JSON)'],
] as const;

export const exchange = (save: (what: string) => void, load: (file: File) => void) =>
  exportDialog({
    files: FILES,
    note: 'The state tells settings, move and fingerprint; any build of the kernel replays it to the same bits.',
    bring: 'Open a state (.json)',
    accept: '.json',
    save,
    load,
  });

export async function saveAs(what: string, home: TakeHome): Promise<void> {
  switch (what) {
    case 'png':
      return saveBlob('losscape-paths.png', await picture(home));
    case 'svg':
      return saveText('losscape-paths.svg', 'image/svg+xml', curves(home));
    case 'csv':
      return saveText('losscape-paths.csv', 'text/csv', csv(home));
    case 'json':
      return saveText('losscape-paths.json', 'application/json', `${JSON.stringify(json(home), null, 2)}\n`);
  }
}

/** The link of a saved state, or nothing if the file is none. */
export async function readState(file: File): Promise<string | undefined> {
  try {
    const state = JSON.parse(await file.text());
    return state.exhibit === 'paths' && typeof state.link === 'string' ? state.link : undefined;
  } catch {
    return undefined;
  }
}

function csv({ ways }: TakeHome): string {
  const rows = ways.flatMap(({ role, profile }) =>
    Array.from({ length: profile.length / 2 }, (_, i) => [role, profile[2 * i]!, profile[2 * i + 1]!]),
  );
  return toCsv(['way', 't', 'loss'], rows);
}

function json({ state, link, values, history }: TakeHome): object {
  return {
    exhibit: 'paths',
    link,
    settings: values,
    step: state.step,
    digest: state.digest,
    ends: state.facts?.ends,
    gradients: state.gradients,
    straight: state.facts?.straight,
    aligned: state.facts?.aligned,
    best: state.best,
    history,
    build: bestBuild(),
  };
}

const ink = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The curves in one file, with the styles they have on the page written into them. */
function curves({ root, title, settings, state }: TakeHome): string {
  const drawings = [...root.querySelectorAll<SVGSVGElement>('.plot svg, svg.projection')];
  const text = (y: number, size: number, words: string) =>
    `<text x="16" y="${y}" font-family="system-ui, sans-serif" font-size="${size}" fill="${ink('--ink')}">${words}</text>`;
  let y = 64;
  let width = 640;
  const parts = drawings.map((drawing) => {
    const copy = styledCopy(drawing);
    const [, , w, h] = drawing.getAttribute('viewBox')!.split(' ').map(Number);
    copy.setAttribute('x', '16');
    copy.setAttribute('y', String(y));
    copy.setAttribute('width', String(w));
    copy.setAttribute('height', String(h));
    y += h! + 24;
    width = Math.max(width, w! + 32);
    return new XMLSerializer().serializeToString(copy);
  });
  const height = y + 24;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="${ink('--paper')}"/>${text(28, 18, title)}${text(50, 13, settings)}${parts.join('')}${text(height - 12, 13, `fingerprint ${hexGroups(state.digest)}`)}</svg>\n`;
}

/** The map with what is drawn above it, on paper, with what made it. */
async function picture({ root, title, settings, state }: TakeHome): Promise<Blob> {
  const canvas = new OffscreenCanvas(1000, 1140);
  const g = canvas.getContext('2d')!;
  g.fillStyle = ink('--paper');
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.fillStyle = ink('--ink');
  g.font = '600 26px system-ui, sans-serif';
  g.fillText(title, 50, 52);
  g.font = '15px system-ui, sans-serif';
  g.fillText(settings, 50, 82, 900);
  const map =
    root.querySelector<HTMLCanvasElement>('lab-field canvas') ??
    root.querySelector<HTMLCanvasElement>('canvas.units')!;
  const height = Math.min(900, (900 * map.height) / map.width);
  g.imageSmoothingEnabled = map.matches('lab-field canvas');
  g.drawImage(map, 50, 110, (height * map.width) / map.height, height);
  const above = root.querySelector<SVGSVGElement>('lab-field svg');
  if (above) {
    const copy = styledCopy(above);
    copy.setAttribute('width', '900');
    copy.setAttribute('height', '900');
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await image.decode();
    g.drawImage(image, 50, 110, 900, 900);
  }
  g.fillStyle = ink('--soft');
  g.font = '18px ui-monospace, monospace';
  g.fillText(`fingerprint ${hexGroups(state.digest)}`, 50, 1110);
  return canvas.convertToBlob({ type: 'image/png' });
}
