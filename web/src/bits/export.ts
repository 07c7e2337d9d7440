/** Exports of Same bits. */

import type { HomeFile } from '../grammar/home.ts';
import { toCsv } from '../lib/save.ts';
import { type About, type Item, paletteColour, sheet, words } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import { mapHeight, mapPaths, PAPER, WIDTH } from './map.ts';
import { type Column, differing } from './protocol.ts';

interface TakeHome {
  about: About;
  /** The visible parts; hidden ones are not exported. */
  columns: readonly Column[];
  losses: boolean;
  weights: number;
  total: number;
  /** Digests of this browser and of the recorded targets. */
  rows: () => readonly { target: string; how: string; experiment: string; digest: string }[];
}

export function files(home: TakeHome): HomeFile[] {
  const drawing = () => sheet(home.about, [map(home)]);
  return [
    { what: 'png', label: 'Map (PNG)', name: 'losscape-bits.png', make: () => rasterised(drawing()) },
    { what: 'svg', label: 'Map (SVG)', name: 'losscape-bits.svg', make: drawing },
    { what: 'csv', label: 'Differing bits (CSV)', name: 'losscape-bits.csv', make: () => table(home) },
    {
      what: 'rows',
      label: 'Digests of all targets (CSV)',
      name: 'losscape-digests.csv',
      make: () =>
        toCsv(
          ['experiment', 'target', 'how', 'digest'],
          home.rows().map(({ experiment, target, how, digest }) => [experiment, target, how, digest]),
        ),
    },
  ];
}

/** Differing weights and losses at each step, then the differing bits of each weight. */
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

/** The map with its axis. */
function map({ columns, weights, total }: TakeHome): Item {
  const height = mapHeight(weights);
  const decades = Math.round(Math.log10(total));
  const axis = Array.from({ length: decades + 1 }, (_, k) => {
    const anchor = k === 0 ? 'start' : k === decades ? 'end' : 'middle';
    return words((k * WIDTH) / decades, height + 20, String(10 ** k), `text-anchor="${anchor}"`);
  });
  const caption = `${weights} weights from top to bottom against steps; the darker, the more of their 32 bits differ`;
  const content = `<rect width="${WIDTH}" height="${height}" fill="${PAPER}" stroke="${paletteColour('--edge')}"/>
${mapPaths(columns, total)}
${axis.join('\n')}
${words(0, height + 44, caption)}`;
  return { width: WIDTH, height: height + 50, content };
}
