import { html, type TemplateResult } from 'lit';

/** What a figure shows, for those who cannot see it: a row begins with what it is about. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): TemplateResult {
  return html`<div class="visually-hidden">
    <table>
      <caption>${caption}</caption>
      <thead>
        <tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          ([about, ...values]) =>
            html`<tr><th scope="row">${about}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
