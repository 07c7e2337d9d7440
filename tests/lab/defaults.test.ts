/** The bindings' defaults are the page's: filled with those of the schema, no setting of a handle changes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SCHEMAS } from '../../web/build/settings.ts';
import { type Envelope, LOAD, type Reply } from '../../web/src/lib/client.ts';
import { defaults, type Values } from '../../web/src/lib/schema.ts';
import { MAX_PARAMS } from '../../web/src/train/protocol.ts';

const PKG = new URL('../../web/pkg/scalar/', import.meta.url);

type Settings = { prototype: object };
type Glue = Record<string, Settings> & { default: (module: WebAssembly.Module) => Promise<unknown> };

/** Calls a worker's script where it is: the page's own code fills the settings, by its own names for them. */
async function workerOf(key: string) {
  await import(`../../web/src/${key}/kernel.ts`);
  const serve = globalThis.onmessage as unknown as (event: { data: Envelope }) => Promise<void>;
  return async (request: object) => {
    let reply: Reply | undefined;
    Object.assign(globalThis, { postMessage: (message: Reply) => (reply = message) });
    await serve({ data: { id: 1, request } });
    assert.ok(reply && 'reply' in reply, JSON.stringify(reply));
    return reply.reply as object;
  };
}

/** Files of this repository, which a worker downloads. */
Object.assign(globalThis, {
  fetch: async (url: URL | string) => new Response(readFileSync(fileURLToPath(String(url)))),
});

/** The race of Saddles, with its own settings, begins at a saddle that a few searches have found. */
async function race(ask: (request: object) => Promise<object>, values: Values): Promise<void> {
  const searches = { kind: 'advance', target: 20, sliceMs: 60_000, view: {} };
  const { found } = (await ask(searches)) as { found: { search: number; down: number }[] };
  const saddle = found.find(({ down }) => down > 0);
  assert.ok(saddle, 'twenty searches find a saddle');
  await ask({ kind: 'look', view: { place: saddle.search, race: values } });
}

for (const [key, schema] of SCHEMAS) {
  // Its handle takes numbers one by one, and what the page shows of them is compared with a native run.
  if (key === 'surface') continue;

  test(`${key}: the defaults of its handle are those of the schema`, async () => {
    const glue = (await import(new URL(`losscape_${key}.js`, PKG).href)) as Glue;
    const filled = new Map<string, boolean>();
    for (const [name, { prototype }] of Object.entries(glue).filter(([name]) => name.endsWith('Settings'))) {
      for (const [field, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
        if (!get || !set) continue;
        filled.set(`${name}.${field}`, false);
        Object.defineProperty(prototype, field, {
          get,
          set(this: object, value: unknown) {
            assert.equal(value, get.call(this), `${name}.${field}`);
            filled.set(`${name}.${field}`, true);
            set.call(this, value);
          },
        });
      }
    }
    const ask = await workerOf(key);
    const file = readFileSync(join(fileURLToPath(PKG), `losscape_${key}_bg.wasm`));
    const module = await WebAssembly.compile(file);
    // A worker loads one kernel, and all tests are one here: those after the first are loaded for it.
    await glue.default(module);
    await ask({ kind: LOAD, url: '', module });
    const values = defaults(schema);
    const buffer = new ArrayBuffer(4 * MAX_PARAMS);
    await ask({ kind: 'start', settings: values, acts: [], rehearse: false, view: { row: 0 }, buffer });
    if (key === 'saddles') await race(ask, values);
    assert.ok(filled.size > 0);
    for (const [name, was] of filled) assert.ok(was, `${name} is filled`);
  });
}
