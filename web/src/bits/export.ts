/** What the reader can take home from Same bits, and bring back. */

import { exportDialog } from '../grammar/export.ts';
import { hexGroups } from '../lib/format.ts';
import { saveBlob, saveText, toCsv } from '../lib/save.ts';
import { rasterised } from '../lib/svg.ts';
import { mapHeight, mapPaths, PAPER, WIDTH } from './map.ts';
import { type Column, differing } from './protocol.ts';

interface TakeHome {
  title: string;
  settings: string;
  digests: readonly [string, string] | undefined;
  /** What may be seen: hidden, nothing is taken home. */
  columns: readonly Column[];
  losses: boolean;
  weights: number;
  total: number;
  /** Digests of this browser and of the recorded targets. */
  rows: readonly { target: string; how: string; experiment: string; digest: string }[];
  state: object;
}

const FILES = [
  ['png', 'Map (PNG)'],
  ['svg', 'Map (SVG)'],
  ['csv', 'Differing bits (CSV)'],
  ['rows', 'Digests of all targets (CSV)'],
  ['json', 'State (JSON)'],
] as const;

export const exchange = (save: (what: string) => void, load: (file: File) => void) =>
  exportDialog({
    files: FILES,
    note: 'The state tells settings, step and fingerprints; any build of the kernel replays it to the same bits.',
    bring: 'Open a state (.json)',
    accept: '.json',
    save,
    load,
  });

export async function saveAs(what: string, home: TakeHome): Promise<void> {
  switch (what) {
    case 'png':
      return saveBlob('losscape-bits.png', await rasterised(drawing(home)));
    case 'svg':
      return saveText('losscape-bits.svg', 'image/svg+xml', drawing(home));
    case 'csv':
      return saveText('losscape-bits.csv', 'text/csv', table(home));
    case 'rows':
      return saveText(
        'losscape-digests.csv',
        'text/csv',
        toCsv(
          ['experiment', 'target', 'how', 'digest'],
          home.rows.map(({ experiment, target, how, digest }) => [experiment, target, how, digest]),
        ),
      );
    case 'json':
      return saveText('losscape-bits.json', 'application/json', `${JSON.stringify(home.state, null, 2)}\n`);
  }
}

/** The link of a saved state, or nothing if the file is none. */
export async function readState(file: File): Promise<string | undefined> {
  try {
    const state = JSON.parse(await file.text());
    return state.exhibit === 'bits' && typeof state.link === 'string' ? state.link : undefined;
  } catch {
    return undefined;
  }
}

/** A row a compared step: what differs in all, the losses, the differing bits of each weight. */
function table({ columns, weights, losses }: TakeHome): string {
  const each = Array.from({ length: weights }, (_, k) => `bits_of_weight_${k}`);
  const header = ['step', 'weights_that_differ', 'loss_kernel', 'loss_twin', ...each];
  return toCsv(
    header,
    columns.map((column) => [
      column.step,
      differing(column),
      ...(losses ? column.losses : ['', '']),
      ...column.bits,
    ]),
  );
}

/** The map on paper, with its axis and what made it. */
function drawing({ title, settings, digests, columns, weights, total }: TakeHome): string {
  const side = 24;
  const height = mapHeight(weights);
  const bottom = 84 + height;
  const ink = '#1B1F24';
  const words = (x: number, y: number, text: string, rest = '') =>
    `<text x="${x}" y="${y}" font-family="sans-serif" font-size="15" fill="${ink}" ${rest}>${text}</text>`;
  const decades = Math.round(Math.log10(total));
  const axis = Array.from({ length: decades + 1 }, (_, k) => {
    const anchor = k === 0 ? 'start' : k === decades ? 'end' : 'middle';
    return words(side + (k * WIDTH) / decades, bottom + 20, String(10 ** k), `text-anchor="${anchor}"`);
  });
  const fingerprints = digests?.map(hexGroups).join(' and ') ?? '';
  const whole = `viewBox="0 0 ${WIDTH + 2 * side} ${bottom + 76}" width="${WIDTH + 2 * side}" height="${bottom + 76}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${whole}>
<title>${title}</title><desc>${settings}, fingerprints ${fingerprints}</desc>
<rect width="100%" height="100%" fill="#FBFAF7"/>
${words(side, 32, title, 'font-weight="600"')}
${words(side, 58, settings)}
<g transform="translate(${side} 70)">
<rect width="${WIDTH}" height="${height}" fill="${PAPER}" stroke="#586069"/>
${mapPaths(columns, total)}
</g>
${axis.join('\n')}
${words(side, bottom + 42, `${weights} weights from top to bottom against steps; the darker, the more of their 32 bits differ`)}
${words(side, bottom + 64, `fingerprints of kernel and twin: ${fingerprints}`)}
</svg>
`;
}
