import { html } from 'lit';
import { KEYS, keysOn, setKeys } from '../lib/keys.ts';
import { printNumber, type Schema } from '../lib/schema.ts';
import { dialog } from './dialog.ts';

/** Keys and link parameters, both printed from what the page itself reads. */
export function helpDialog(schema: Schema) {
  return dialog(
    'help',
    'Help',
    html`<h3>Keys</h3>
      <div class="scroll">
        <table>
          <tbody>
            ${KEYS.map((k) => html`<tr><th scope="row"><kbd>${k.label}</kbd></th><td>${k.means}</td></tr>`)}
            <tr><th scope="row"><kbd>1</kbd> to <kbd>8</kbd></th><td>go to an exhibit</td></tr>
            <tr><th scope="row"><kbd>←</kbd> <kbd>→</kbd></th><td>on a curve: move the cursor; <kbd>Shift</kbd> moves it ten samples, <kbd>Home</kbd> and <kbd>End</kbd> to the ends</td></tr>
            <tr><th scope="row"><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd></th><td>on a map or one of its handles: zoom in, zoom out, show all; <kbd>Ctrl</kbd> and the wheel, or two fingers, zoom around the place under them</td></tr>
            <tr><th scope="row"><kbd>Esc</kbd></th><td>release the figure</td></tr>
          </tbody>
        </table>
      </div>
      <label class="check">
        <input
          type="checkbox"
          .checked=${keysOn()}
          @change=${(event: Event) => setKeys((event.target as HTMLInputElement).checked)}
        />
        Single-letter keys
      </label>
      <h3>The link</h3>
      <p class="note">Everything after <code>#</code>: more than the sliders offer.</p>
      <div class="scroll">
        <table>
          <thead>
            <tr><th scope="col">key</th><th scope="col">meaning</th><th scope="col">values</th></tr>
          </thead>
          <tbody>
            ${schema.map(
              (field) => html`<tr>
                <th scope="row"><code>${field.key}</code></th>
                <td>${field.help}</td>
                <td>
                  ${
                    field.kind === 'number'
                      ? `${printNumber(field, field.min)} to ${printNumber(field, field.max)}; ${printNumber(field, field.default)} if left out`
                      : field.kind === 'choice'
                        ? field.options.map((o) => o.value || 'nothing').join(', ')
                        : field.kind === 'flag'
                          ? '1'
                          : 'text'
                  }
                </td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`,
  );
}
