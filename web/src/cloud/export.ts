/** Exports of Cloud. */

import type { HomeFile } from '../grammar/home.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, fieldItem, rampItems, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import type { Sample } from './protocol.ts';

/** What is hidden is not in `measured`, nor on the page. */
export function files(about: About, measured: readonly Sample[]): HomeFile[] {
  const map = () => [fieldItem(about.root.querySelector('lab-field')!), ...rampItems(about.root)];
  const curves = () =>
    [...about.root.querySelectorAll<SVGSVGElement>('.plot svg')].map((chart) => drawn(chart));
  return [
    {
      what: 'png',
      label: 'Map (PNG)',
      name: 'losscape-cloud.png',
      make: () => rasterised(sheet(about, map())),
    },
    {
      what: 'svg',
      label: 'Map and curves (SVG)',
      name: 'losscape-cloud.svg',
      make: () => sheet(about, [...map(), ...curves()]),
    },
    { what: 'csv', label: 'Curves (CSV)', name: 'losscape-cloud.csv', make: () => table(measured) },
  ];
}

function table(measured: readonly Sample[]): string {
  const header =
    'step,temperature,left_cloud,left_density,left_law,kl_density,kl_cloud,floor,floor_sd,free_energy_over_t'.split(
      ',',
    );
  return toCsv(
    header,
    measured.map(({ step, temperature, left, density, cloud, floor, spread, energy }) => [
      step,
      temperature,
      left.cloud,
      left.density,
      left.law,
      density,
      cloud,
      floor,
      spread,
      energy,
    ]),
  );
}
