import { html, nothing } from 'lit';
import { applyTheme, storedTheme, type Theme } from '../lib/theme.ts';
import { Part } from './element.ts';

/** The switches in the page's head: theme and help. */
export class Tools extends Part {
  static override properties = { theme: { state: true }, help: { type: Boolean } };
  /** Whether the page has a help to open. */
  declare help: boolean;
  declare theme: Theme;
  #placed = false;

  constructor() {
    super();
    this.theme = storedTheme();
    applyTheme(this.theme);
  }

  /** On a phone these move to the foot, since the head has no room. */
  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#placed) return;
    this.#placed = true;
    const [head, foot] = ['.top', 'footer'].map((place) => document.querySelector(place));
    const narrow = matchMedia('(max-width: 719px)');
    const place = () => (narrow.matches ? foot : head)?.append(this);
    narrow.addEventListener('change', place);
    // The foot may not be there yet.
    if (foot) place();
    else addEventListener('DOMContentLoaded', place);
  }

  protected override render() {
    const choose = (event: Event) => {
      this.theme = (event.target as HTMLSelectElement).value as Theme;
      applyTheme(this.theme);
      document.dispatchEvent(new CustomEvent('lab-theme'));
    };
    return html`<label class="visually-hidden" for="theme">Theme</label>
      <select id="theme" @change=${choose}>
        <option value="system" ?selected=${this.theme === 'system'}>System</option>
        <option value="light" ?selected=${this.theme === 'light'}>Light</option>
        <option value="dark" ?selected=${this.theme === 'dark'}>Dark</option>
      </select>
      ${
        this.help
          ? html`<button type="button" @click=${() => document.dispatchEvent(new CustomEvent('lab-help'))}>Help</button>`
          : nothing
      }`;
  }
}

customElements.define('lab-tools', Tools);
