/** Formulae become MathML when the page is built: nothing is typeset in the reader's browser. */

import { readFileSync } from 'node:fs';
import temml from 'temml';
import type { Plugin } from 'vite';

const SOURCE = new URL('../src/formulae.json', import.meta.url);
const ID = 'virtual:formulae';

function mathml(tex: string, display: boolean): string {
  // Inline styles would need a wider content security policy; browsers lay these formulae out without them.
  return (
    temml
      .renderToString(tex, { displayMode: display, throwOnError: true })
      // That a bracket is a fence changes nothing that is drawn.
      .replace(/ (style|class|fence)="[^"]*"/g, '')
  );
}

/** Letters and signs of a formula that is long. */
const LONG = 24;

/** A formula that may be wider than a phone scrolls by itself, also with the keyboard. */
function scroller(math: string): string {
  const long = math.replace(/<annotation[\s\S]*?<\/annotation>|<[^>]*>/g, '').length > LONG ? ' long' : '';
  return `<div class="formula${long}" role="group" aria-label="Formula" tabindex="0">${math}</div>`;
}

export function formulae(): Plugin {
  const read = () => JSON.parse(readFileSync(SOURCE, 'utf8')) as Record<string, string>;
  return {
    name: 'losscape-formulae',
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    load(id) {
      if (id !== `\0${ID}`) return undefined;
      const set = Object.fromEntries(
        Object.entries(read()).map(([key, tex]) => [key, scroller(mathml(tex, true))]),
      );
      return `export const formulae = ${JSON.stringify(set)};`;
    },
    transformIndexHtml: {
      order: 'pre',
      handler: (html) =>
        html
          .replace(/<tex block>([\s\S]*?)<\/tex>/g, (_, tex: string) => scroller(mathml(tex, true)))
          .replace(/<tex>([\s\S]*?)<\/tex>/g, (_, tex: string) => mathml(tex, false)),
    },
  };
}
