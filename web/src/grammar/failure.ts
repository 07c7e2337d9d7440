import { html, nothing } from 'lit';
import { advice, type Failure, title } from '../lib/failure.ts';

const AGAIN: Record<Failure['kind'], string> = {
  download: 'Try again',
  compile: 'Try again',
  panic: 'Replay in a new kernel',
  'not-finite': 'Replay with half the learning rate',
  refused: 'Back to the last state',
};

/** Says what failed, what to do, and offers to do it. */
export function failureMessage(failure: Failure, recover: () => void) {
  return html`<div class="message" role="alert" data-failure=${failure.kind}>
    <h2><span class="mark" aria-hidden="true">▲</span> ${title(failure)}</h2>
    <p>${advice(failure)}</p>
    ${'detail' in failure ? html`<p><code>${failure.detail}</code></p>` : nothing}
    <button type="button" data-do="recover" @click=${recover}>${AGAIN[failure.kind]}</button>
  </div>`;
}

/** What was clamped or not understood, until it is dismissed. */
export function notesMessage(notes: readonly string[], dismiss: () => void) {
  if (notes.length === 0) return nothing;
  return html`<div class="message calm" role="status" data-test="notes">
    ${notes.map((note) => html`<p>${note}</p>`)}
    <button type="button" @click=${dismiss}>Understood</button>
  </div>`;
}
