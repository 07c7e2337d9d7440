/** Exports of Smoothing. */

import type { HomeFile } from '../grammar/home.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import type { Facts, Sample } from './protocol.ts';

interface TakeHome {
  about: About;
  facts: Facts | undefined;
  /** The visible parts; hidden ones are not exported. */
  measured: readonly Sample[];
  smoothed: boolean;
}

export function files({ about, facts, measured, smoothed }: TakeHome): HomeFile[] {
  const drawings = (selector: string) =>
    [...about.root.querySelectorAll<SVGSVGElement>(selector)].map((drawing) => drawn(drawing));
  const picture = () => sheet(about, drawings('svg.landscape'));
  return [
    {
      what: 'png',
      label: 'Picture (PNG)',
      name: 'losscape-smoothing.png',
      make: () => rasterised(picture()),
    },
    {
      what: 'svg',
      label: 'All figures (SVG)',
      name: 'losscape-smoothing.svg',
      make: () => sheet(about, drawings('svg.landscape, .plot svg, svg.check')),
    },
    {
      what: 'csv',
      label: 'Places over the steps (CSV)',
      name: 'losscape-smoothing.csv',
      make: () =>
        toCsv(
          ['step', 'mean_of_runs', 'descent_on_smoothed'],
          measured.map(({ step, mean, smooth }) => [step, mean, smooth]),
        ),
    },
    {
      what: 'curves',
      label: 'Both curves (CSV)',
      name: 'losscape-smoothing-curves.csv',
      make: () => {
        const { curves = [] } = facts ?? {};
        const rows = curves.map(({ x, true: f, smooth }) => [x, f, ...(smoothed ? [smooth] : [])]);
        return toCsv(['x', 'true', ...(smoothed ? ['smoothed'] : [])], rows);
      },
    },
  ];
}
