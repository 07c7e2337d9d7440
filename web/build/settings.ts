/** The settings of all exhibits as JSON, by which the Python package reads and writes links: `npm run settings` writes it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MOST_IN_LINK } from '../src/lib/own.ts';
import { type Field, type Schema, VERSION } from '../src/lib/schema.ts';
import { BUILT } from './exhibits.ts';

const FILE = fileURLToPath(new URL('../../python/losscape_kernel/settings.json', import.meta.url));

/** The exhibits whose runs are made by a kernel of their own, each with its schema. */
export const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  await Promise.all(
    BUILT.filter(({ kernel }) => !kernel).map(async ({ key }): Promise<[string, Schema]> => {
      const { SCHEMA } = (await import(`../src/${key}/schema.ts`)) as { SCHEMA: Schema };
      return [key, SCHEMA];
    }),
  ),
);

/** What another program has to know of a field. */
function known(field: Field) {
  const { key, kind, default: start, view } = field;
  return {
    key,
    kind,
    default: start,
    ...(field.kind === 'choice' && { choices: field.options.map(({ value }) => value) }),
    ...(field.kind === 'number' && { min: field.min, max: field.max }),
    ...(field.kind === 'number' && field.integer && { integer: true }),
    ...(view && { view }),
  };
}

/** The text of the file: a line for each field. */
export function settings(): string {
  const exhibits = [...SCHEMAS].map(([key, schema]) => {
    const lines = schema.map((field) => `      ${JSON.stringify(known(field))}`);
    return `    ${JSON.stringify(key)}: [\n${lines.join(',\n')}\n    ]`;
  });
  return `{
  "version": "${VERSION}",
  "most_in_link": ${MOST_IN_LINK},
  "exhibits": {
${exhibits.join(',\n')}
  }
}
`;
}

/** The file as it is. */
export const written = () => readFileSync(FILE, 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, settings());
