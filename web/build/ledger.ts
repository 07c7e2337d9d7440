/** The rows of the ledger of claims that an exhibit shows, as a part of its page. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LEDGER = fileURLToPath(new URL('../../docs/claims.md', import.meta.url));

/** Converts the Markdown of a cell: code, emphasis, and links, of which the text stays. */
function inline(cell: string): string {
  return cell
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]*)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\*([^*]*)\*/g, '<em>$1</em>');
}

/**
 * The claims of the sections that name the exhibit, behind a summary: they answer the questions, so they wait for every question that is
 * asked. `waiting` names those that answer a question asked of other data as well, and wait for it too: `ratio=its_test settles=its_test`.
 */
export function claimsOf(key: string, waiting: string): string {
  const sections = readFileSync(LEDGER, 'utf8')
    .split(/^## /m)
    .filter((section) => section.includes(`(../web/${key}/index.html)`));
  const rows = sections.flatMap((section) =>
    section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| claim ')),
  );
  if (rows.length === 0) throw new Error(`docs/claims.md has no section of the exhibit ${key}`);
  const waits = [...waiting.matchAll(/(\S+)=(\S+)/g)].map(([, question, test]) => ({
    question,
    test: test!,
  }));
  for (const { test } of waits)
    if (!rows.some((row) => row.includes(test)))
      throw new Error(`docs/claims.md has no test ${test} for ${key}`);
  const items = rows.map((row) => {
    const [claim, whose, measured, verdict, test] = row.slice(2, -2).split(' | ').map(inline);
    const wait = waits.find((one) => row.includes(one.test));
    const attributes = wait ? ` data-question="${wait.question}" data-elsewhere` : '';
    return `<li${attributes}>${claim} (${whose}). Measured: ${measured}. Verdict: <strong>${verdict}</strong>. Test: ${test}.</li>`;
  });
  const more = waits.length > 0 ? ' Those that answer a question of other data wait for it.' : '';
  return `<section data-question="*"><h2>Claims that were tested</h2>
        <p>From the ledger, <code>docs/claims.md</code>; each claim names the test that measures it.${more}</p>
        <details class="claims"><summary>${rows.length === 1 ? '1 claim, with its verdict' : `${rows.length} claims, with verdicts`}</summary><ul>${items.join('')}</ul></details></section>`;
}
