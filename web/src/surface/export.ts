/** Exports of Surface. */

import type { HomeFile } from '../grammar/home.ts';
import { pointsOf } from '../lib/rows.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, fieldItem, rampItems, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import type { Line, Slice } from './protocol.ts';

interface TakeHome {
  about: About;
  /** Missing while it is still to be guessed. */
  line: Line | undefined;
  slice: Slice | undefined;
}

export function files(home: TakeHome): HomeFile[] {
  const drawing = () => mapAndLine(home.about);
  return [
    {
      what: 'png',
      label: 'Map and line (PNG)',
      name: 'losscape-surface.png',
      make: () => rasterised(drawing()),
    },
    { what: 'svg', label: 'Map and line (SVG)', name: 'losscape-surface.svg', make: drawing },
    { what: 'csv', label: 'Line and run (CSV)', name: 'losscape-surface.csv', make: () => table(home) },
  ];
}

/** One table: places on the line from A to B with their losses, places of the run with their steps. */
function table({ line, slice }: TakeHome): string {
  const rows: (number | string)[][] = [];
  const last = (line?.losses.length ?? 0) - 1;
  line?.losses.forEach((loss, k) => {
    rows.push(['line', k / last, '', '', loss]);
  });
  const { path, stride } = slice ?? { path: new Float64Array(), stride: 1 };
  for (const [k, { x, y }] of pointsOf(path).entries()) rows.push(['run', k * stride, x, y, '']);
  return toCsv(['what', 'share_of_the_way_or_step', 'x', 'y', 'loss'], rows);
}

/** The map and, if it may be seen, the line below it. */
function mapAndLine(about: About): string {
  const chart = about.root.querySelector<SVGSVGElement>('#profile .plot svg');
  return sheet(about, [
    fieldItem(about.root.querySelector('lab-field.map')!),
    ...rampItems(about.root),
    ...(chart ? [drawn(chart, 'Loss from A to B')] : []),
  ]);
}
