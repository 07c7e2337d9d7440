import { formulae } from 'virtual:formulae';
import { html, nothing } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { hexGroups } from '../lib/format.ts';
import { Part } from './element.ts';
import { defined, wordsIn } from './words.ts';

export interface NumberShown {
  symbol: string;
  name: string;
  value: string;
  /** Said in place of the value while it is hidden. */
  hidden?: boolean;
  unit?: string;
  definition: string;
  /** A key of `formulae.json`. */
  formula?: string;
  pinned?: string;
  /** Belongs to the view, not to the run, and is not pinned with it. */
  viewed?: true;
  long?: boolean;
  test: string;
}

/** The digest of a run: what its bits are of, and which settings decide them. */
export const fingerprint = (
  digest: string | undefined,
  of: string,
  settings = 'settings, seed and step',
): NumberShown => ({
  symbol: '',
  name: 'fingerprint',
  value: digest === undefined ? '–' : hexGroups(digest),
  long: true,
  definition: `A 64-bit digest of the bits of ${of}. Equal ${settings} give an equal fingerprint on every machine.`,
  test: 'digest',
});

/** Read-outs: symbol, name, value, unit; definition and formula on demand. */
export class Numbers extends Part {
  static override properties = { items: { attribute: false }, label: {}, known: { attribute: false } };
  declare items: NumberShown[];
  declare label: string;
  /** Words that are defined elsewhere on the page. */
  declare known: readonly string[] | undefined;
  /** Items whose definition is open. Formulae have many elements, so they are created when shown. */
  #open = new Set<string>();

  #toggled(item: NumberShown, details: HTMLDetailsElement): void {
    if (details.open) this.#open.add(item.test);
    else this.#open.delete(item.test);
    this.requestUpdate();
  }

  protected override render() {
    // The first unit that is a word to be defined.
    const first =
      this.known &&
      this.items.find(
        ({ unit, value, hidden }) => wordsIn(unit ?? '').length > 0 && value !== '–' && !hidden,
      );
    return html`<h2 class="panel-title">${this.label}</h2>
      <dl>
        ${this.items.map(
          (item) => html`<div class="number">
            <dt>
              <details @toggle=${(event: Event) => this.#toggled(item, event.target as HTMLDetailsElement)}>
                <summary>${item.name} <span class="symbol">${item.symbol}</span></summary>
                <p>${item.definition}</p>
                ${item.formula && this.#open.has(item.test) ? unsafeHTML(formulae[item.formula]) : nothing}
              </details>
            </dt>
            <dd>
              <div class="value ${item.hidden ? 'hidden-value' : item.long ? 'long' : ''}" data-test=${item.test}>
                ${item.hidden ? 'hidden until you guess' : html`${item.value}${item.unit && item.value !== '–' ? html` ${item === first ? defined(item.unit, this.known) : item.unit}` : nothing}`}
              </div>
              ${item.pinned ? html`<div class="pinned">pinned: ${item.pinned}</div>` : nothing}
            </dd>
          </div>`,
        )}
      </dl>`;
  }
}

customElements.define('lab-numbers', Numbers);
