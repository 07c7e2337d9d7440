/** The manifest of exhibits, and what is derived from a row of it: files, modules of the kernel, styles, the start. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** A row of `src/exhibits.json`. */
export interface Row {
  /** Names its folder in `src`, its page, its element (`lab-KEY`), its handle's feature and folder in `wasm`. */
  key: string;
  /** Its name in menus. */
  title: string;
  /** Its question, and the sentence that leads to the next exhibit, for its card. */
  question: string;
  lead: string;
  /** Whether it is built; others are announced. */
  built: boolean;
  /** The exhibit whose module it loads, if that is not one of its own. */
  kernel?: string;
  /** Features of the bindings besides that of its key. */
  features?: string;
  /** Which data of the reader's own it takes: points of two classes in the plane, or rows of up to 64 inputs. */
  own?: 'points' | 'rows';
  /** Another module of its page, by its feature: what few readers ask for, and is loaded when they do. */
  part?: string;
}

const SOURCE = new URL('../src/', import.meta.url);
const source = (path: string) => fileURLToPath(new URL(path, SOURCE));

export const EXHIBITS = JSON.parse(readFileSync(source('exhibits.json'), 'utf8')) as readonly Row[];
export const BUILT = EXHIBITS.filter(({ built }) => built);

const moduleNamed = (feature: string) => `losscape_${feature}`;

/** The name of the module that an exhibit loads. */
export const moduleOf = ({ key, kernel }: Row) => moduleNamed(kernel ?? key);

/** Every module of the kernel with the features of the bindings that are in it. */
export const MODULES: ReadonlyMap<string, string> = new Map([
  ...[...new Set(BUILT.map(moduleOf))].map((module): [string, string] => {
    const inside = BUILT.filter((exhibit) => moduleOf(exhibit) === module);
    return [module, inside.flatMap(({ key, features }) => [key, ...(features ? [features] : [])]).join()];
  }),
  ...BUILT.flatMap(({ part }): [string, string][] => (part ? [[moduleNamed(part), part]] : [])),
]);

/** A table in which the page's first script finds its exhibit. Every address is written out: bundlers look for literals. */
function starts(): string {
  const rows = BUILT.map((exhibit) => {
    const { key } = exhibit;
    const file = (build: string) =>
      `${build}: new URL('../pkg/${build}/${moduleOf(exhibit)}_bg.wasm', import.meta.url).href`;
    return `'lab-${key}': () => ({
  newWorker: () => new Worker(new URL('./${key}/kernel.ts', import.meta.url), { type: 'module' }),
  kernel: { ${file('scalar')}, ${file('simd')} },
  scripts: () => import('./${key}/${key}.ts'),
}),`;
  });
  return `export const EXHIBITS = {\n${rows.join('\n')}\n};`;
}

/** The styles of all exhibits, after those of the page, and the pictures of their cards, which a dark page has dark. */
function styles(): string {
  const own = BUILT.filter(({ key }) => existsSync(source(`${key}/style.css`)));
  const pictures = (key: string, dark: string) =>
    ['still', 'strip'].map((name) => `--${name}: url("../${key}/${name}${dark}.webp");`).join(' ');
  const cards = (theme: string, dark: string) =>
    BUILT.map(({ key }) => `${theme} .card-${key} { ${pictures(key, dark)} }`).join('\n');
  return [
    ...own.map(({ key }) => `@import "./${key}/style.css";`),
    cards(':root', ''),
    `@media (prefers-color-scheme: dark) {\n${cards(':root:not([data-theme="light"])', '-dark')}\n}`,
    cards(':root[data-theme="dark"]', '-dark'),
  ].join('\n');
}

const ID = 'virtual:exhibits';

export function exhibits(): Plugin {
  return {
    name: 'losscape-exhibits',
    enforce: 'pre',
    // In the folder of the others: addresses in it are relative.
    resolveId: (id) => (id === ID ? source('exhibits.js') : undefined),
    load: (id) => (id === source('exhibits.js') ? starts() : undefined),
    transform: (code, id) => (id === source('style.css') ? `${code}\n${styles()}\n` : undefined),
  };
}
