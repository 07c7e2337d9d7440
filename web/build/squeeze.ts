/**
 * The templates are indented for whoever reads their source; browsers fold that white space, but every visitor would load it.
 * Here it is folded when the page is built: a run of white space with a line break in it becomes one space, or nothing beside
 * a tag where no text can tell. A value that is one word loses its quotation marks. All else, and what <pre> and <textarea> hold,
 * stays as it was written.
 */

import { type Plugin, parseSync } from 'vite';

/** Elements on lines of their own: space at their edges, within or without, is never drawn. */
const BLOCK = new Set(
  (
    'address article aside blockquote br dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'li main nav ol option p section select summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);
/** Elements of a drawing that hold text; between all others space is never drawn. */
const TEXT = new Set(['text', 'tspan', 'title', 'desc']);
/** Elements that draw space as it is written. */
const AS_WRITTEN = new Set(['pre', 'textarea', 'script', 'style']);
/** Elements without an end. */
const VOID = new Set(['area', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr']);

/** A comment, the begin of a tag, white space, or text. */
const TOKEN = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][\w-]*)|\s+|(?:[^<\s]|<(?![a-zA-Z/!]))+|</g;
/** Within a tag: its end, white space, names and values, or a quotation mark. */
const INSIDE = /(\/?)>|\s+|(?:[^\s>"'/]|\/(?!>))+|["']/g;

/** A value that HTML reads without its quotation marks, and what follows it. */
const WORD = /"([\w.#-]+)"(?=[\s>])/y;

interface Tag {
  name: string;
  closing: boolean;
}

/** Folds the static strings of one template, which are read in sequence as the parser of HTML reads them. */
export function squeezeStrings(strings: readonly string[], drawing: boolean): string[] {
  const open: string[] = [];
  let tag: Tag | undefined;
  let quote = '';
  const within = (names: ReadonlySet<string>) => open.some((name) => names.has(name));
  const drawn = () => (drawing || open.includes('svg')) && !open.includes('foreignObject');
  /** Whether space beside this tag is drawn by nothing. */
  const bare = ({ name }: Tag) => (drawn() ? !TEXT.has(name) && !within(TEXT) : BLOCK.has(name));

  return strings.map((string) => {
    let out = '';
    let at = 0;
    /** The tag that the output ends with, and white space that waits for what follows. */
    let before: Tag | undefined;
    let space = '';
    const flush = (after?: Tag) => {
      if (space.includes('\n') && !within(AS_WRITTEN))
        space = (before && bare(before)) || (after && bare(after)) ? '' : ' ';
      out += space;
      space = '';
      before = undefined;
    };
    while (at < string.length) {
      if (quote) {
        const end = string.indexOf(quote, at);
        const to = end < 0 ? string.length : end + 1;
        out += string.slice(at, to);
        at = to;
        if (end >= 0) quote = '';
        continue;
      }
      const pattern = tag ? INSIDE : TOKEN;
      pattern.lastIndex = at;
      const found = pattern.exec(string)!;
      const [token] = found;
      at = pattern.lastIndex;
      if (tag) {
        WORD.lastIndex = found.index;
        const [, word] = WORD.exec(string) ?? [];
        if (word !== undefined) {
          out += word;
          at = WORD.lastIndex;
          continue;
        }
        if (token === '"' || token === "'") quote = token;
        if (found[1] !== undefined) {
          if (tag.closing) open.length = Math.max(0, open.lastIndexOf(tag.name));
          else if (found[1] === '' && !VOID.has(tag.name)) open.push(tag.name);
          before = tag;
          tag = undefined;
        }
        const folds = token.trim() === '' && token.includes('\n');
        if (!folds) out += token;
        else if (string[at] !== '>') out += ' ';
      } else if (token.trim() === '') space += token;
      else if (found[2]) {
        tag = { name: found[2], closing: found[1] === '/' };
        flush(tag);
        out += token;
      } else {
        flush();
        out += token;
      }
    }
    flush();
    return out;
  });
}

/** A place in the source. */
interface Span {
  start: number;
  end: number;
}

/** Every lit template below a node of the program. */
function templates(node: unknown, found: [boolean, Span[]][]): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, tag, quasi } = node as { type?: string; tag?: { name?: string }; quasi?: { quasis: Span[] } };
  if (type === 'TaggedTemplateExpression' && quasi && (tag?.name === 'html' || tag?.name === 'svg'))
    found.push([tag.name === 'svg', quasi.quasis]);
  for (const child of Object.values(node)) templates(child, found);
}

/** The module with its templates folded. */
export function squeeze(file: string, code: string): string {
  const found: [boolean, Span[]][] = [];
  templates(parseSync(file, code).program, found);
  const changes = found.flatMap(([drawing, quasis]) => {
    const strings = quasis.map(({ start, end }) => code.slice(start, end));
    return squeezeStrings(strings, drawing).map((text, k) => ({ ...quasis[k]!, text }));
  });
  let out = '';
  let at = 0;
  for (const { start, end, text } of changes.sort((a, b) => a.start - b.start)) {
    out += code.slice(at, start) + text;
    at = end;
  }
  return out + code.slice(at);
}

export function squeezer(): Plugin {
  return {
    name: 'losscape-squeeze',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.ts$/ },
      handler: (code, id) =>
        /\b(html|svg)`/.test(code) ? { code: squeeze(id, code), map: null } : undefined,
    },
  };
}
