import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { formulae } from './build/formulae.ts';
import { frame } from './build/frame.ts';

const exhibits = JSON.parse(readFileSync(new URL('src/exhibits.json', import.meta.url), 'utf8')) as {
  key: string;
  built: boolean;
}[];
const page = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative: the lab works under any path of any host.
  base: './',
  plugins: [frame(), formulae()],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // A file that is inlined has no name to be cached by, and a data: address would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [
        page('index.html'),
        ...exhibits.filter((exhibit) => exhibit.built).map(({ key }) => page(`${key}/index.html`)),
      ],
    },
  },
  // The digits lie in the kernel's crate.
  server: { fs: { allow: ['..'] } },
});
