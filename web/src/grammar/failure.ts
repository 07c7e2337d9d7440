import { html, nothing } from 'lit';
import { advice, type Failure, title } from '../lib/failure.ts';
import { count, hexGroups } from '../lib/format.ts';
import type { Replay } from './run.ts';

const AGAIN: Record<Failure['kind'], string> = {
  download: 'Try again',
  compile: 'Try again',
  panic: 'Replay in a new kernel',
  silent: 'Replay in a new kernel',
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

/** The result of a replay. */
export function replayMessage({ state, target, digest }: Replay) {
  const words = {
    running: `Replaying to step ${count(target)} …`,
    same: `✓ Same bits: this device reached the fingerprint of the link at step ${count(target)}.`,
    different: `▲ Different bits: the link says ${hexGroups(digest)}. Another version of the kernel made it, or the link was edited.`,
    unknown: `Replayed to step ${count(target)}; the link holds no fingerprint to compare with.`,
  };
  return html`<div class="message calm" data-test="replay" data-state=${state}><p>${words[state]}</p></div>`;
}

/** Values that were clamped or not understood, until dismissed. */
export function notesMessage(notes: readonly string[], dismiss: () => void) {
  if (notes.length === 0) return nothing;
  return html`<div class="message calm" role="status" data-test="notes">
    ${notes.map((note) => html`<p>${note}</p>`)}
    <button type="button" @click=${dismiss}>Understood</button>
  </div>`;
}
