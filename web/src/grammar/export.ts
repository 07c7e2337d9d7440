/** What the reader can take home from an exhibit, and bring back. */

import { html, type TemplateResult } from 'lit';
import { dialog } from './dialog.ts';

interface Exchange {
  /** What can be saved, by the word that names it to `save`, with its label. */
  files: readonly (readonly [string, string])[];
  note?: string;
  /** What can be opened. */
  bring: string;
  accept: string;
  save(what: string): void;
  load(file: File): void;
}

export function exportDialog({ files, note, bring, accept, save, load }: Exchange): TemplateResult {
  return dialog(
    'export',
    'Take home, bring back',
    html`<div class="row">
        ${files.map(
          ([what, label]) =>
            html`<button type="button" data-export=${what} @click=${() => save(what)}>${label}</button>`,
        )}
      </div>
      ${note ? html`<p class="note">${note}</p>` : ''}
      <p>
        <label for="bring">${bring}</label><br />
        <input
          id="bring"
          type="file"
          accept=${accept}
          @change=${(event: Event) => {
            const input = event.target as HTMLInputElement;
            if (input.files?.[0]) load(input.files[0]);
            input.value = '';
          }}
        />
      </p>`,
  );
}
