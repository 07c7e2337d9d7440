/** Sharpness against the loss of rows not seen, of 200 networks: a figure drawn from the table when the page is built. */

import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const TABLE = new URL('../../docs/sharpness-ranks.csv', import.meta.url);

/** Columns of the table, and what the page calls them. */
const MEASURES = {
  box: 'rise in a box',
  ball: 'rise in a ball',
  largest_eigenvalue: 'largest curvature',
  trace: 'trace',
  batch_sharpness: 'batches along their slopes',
};

/** The rank of each value, from 0 for the lowest; equal values are ranked in the order of the table. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, k) => k).sort((a, b) => values[a]! - values[b]! || a - b);
  const found: number[] = [];
  for (const [rank, k] of order.entries()) found[k] = rank;
  return found;
}

/** Spearman's rank correlation. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const n = a.length;
  const squares = a.reduce((sum, rank, k) => sum + (rank - b[k]!) ** 2, 0);
  return 1 - (6 * squares) / (n * (n * n - 1));
}

function figure(): string {
  const [head, ...rows] = readFileSync(TABLE, 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const column = (name: string) => ranks(rows.map((row) => Number(row[head!.indexOf(name)])));
  const n = rows.length;
  const losses = column('test_loss');
  const panels = Object.entries(MEASURES).map(([name, title]) => {
    const measure = column(name);
    // From left to right each dot is one step farther, so that only its height has to be written.
    const heights: number[] = [];
    for (const [k, rank] of measure.entries()) heights[rank] = n - losses[k]!;
    const dots = heights.map((y, k) => (k === 0 ? `M1 ${y}h0` : `m1 ${y - heights[k - 1]!}h0`)).join('');
    const shown = correlation(measure, losses).toFixed(2).replace('-', '−');
    const label = `Ranks of ${n} networks by ${title} and by the loss of digits they had not seen: a correlation of ${shown}.`;
    return `<li><svg viewBox="-4 -4 ${n + 9} ${n + 9}" role="img" aria-label="${label}"><path class="frame" d="M-2-2V${n + 3}H${n + 3}"/><path class="dots" d="${dots}"/></svg><span aria-hidden="true"><b>${shown}</b> ${title}</span></li>`;
  });
  return `<figure class="ranks"><ul>${panels.join('')}</ul>
          <figcaption class="note">Each dot is one of ${n} networks. To the right it is sharper by that measure; higher up its loss on digits it had not seen is
            larger. The number is the rank correlation. If flatness told which network generalises, dots would gather along the diagonal that rises to the right.</figcaption></figure>`;
}

export function rankFigure(): Plugin {
  return {
    name: 'losscape-ranks',
    transformIndexHtml: { order: 'pre', handler: (html) => html.replace('<!--ranks-->', figure) },
  };
}
