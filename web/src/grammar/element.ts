import { LitElement } from 'lit';

/** A part of an exhibit. Parts render into the page itself: one style sheet, labels and headings that reach across. */
export class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}
