/** Exports of Batch size. */

import type { HomeFile } from '../grammar/home.ts';
import { rowsOf } from '../lib/rows.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, fieldItem, rampItems, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import { type Kicked, MEASURES, type Measured, QUANTITIES, type Sample } from './protocol.ts';

interface TakeHome {
  about: About;
  batches: readonly number[];
  /** The visible parts; hidden ones are not exported. */
  measured: readonly Sample[];
  rescaled: Measured | undefined;
  kicked: Kicked | undefined;
}

export function files({ about, batches, measured, rescaled, kicked }: TakeHome): HomeFile[] {
  const drawings = (selector: string) =>
    [...about.root.querySelectorAll<SVGSVGElement>(`lab-field, ${selector}`)].map((drawing) =>
      drawing.matches('lab-field') ? fieldItem(drawing) : drawn(drawing),
    );
  // Only the moons have new points.
  const columns = QUANTITIES.filter(([key]) => measured[0]?.[key].length !== 0);
  return [
    {
      what: 'png',
      label: 'Picture (PNG)',
      name: 'losscape-batch.png',
      make: () => rasterised(sheet(about, [...drawings('svg.gauges, svg.fit'), ...rampItems(about.root)])),
    },
    {
      what: 'svg',
      label: 'All figures (SVG)',
      name: 'losscape-batch.svg',
      make: () => sheet(about, drawings('svg.gauges, svg.fit, lab-curves svg, svg.kicks, svg.rescaled')),
    },
    {
      what: 'csv',
      label: 'Curvatures over the steps (CSV)',
      name: 'losscape-batch.csv',
      make: () =>
        toCsv(
          ['step', ...columns.flatMap(([, name]) => batches.map((b) => `${name}_batch_${b}`))],
          measured.map((sample) => [sample.step, ...columns.flatMap(([key]) => sample[key])]),
        ),
    },
    {
      what: 'rescaled',
      label: 'The rescaled network (CSV)',
      name: 'losscape-batch-rescaled.csv',
      make: () =>
        toCsv(
          ['alpha', ...MEASURES.map(([, name]) => name.replaceAll(' ', '_')), 'largest_change_of_an_output'],
          rescaled ? [[rescaled.alpha, ...rescaled.ratios, rescaled.differs]] : [],
        ),
    },
    {
      what: 'kicks',
      label: 'Losses after kicks (CSV)',
      name: 'losscape-batch-kicks.csv',
      make: () => {
        const lanes = kicked ? rowsOf(kicked.losses, kicked.losses.length / batches.length) : [];
        return toCsv(
          ['step', 'radius', 'direction', ...batches.map((b) => `loss_batch_${b}`)],
          [...(lanes[0] ?? [])].map((_, k) => [
            kicked!.step,
            kicked!.radius,
            k,
            ...lanes.map((lane) => lane[k]!),
          ]),
        );
      },
    },
  ];
}
