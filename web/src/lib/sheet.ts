/** Drawings of the page on one sheet of paper, with what made them: what pictures to take home are. */

import { styledCopy } from './svg.ts';

export interface About {
  root: ParentNode;
  title: string;
  settings: string;
  /** In groups, as the page shows it. */
  fingerprint: string;
  /** This run's answer to the question of its page. */
  answer?: string | undefined;
}

export interface Item {
  width: number;
  height: number;
  label?: string;
  content: string;
}

const MARGIN = 20;
const TITLE = 30;
const LINE = 22;
const LABEL = 24;
const GAP = 16;
/** A letter is about this wide. */
const LETTER = 7.2;

export function paletteColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function words(x: number, y: number, text: string, rest = ''): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" font-family="system-ui, sans-serif" font-size="14" fill="${paletteColour('--ink')}" ${rest}>${escaped}</text>`;
}

/** A drawing of the page with the styles it has there written into it. */
export function drawn(drawing: SVGSVGElement, label?: string): Item {
  const copy = styledCopy(drawing);
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return { width, height, content: new XMLSerializer().serializeToString(copy), ...(label && { label }) };
}

export function painted(canvas: HTMLCanvasElement, width: number, height: number): Item {
  const content = `<image width="${width}" height="${height}" href="${canvas.toDataURL('image/png')}"/>`;
  return { width, height, content };
}

/** A field with its level lines and what is drawn above them. */
export function fieldItem(field: Element): Item {
  const above = [...field.querySelectorAll<SVGSVGElement>('svg')].map((svg) => drawn(svg));
  const { width, height } = above[0]!;
  const canvas = field.querySelector('canvas')!;
  const picture = painted(canvas, width, height).content;
  // Zoomed, the picture reaches beyond the map; what lies outside of the inner drawing is cut off.
  const zoomed = `<g transform="${canvas.style.transform || 'scale(1)'}">${picture}</g>`;
  const content = `<svg width="${width}" height="${height}">${zoomed}${above.map((layer) => layer.content).join('')}</svg>`;
  return { width, height, content };
}

/** The colours of a map with their numbers, as the page shows them beside it; nothing if it shows none. */
export function rampItems(root: ParentNode): Item[] {
  const key = root.querySelector('.map-key');
  if (!key) return [];
  const colours = [...key.querySelectorAll('rect')].map((rect) => rect.outerHTML).join('');
  const width = 260;
  const anchors = ['start', 'middle', 'end'];
  const ends = [...key.querySelectorAll('.ends span')].map((end, k) =>
    words((k * width) / 2, 30, end.textContent!, `text-anchor="${anchors[k]}"`),
  );
  const bar = `<svg width="${width}" height="12" viewBox="0 0 64 4" preserveAspectRatio="none">${colours}</svg>`;
  return [{ width, height: 36, content: `${bar}${ends.join('')}` }];
}

/** Breaks words into lines of at most this many letters. */
function wrapped(text: string, letters: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length <= letters) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Items below each other. */
export function sheet({ title, settings, fingerprint, answer = '' }: About, items: readonly Item[]): string {
  const width = Math.max(420, ...items.map((item) => item.width)) + 2 * MARGIN;
  const lines = [settings, answer]
    .filter((text) => text !== '')
    .flatMap((text) => wrapped(text, (width - 2 * MARGIN) / LETTER));
  let y = TITLE + LINE * (lines.length + 1);
  const placed = items.map(({ height, label, content }) => {
    const top = label ? y + LABEL : y;
    const name = label ? words(MARGIN, top - 8, label, 'font-weight="600"') : '';
    y = top + height + GAP;
    return `${name}<g transform="translate(${MARGIN} ${top})">${content}</g>`;
  });
  const height = y + MARGIN;
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>
<title>${title}</title><desc>${settings}, fingerprint ${fingerprint}</desc>
<rect width="100%" height="100%" fill="${paletteColour('--paper')}"/>
${words(MARGIN, TITLE, title, 'font-weight="600"')}
${lines.map((line, k) => words(MARGIN, TITLE + LINE * (k + 1), line)).join('\n')}
${placed.join('\n')}
${words(MARGIN, height - 14, `fingerprint ${fingerprint}`)}
</svg>
`;
}
