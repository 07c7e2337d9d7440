import { LitElement, type PropertyDeclarations } from 'lit';

/** A part of an exhibit. Parts render into the page itself: one style sheet, labels and headings that reach across. */
export class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected emit(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** A part that is drawn as wide as its place, and again when that changes. */
export class SizedPart extends Part {
  static override properties: PropertyDeclarations = { width: { state: true } };
  declare width: number;
  #resize = new ResizeObserver(([entry]) => {
    const width = Math.round(entry!.contentRect.width);
    if (width > 0) this.width = width;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }
}
