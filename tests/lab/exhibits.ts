/** The exhibits that are built, each with its row of the manifest and its moments. */

import { BUILT, moduleOf, type Row } from '../../web/build/exhibits.ts';
import type { Moments } from '../../web/src/lib/moments.ts';

export { EXHIBITS as ALL, moduleOf } from '../../web/build/exhibits.ts';

export interface Shown extends Row, Moments {
  /** The name of its kernel's module. */
  module: string;
}

export const EXHIBITS: readonly Shown[] = await Promise.all(
  BUILT.map(async (row) => {
    const { MOMENTS } = (await import(`../../web/src/${row.key}/moments.ts`)) as { MOMENTS: Moments };
    return { ...row, ...MOMENTS, module: moduleOf(row) };
  }),
);

/** A link to a moment of every figure of every exhibit, below the lab's folder. */
export const FIGURES: readonly (readonly [name: string, path: string])[] = EXHIBITS.flatMap(
  ({ key, figures }) => Object.entries(figures).map(([name, link]) => [name, `${key}/#v=1&${link}`] as const),
);
