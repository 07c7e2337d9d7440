import { count, counted, significant } from '../lib/format.ts';
import { CHANCES } from '../lib/slices.ts';
import type { Here } from './protocol.ts';

/** The result of the slices, and beside it the truth, once it may be seen. */
export function slicesSay(here: Here, ways: boolean): string {
  const curvatures = here.chances.map(({ curvature }) => curvature);
  const down = curvatures.filter((value) => value < 0).length;
  const slices = `Of ${CHANCES} random slices ${counted(down, 'goes', 'go')} down`;
  if (!ways) return `${slices}.`;
  const { values } = here;
  const true_ = [...values].filter((value) => value < -here.nearlyFlat).length;
  const [steepest, largest] = [Math.max(...curvatures), values.at(-1)!];
  return `${slices}, of ${values.length} directions ${count(true_)}. The steepest slice has a curvature of ${significant(steepest, 2)}, the steepest direction ${significant(largest, 2)}: a random slice mixes all directions and sees about their mean.`;
}
