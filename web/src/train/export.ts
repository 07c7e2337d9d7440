/** Exports of Train. */

import type { HomeFile } from '../grammar/home.ts';
import type { Sample } from '../lib/record.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, type Item, painted, paletteColour, sheet, words } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';

interface TakeHome {
  about: About;
  samples: readonly Sample[];
  network: () => Promise<Uint8Array>;
  /** What it has learned. */
  learned: string;
}

export function files({ about, samples, network, learned }: TakeHome): HomeFile[] {
  return [
    {
      what: 'png',
      label: 'Picture of the network (PNG)',
      name: 'losscape-train.png',
      make: () => rasterised(sheet(about, [picture(about.root)])),
    },
    {
      what: 'svg',
      label: 'Curves (SVG)',
      name: 'losscape-train.svg',
      make: () => sheet(about, curves(about.root)),
    },
    {
      what: 'csv',
      label: 'Curves (CSV)',
      name: 'losscape-train.csv',
      make: () => table(samples),
    },
    {
      what: 'network',
      label: 'The network (.losscape)',
      name: `${learned}.losscape`,
      make: async () => new Blob([(await network()) as Uint8Array<ArrayBuffer>]),
    },
  ];
}

function table(samples: readonly Sample[]): string {
  const header = ['step', 'training_loss', 'training_accuracy', 'held_out_loss', 'held_out_accuracy'];
  const rows = samples.map((s) => [s.step, s.loss, s.accuracy, s.held_out_loss, s.held_out_accuracy]);
  return toCsv(header, rows);
}

function curves(root: ParentNode): Item[] {
  return [...root.querySelectorAll('lab-curves')].map((chart) =>
    drawn(chart.querySelector<SVGSVGElement>('.plot svg')!, chart.querySelector('h3')!.textContent!),
  );
}

/** For a network on rows: the bars of all units, four in a line. */
function unitBars(drawings: readonly SVGSVGElement[]): Item {
  const items = drawings.map((drawing) => drawn(drawing));
  const [wide, high] = [items[0]!.width + 10, items[0]!.height + 10];
  const content = items
    .map(
      (item, k) =>
        `<g transform="translate(${(k % 4) * wide} ${Math.floor(k / 4) * high})">${item.content}</g>`,
    )
    .join('');
  return { width: 4 * wide, height: Math.ceil(items.length / 4) * high, content };
}

/** The pad, the units and the answers side by side. */
function picture(root: ParentNode): Item {
  const bars = [...root.querySelectorAll<SVGSVGElement>('.unit-bars svg')];
  if (bars.length > 0) return unitBars(bars);
  const pad = painted(root.querySelector('canvas.pad')!, 256, 256);
  const units = root.querySelector<HTMLCanvasElement>('canvas.units')!;
  const width = Math.min(300, (300 * units.width) / units.height);
  const middle = painted(units, width, (width * units.height) / units.width);
  const answers = [...root.querySelectorAll('.answers li')].map((row, digit) => {
    const share = row.querySelector('.share')!.textContent!;
    const fill = paletteColour(row.classList.contains('first') ? '--path' : '--soft');
    const y = 28 * digit;
    const bar = `<rect x="20" y="${y}" width="${Number.parseFloat(share) || 0}" height="16" fill="${fill}"/>`;
    return words(0, y + 13, String(digit)) + bar + words(130, y + 13, share);
  });
  const content = `${pad.content}
<g transform="translate(280 0)">${middle.content}</g>
<g transform="translate(${304 + width} 0)">${answers.join('')}</g>`;
  return { width: width + 490, height: Math.max(280, middle.height), content };
}
