/** Export and import of an exhibit. */

import { html, nothing, type TemplateResult } from 'lit';
import { saveBlob } from '../lib/save.ts';
import { dialog } from './dialog.ts';

export interface HomeFile {
  /** The word that names it. */
  what: string;
  label: string;
  /** The file's name; its extension says what is in it. */
  name: string;
  make: () => Blob | string | Promise<Blob | string>;
}

const TYPES: Record<string, string> = {
  svg: 'image/svg+xml',
  csv: 'text/csv',
  json: 'application/json',
};

/** Larger than any file of any exhibit. */
const MOST_BYTES = 1_000_000;

export async function saveFile({ name, make }: HomeFile): Promise<void> {
  const made = await make();
  const type = TYPES[name.split('.').at(-1)!] ?? 'application/octet-stream';
  saveBlob(name, made instanceof Blob ? made : new Blob([made], { type }));
}

/** The full state, which any build of the kernel can replay. */
export function stateFile(exhibit: string, state: () => object): HomeFile {
  return {
    what: 'json',
    label: 'State of the run (JSON)',
    name: `losscape-${exhibit}.json`,
    make: () => `${JSON.stringify({ exhibit, ...state() }, null, 2)}\n`,
  };
}

/** The link of a saved state; with data that no link holds, its step. */
export interface SavedState {
  link: string;
  own?: unknown;
  step?: unknown;
  digest?: unknown;
}

/** A saved state, or the reason why it cannot be read. */
export async function linkIn(file: File, exhibit: string): Promise<SavedState | { why: string }> {
  if (file.size > MOST_BYTES) return { why: `${file.name} is larger than any file of this exhibit.` };
  try {
    const state = JSON.parse(await file.text()) as { exhibit?: unknown; link?: unknown } | null;
    if (state?.exhibit === exhibit && typeof state.link === 'string' && state.link.startsWith('#'))
      return state as SavedState;
    return { why: `${file.name} is not a state of this exhibit.` };
  } catch {
    return { why: `${file.name} is not JSON.` };
  }
}

/** Files that can be opened. */
export interface Bring {
  label: string;
  accept: string;
  note: string;
}

export function homeDialog(
  files: readonly HomeFile[],
  { label, accept, note }: Bring,
  save: (file: HomeFile) => void,
  load: (file: File) => void,
): TemplateResult {
  return dialog(
    'export',
    'Take home, bring back',
    html`<div class="row">
        ${files.map(
          (file) =>
            html`<button type="button" data-export=${file.what} @click=${() => save(file)}>${file.label}</button>`,
        )}
      </div>
      ${note ? html`<p class="note">${note}</p>` : nothing}
      <p>
        <label for="bring">${label}</label><br />
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
