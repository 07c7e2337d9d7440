/**
 * The scripts of an exhibit are imported when its worker has been started. They are named in the page's head, so that they
 * are on their way before: on a slow network a round trip is long.
 */

import type { Plugin, Rolldown } from 'vite';

/** The bundler's own script for the same purpose, which would look for style sheets and scripts that the head names already. */
const HELPER = '\0vite/preload-helper.js';

export function preload(): Plugin {
  return {
    name: 'losscape-preload',
    enforce: 'pre',
    load: (id) => (id === HELPER ? 'export const __vitePreload = (load) => load();' : undefined),
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {}, path }) {
        const here = path.split('/').at(-2);
        const exhibit = Object.values(bundle).find(
          (file): file is Rolldown.OutputChunk =>
            file.type === 'chunk' && file.isDynamicEntry && file.name === here,
        );
        const start = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === 'start');
        if (start?.type === 'chunk' && start.imports.length > 0)
          throw new Error(`what every page begins with would wait for ${start.imports}`);
        const files = new Set<string>();
        const add = (file: string) => {
          if (files.has(file)) return;
          files.add(file);
          (bundle[file] as Rolldown.OutputChunk).imports.forEach(add);
        };
        if (exhibit) add(exhibit.fileName);
        // What the page begins with is there already.
        return [...files]
          .filter((file) => !html.includes(file))
          .map((file) => ({
            tag: 'link',
            attrs: { rel: 'modulepreload', crossorigin: true, href: `../${file}` },
            injectTo: 'head' as const,
          }));
      },
    },
  };
}
