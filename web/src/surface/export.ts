/** What the reader can take home from Surface, and bring back. */

import { exportDialog } from '../grammar/export.ts';
import { hexGroups } from '../lib/format.ts';
import { saveBlob, saveText, toCsv } from '../lib/save.ts';
import { rasterised, styledCopy } from '../lib/svg.ts';
import type { Line, Slice } from './protocol.ts';

interface TakeHome {
  root: ParentNode;
  title: string;
  settings: string;
  digest: string;
  /** Missing while it is still to be guessed. */
  line: Line | undefined;
  slice: Slice | undefined;
  state: object;
}

const FILES = [
  ['png', 'Map and line (PNG)'],
  ['svg', 'Map and line (SVG)'],
  ['csv', 'Line and run (CSV)'],
  ['json', 'State (JSON)'],
] as const;

export const exchange = (save: (what: string) => void, load: (file: File) => void) =>
  exportDialog({
    files: FILES,
    bring: 'Open a state (.json)',
    accept: '.json',
    save,
    load,
  });

export async function saveAs(what: string, home: TakeHome): Promise<void> {
  switch (what) {
    case 'png':
      return saveBlob('losscape-surface.png', await rasterised(drawing(home)));
    case 'svg':
      return saveText('losscape-surface.svg', 'image/svg+xml', drawing(home));
    case 'csv':
      return saveText('losscape-surface.csv', 'text/csv', table(home));
    case 'json':
      return saveText(
        'losscape-surface.json',
        'application/json',
        `${JSON.stringify(home.state, null, 2)}\n`,
      );
  }
}

/** One table: places on the line from A to B with their losses, places of the run with their steps. */
function table({ line, slice }: TakeHome): string {
  const rows: (number | string)[][] = [];
  const last = (line?.losses.length ?? 0) - 1;
  line?.losses.forEach((loss, k) => {
    rows.push(['line', k / last, '', '', loss]);
  });
  const { path, stride } = slice ?? { path: new Float64Array(), stride: 1 };
  for (let k = 0; 2 * k + 1 < path.length; k++)
    rows.push(['run', k * stride, path[2 * k]!, path[2 * k + 1]!, '']);
  return toCsv(['what', 'share_of_the_way_or_step', 'x', 'y', 'loss'], rows);
}

/** The map and, if it may be seen, the line below it. */
function drawing({ root, title, settings, digest }: TakeHome): string {
  const canvas = root.querySelector<HTMLCanvasElement>('.map canvas')!;
  const side = root.querySelector<SVGSVGElement>('.map .over')!.viewBox.baseVal.width;
  const place = (svg: SVGSVGElement, y: number) => {
    const copy = styledCopy(svg);
    const { width, height } = svg.viewBox.baseVal;
    copy.setAttribute('y', String(y));
    copy.setAttribute('width', String(width));
    copy.setAttribute('height', String(height));
    return { text: new XMLSerializer().serializeToString(copy), width, height };
  };
  const above = [...root.querySelectorAll<SVGSVGElement>('.map svg')].map((svg) => place(svg, 40).text);
  const chart = root.querySelector<SVGSVGElement>('#profile .plot svg');
  const line = chart ? place(chart, side + 56) : undefined;
  const width = Math.max(side, line?.width ?? 0);
  const height = side + 40 + (line ? line.height + 24 : 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${title}</title><desc>${settings}, fingerprint ${digest}</desc>
<rect width="100%" height="100%" fill="${getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()}"/>
<g fill="${getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()}">
<text x="4" y="16" font-family="sans-serif" font-size="12">${settings}</text>
<text x="4" y="32" font-family="monospace" font-size="12">${hexGroups(digest)}</text>
</g>
<image y="40" width="${side}" height="${side}" href="${canvas.toDataURL('image/png')}"/>
${above.join('\n')}
${line?.text ?? ''}
</svg>
`;
}

type Brought = { kind: 'link'; hash: string } | { kind: 'unknown'; why: string };

export async function readFile(file: File): Promise<Brought> {
  if (file.size > 1_000_000)
    return { kind: 'unknown', why: `${file.name} is larger than any file of this exhibit.` };
  try {
    const state = JSON.parse(await file.text()) as { exhibit?: string; link?: string };
    if (state.exhibit === 'surface' && state.link?.startsWith('#')) return { kind: 'link', hash: state.link };
    return { kind: 'unknown', why: `${file.name} is not a state of this exhibit.` };
  } catch {
    return { kind: 'unknown', why: `${file.name} is not JSON.` };
  }
}
