import { html, type TemplateResult } from 'lit';

/** A native dialog: the browser keeps the focus inside and Escape closes it. */
export function dialog(id: string, title: string, body: TemplateResult): TemplateResult {
  const close = (event: Event) => (event.target as Element).closest('dialog')!.close();
  return html`<dialog id=${id} aria-labelledby="${id}-title">
    <button type="button" class="close" @click=${close}>Close</button>
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </dialog>`;
}

export function open(root: ParentNode, id: string, closed: () => void): void {
  const element = root.querySelector<HTMLDialogElement>(`#${id}`);
  if (!element || element.open) return;
  const ended = () => {
    // The event may arrive late, when the element is already open as another dialog.
    if (element.open) return;
    element.removeEventListener('close', ended);
    closed();
  };
  element.addEventListener('close', ended);
  element.showModal();
}
