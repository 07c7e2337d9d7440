/** Exports of Paths. */

import type { HomeFile } from '../grammar/home.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, fieldItem, painted, rampItems, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import type { Way } from './profile.ts';
import { pointsOf } from './protocol.ts';

/** Exports only the ways that are shown. */
export function files(about: About, ways: readonly Way[]): HomeFile[] {
  return [
    {
      what: 'png',
      label: 'Picture of the map (PNG)',
      name: 'losscape-paths.png',
      make: () => rasterised(picture(about)),
    },
    { what: 'svg', label: 'Curves (SVG)', name: 'losscape-paths.svg', make: () => curves(about) },
    { what: 'csv', label: 'Loss along the ways (CSV)', name: 'losscape-paths.csv', make: () => table(ways) },
  ];
}

function table(ways: readonly Way[]): string {
  const rows = ways.flatMap(({ role, profile }) => pointsOf(profile).map(([t, loss]) => [role, t, loss]));
  return toCsv(['way', 't', 'loss'], rows);
}

function curves(about: About): string {
  const drawings = [...about.root.querySelectorAll<SVGSVGElement>('.plot svg, svg.projection')];
  return sheet(
    about,
    drawings.map((drawing) => drawn(drawing)),
  );
}

/** The map with what is drawn above it; of the digits, the hidden units. */
function picture(about: About): string {
  const field = about.root.querySelector('lab-field');
  if (field) return sheet(about, [fieldItem(field), ...rampItems(about.root)]);
  const units = about.root.querySelector<HTMLCanvasElement>('canvas.units')!;
  return sheet(about, [painted(units, 480, (480 * units.height) / units.width)]);
}
