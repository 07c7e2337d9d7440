/** What the reader can take home from Train, and bring back. */

import { exportDialog } from '../grammar/export.ts';
import { hexGroups } from '../lib/format.ts';
import type { Sample } from '../lib/record.ts';
import { saveBlob, saveText, toCsv } from '../lib/save.ts';
import { styledCopy } from '../lib/svg.ts';

export interface Picture {
  root: ParentNode;
  title: string;
  settings: string;
  digest: string;
}

interface TakeHome {
  picture: Picture;
  samples: readonly Sample[];
  /** Whether the held-out values may be told yet. */
  showHeld: boolean;
  network?: Uint8Array;
  state: object;
}

const FILES = [
  ['png', 'Picture of the network (PNG)'],
  ['svg', 'Curves (SVG)'],
  ['csv', 'Curves (CSV)'],
  ['json', 'State of the run (JSON)'],
  ['network', 'The network (.losscape)'],
] as const;

export const exchange = (save: (what: string) => void, load: (file: File) => void) =>
  exportDialog({
    files: FILES,
    note: 'The network file is the kernel’s own byte form, checksummed: this page, a Rust program and a microcontroller read and write the same.',
    bring: 'Open a network (.losscape) or a state (.json)',
    accept: '.losscape,.json',
    save,
    load,
  });

export async function saveAs(what: string, home: TakeHome): Promise<void> {
  switch (what) {
    case 'png':
      return saveBlob('losscape-train.png', await picture(home.picture));
    case 'svg':
      return saveText('losscape-train.svg', 'image/svg+xml', curves(home.picture));
    case 'csv':
      return saveText('losscape-train.csv', 'text/csv', csv(home));
    case 'json':
      return saveText('losscape-train.json', 'application/json', `${JSON.stringify(home.state, null, 2)}\n`);
    case 'network':
      return saveBlob('digits.losscape', new Blob([home.network! as Uint8Array<ArrayBuffer>]));
  }
}

function csv({ samples, showHeld }: TakeHome): string {
  const header = ['step', 'training_loss', 'training_accuracy', 'held_out_loss', 'held_out_accuracy'];
  const width = showHeld ? 5 : 3;
  const rows = samples.map((s) =>
    [s.step, s.trainLoss, s.trainAccuracy, s.heldLoss, s.heldAccuracy].slice(0, width),
  );
  return toCsv(header.slice(0, width), rows);
}

/** The pad, the units and the answers side by side on paper, with what made them. */
async function picture({ root, title, settings, digest }: Picture): Promise<Blob> {
  const pad = root.querySelector<HTMLCanvasElement>('canvas.pad')!;
  const units = root.querySelector<HTMLCanvasElement>('canvas.units')!;
  const style = getComputedStyle(document.documentElement);
  const canvas = new OffscreenCanvas(1280, 640);
  const g = canvas.getContext('2d')!;
  const colour = (name: string) => style.getPropertyValue(name).trim();
  g.fillStyle = colour('--paper');
  g.fillRect(0, 0, canvas.width, canvas.height);
  g.fillStyle = colour('--ink');
  g.font = '600 26px system-ui, sans-serif';
  g.fillText(title, 40, 52);
  g.fillStyle = colour('--soft');
  g.font = '18px system-ui, sans-serif';
  g.fillText(settings, 40, 82);
  g.drawImage(pad, 40, 112, 320, 320);
  const height = 470;
  const width = Math.min(480, (units.width / units.height) * height);
  g.imageSmoothingEnabled = false;
  g.drawImage(units, 420, 112, width, (width * units.height) / units.width);
  root.querySelectorAll('.answers li').forEach((row, digit) => {
    const y = 112 + 42 * digit;
    const share = row.querySelector('.share')?.textContent ?? '';
    g.fillStyle = colour(row.classList.contains('first') ? '--path' : '--soft');
    g.fillRect(980, y + 8, 2 * Number.parseFloat(share) || 0, 20);
    g.fillStyle = colour('--ink');
    g.font = `${row.classList.contains('first') ? 700 : 400} 20px ui-monospace, monospace`;
    g.fillText(String(digit), 955, y + 25);
    g.fillText(share, 1195, y + 25);
  });
  g.fillStyle = colour('--soft');
  g.font = '18px ui-monospace, monospace';
  g.fillText(`fingerprint ${hexGroups(digest)}`, 40, 610);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** Both charts in one file, with the styles they have on the page written into them. */
function curves({ root, title, settings, digest }: Picture): string {
  const charts = [...root.querySelectorAll<SVGSVGElement>('.plot svg')];
  const style = getComputedStyle(document.documentElement);
  const paper = style.getPropertyValue('--paper').trim();
  let y = 64;
  let width = 0;
  const parts = charts.map((chart) => {
    const copy = styledCopy(chart);
    const label = chart.closest('lab-curves')?.querySelector('h3')?.textContent ?? '';
    copy.setAttribute('y', String(y));
    const text = `<text x="16" y="${y - 6}" font-family="sans-serif" font-size="16" font-weight="600" fill="${style.getPropertyValue('--ink').trim()}">${label}</text>`;
    width = Math.max(width, chart.viewBox.baseVal.width);
    y += chart.viewBox.baseVal.height + 48;
    return text + new XMLSerializer().serializeToString(copy);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}">
<title>${title}</title><desc>${settings}, fingerprint ${digest}</desc>
<rect width="100%" height="100%" fill="${paper}"/>
<text x="16" y="26" font-family="sans-serif" font-size="14" fill="${style.getPropertyValue('--soft').trim()}">${settings} · ${hexGroups(digest)}</text>
${parts.join('\n')}
</svg>
`;
}

type Brought =
  | { kind: 'network'; bytes: Uint8Array }
  | { kind: 'link'; hash: string }
  | { kind: 'unknown'; why: string };

export async function readFile(file: File): Promise<Brought> {
  if (file.size > 1_000_000)
    return { kind: 'unknown', why: `${file.name} is larger than any file of this exhibit.` };
  if (!file.name.endsWith('.json'))
    return { kind: 'network', bytes: new Uint8Array(await file.arrayBuffer()) };
  try {
    const state = JSON.parse(await file.text()) as { exhibit?: string; link?: string };
    if (state.exhibit === 'train' && state.link?.startsWith('#')) return { kind: 'link', hash: state.link };
    return { kind: 'unknown', why: `${file.name} is not a state of this exhibit.` };
  } catch {
    return { kind: 'unknown', why: `${file.name} is not JSON.` };
  }
}
