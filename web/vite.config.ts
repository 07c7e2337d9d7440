import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { BUILT, exhibits } from './build/exhibits.ts';
import { formulae } from './build/formulae.ts';
import { frame } from './build/frame.ts';
import { preload } from './build/preload.ts';
import { rankFigure } from './build/ranks.ts';
import { squeezer } from './build/squeeze.ts';

/** What is there before the rest is asked for, and what exhibits share. */
const FIRST = /lib.(launch|client|failure|simd|theme)/;
/** What is shared, too, but loaded only when it is opened: dialogs, the reader's own data, and curves by ear, which are small and come together. */
const OPENED = /grammar.(help|share|csv|paint|own-points)\.|lib.(csv|sound)\./;
/** What some pages share. */
const OF_SOME = /grammar.(slices|spectrum)\./;
const SHARED = /node_modules.d3|src.(grammar|lib)|formulae/;

const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative: the lab works under any path of any host.
  base: './',
  plugins: [exhibits(), frame(), rankFigure(), formulae(), preload(), squeezer()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // A file that is inlined has no name to be cached by, and a data: address would need a wider policy.
    assetsInlineLimit: 0,
    // What a page needs is named in its head, by the plugin above.
    modulePreload: false,
    // There is one sheet of styles, which that head names, too.
    cssCodeSplit: false,
    rollupOptions: {
      // d3's searches are made as it is loaded, whether or not they are used.
      treeshake: { propertyReadSideEffects: false, manualPureFunctions: ['bisector'] },
      input: [page('index.html'), ...BUILT.map(({ key }) => page(`${key}/index.html`))],
      output: {
        // Few files: over HTTP/1.1 a browser asks for six at a time.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'tools', test: /node_modules.(lit|@lit)|grammar.(element|tools)/ },
            { name: 'opened', test: OPENED },
            { name: 'exhibit', test: (id) => SHARED.test(id) && !FIRST.test(id) && !OF_SOME.test(id) },
          ],
        },
      },
    },
  },
  // The digits lie in the kernel's crate.
  server: { fs: { allow: ['..'] } },
});
