/** The frame of every page: policy, head, navigation, foot. Written once, inserted when the pages are built. */

import type { Plugin } from 'vite';
import { EXHIBITS, type Row } from './exhibits.ts';
import { claimsOf } from './ledger.ts';

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

/** The thread: a card for each exhibit, in the order of the story, numbered as its key is; some are still to come. */
function cards(): string {
  const card = ({ key, title, question, lead, built }: Row, k: number) => {
    const number = `<span class="ordinal">${k + 1}</span>`;
    const words = `<p>${question}</p><p class="lead-on">${lead}</p>`;
    if (!built)
      return `<li class="coming"><h2>${number} ${title}</h2><p class="soon">Coming</p>${words}</li>`;
    const pictures = `<div class="thumb card-${key}"><span class="strip"></span></div>`;
    return `<li>${pictures}<h2>${number} <a href="./${key}/">${title}</a></h2>${words}</li>`;
  };
  return `<ol class="cards">${EXHIBITS.map(card).join('')}</ol>`;
}

/** The first section says what is seen; what explains it comes after the guess (`grammar/exhibit.ts`). */
function explained(html: string): string {
  return html.replace(
    /(<article class="prose">[\s\S]*?<h2>[\s\S]*?)((?:<section[^>]*>\s*)?<h2>[\s\S]*?)(<\/article>)/,
    '$1<p class="note before" hidden>What happens, and why, is explained here once you have committed to a guess, or skipped.</p><div class="after">$2</div>$3',
  );
}

export function frame(): Plugin {
  return {
    name: 'losscape-frame',
    transformIndexHtml: {
      order: 'pre',
      handler(html, { path, server }) {
        const here = path.replace(/^\//, '').replace(/\/?index\.html$/, '');
        const root = here === '' ? './' : '../';
        // An exhibit's number is that of its key and its card, whether or not those before it are built.
        const links = EXHIBITS.map(({ key, title, built }, k) => {
          const current = key === here ? ' aria-current="page"' : '';
          const name = `<span class="ordinal">${k + 1}</span> <span class="name">${title}</span>`;
          return built
            ? `<li><a href="${root}${key}/" data-exhibit="${k + 1}"${current}>${name}</a></li>`
            : '';
        });
        // The development server injects scripts and styles of its own.
        const policy = server ? '' : `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
        return explained(html)
          .replace(
            '<!--head-->',
            `<meta charset="utf-8">${policy}
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="referrer" content="no-referrer">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="${root}src/style.css">
    <script type="module" async src="${root}src/start.ts"></script>`,
          )
          .replace('<!--cards-->', cards)
          .replace(/<!--ledger(.*?)-->/, (_, waiting: string) => claimsOf(here, waiting))
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
