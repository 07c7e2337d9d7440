/** Exports of Saddles. */

import type { HomeFile } from '../grammar/home.ts';
import { toCsv } from '../lib/save.ts';
import { type About, drawn, sheet } from '../lib/sheet.ts';
import { rasterised } from '../lib/svg.ts';
import { METHODS, NEWTON, type Place, type Raced } from './protocol.ts';

interface TakeHome {
  about: About;
  /** The visible parts; hidden ones are not exported. */
  found: readonly Place[];
  ways: boolean;
  race: Raced | undefined;
  /** Whether Newton’s method may be seen. */
  newton: boolean;
}

export function files({ about, found, ways, race, newton }: TakeHome): HomeFile[] {
  const drawings = (selector: string) =>
    [...about.root.querySelectorAll<SVGSVGElement>(selector)].map((drawing) => drawn(drawing));
  const figure = 'svg.places, svg.toy, svg.stems, svg.fit';
  return [
    {
      what: 'png',
      label: 'Picture (PNG)',
      name: 'losscape-saddles.png',
      make: () => rasterised(sheet(about, drawings(figure))),
    },
    {
      what: 'svg',
      label: 'All figures (SVG)',
      name: 'losscape-saddles.svg',
      make: () => sheet(about, drawings(`${figure}, .plot svg.race, svg.haunted, lab-curves svg`)),
    },
    {
      what: 'csv',
      label: 'Places found (CSV)',
      name: 'losscape-saddles.csv',
      make: () =>
        toCsv(
          ['search', 'loss', ...(ways ? ['ways_down', 'without_sign'] : [])],
          found.map(({ search, loss, down, unsigned }) => [search, loss, ...(ways ? [down, unsigned] : [])]),
        ),
    },
    {
      what: 'race',
      label: 'The race (CSV)',
      name: 'losscape-saddles-race.csv',
      make: () => {
        const rows = (race?.tracks ?? []).flatMap(({ step, loss }, method) =>
          method === NEWTON && !newton ? [] : [...step].map((at, k) => [method, at, loss[k]!]),
        );
        return toCsv([`method_of_${METHODS.join('_').replaceAll(/[ -]/g, '_')}`, 'step', 'loss'], rows);
      },
    },
  ];
}
