/** What every page has around its exhibit: policy, head, navigation, foot. Written once, put in when the pages are built. */

import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

interface Exhibit {
  key: string;
  title: string;
  built: boolean;
  question: string;
}

const EXHIBITS = JSON.parse(
  readFileSync(new URL('../src/exhibits.json', import.meta.url), 'utf8'),
) as Exhibit[];

/**
 * Everything comes from this origin and nothing is evaluated; WebAssembly needs its own word. Downloads are made from
 * blobs, the pictures from canvases.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const LOGO =
  '<svg viewBox="0 0 28 20" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round">' +
  '<path d="M1 3c4 0 4 13 8 13s4-8 7-8 3 10 6 10 3-6 5-6"/></svg>';

/** A card for each exhibit, in the order of the story; what is not built is listed, and says so. */
function cards(): string {
  const card = ({ key, title, question }: Exhibit) =>
    `<li><div class="thumb"><img src="./${key}/still.webp" width="800" height="424" alt="" loading="lazy"><span class="strip strip-${key}"></span></div>
        <h2><a href="./${key}/">${title}</a></h2><p>${question}</p></li>`;
  const built = EXHIBITS.filter((exhibit) => exhibit.built).map(card);
  const planned = EXHIBITS.filter((exhibit) => !exhibit.built).map(
    ({ title, question }) => `<li><strong>${title}.</strong> ${question}</li>`,
  );
  return `<ol class="cards">${built.join('')}</ol>
      <h2>Not built yet</h2>
      <ul class="planned">${planned.join('')}</ul>`;
}

export function frame(): Plugin {
  return {
    name: 'losscape-frame',
    transformIndexHtml: {
      order: 'pre',
      handler(html, { path, server }) {
        const here = path.replace(/^\//, '').replace(/\/?index\.html$/, '');
        const root = here === '' ? './' : '../';
        // The keys 1 to 8 go by the order of all, built or not.
        const links = EXHIBITS.map(({ key, title, built }, k) => {
          const current = key === here ? ' aria-current="page"' : '';
          return built
            ? `<li><a href="${root}${key}/" data-exhibit="${k + 1}"${current}>${title}</a></li>`
            : '';
        });
        // The development server injects scripts and styles of its own.
        const policy = server ? '' : `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
        return html
          .replace(
            '<!--head-->',
            `<meta charset="utf-8">${policy}
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">`,
          )
          .replace('<!--cards-->', cards)
          .replace(
            '<!--top-->',
            `<a class="skip" href="#main">Skip to the exhibit</a>
    <header class="top">
      <a class="brand" href="${root}">${LOGO} losscape</a>
      <nav aria-label="Exhibits"><ol>${links.join('')}</ol></nav>
      <lab-tools${here === '' ? '' : ' help'}></lab-tools>
    </header>`,
          )
          .replace(
            '<!--foot-->',
            `<footer>
      <p>losscape is open source (MIT or Apache-2.0). Everything on this page is computed on your device; nothing is sent anywhere.
      Digits: E. Alpaydin and C. Kaynak, <i>Optical Recognition of Handwritten Digits</i>, UCI Machine Learning Repository, CC BY 4.0.</p>
    </footer>`,
          );
      },
    },
  };
}
