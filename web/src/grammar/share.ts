import { html, nothing } from 'lit';
import { dialog } from './dialog.ts';

interface Shared {
  link: (guess: boolean) => string;
  /** Whether there is a guess that a link could include. */
  guess: boolean;
  /** Whether a link cannot reproduce the state. */
  unlinkable: boolean;
  cite: string;
}

/** The link to this very moment: opening it replays the run and compares the fingerprint. */
export function shareDialog(shared: Shared) {
  const box = (event: Event) => (event.target as Element).closest('dialog')!.querySelector('textarea')!;
  return dialog(
    'share',
    'Share this moment',
    html`${
      shared.unlinkable
        ? html`<p>A link cannot reproduce this run, because it began with a file, uses more data than a link holds, or was changed too often. Export
            the state instead; the link below starts a new run with the same settings.</p>`
        : html`<p>The link opens these settings, replays the run to this step, and shows whether the bits match.</p>`
    }
      <label for="share-link">Link</label>
      <textarea id="share-link" class="mono" readonly rows="3" .value=${shared.link(false)}></textarea>
      ${
        shared.guess
          ? html`<label class="check">
              <input
                type="checkbox"
                @change=${(event: Event) => {
                  box(event).value = shared.link((event.target as HTMLInputElement).checked);
                }}
              />
              Put my guess into the link
            </label>`
          : nothing
      }
      <div class="row">
        <button
          type="button"
          class="primary"
          @click=${async (event: Event) => {
            const button = event.target as HTMLButtonElement;
            const area = box(event);
            area.select();
            try {
              await navigator.clipboard.writeText(area.value);
              button.textContent = 'Copied';
            } catch {
              button.textContent = 'Selected: copy it';
            }
          }}
        >
          Copy
        </button>
      </div>
      <p class="note">To cite this view: <span class="mono" data-test="cite">${shared.cite}</span></p>`,
  );
}
