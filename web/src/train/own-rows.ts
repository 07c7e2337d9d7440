import { html, nothing } from 'lit';
import '../grammar/csv.ts';
import { Part } from '../grammar/element.ts';
import type { Read } from '../lib/csv.ts';
import { MOST, type Own, type Table } from '../lib/own.ts';

const LIMITS = { inputs: { most: MOST.inputs }, rows: MOST.rows, classes: MOST.classes } as const;

/** Where a reader brings rows of any width. Emits `lab-own` with them. */
export class OwnRowsForm extends Part {
  static override properties = {
    now: { attribute: false },
    table: { state: true },
    standard: { state: true },
    said: { state: true },
  };
  /** The data in use. */
  declare now: Own | undefined;
  declare table: Table | undefined;
  declare standard: boolean;
  declare said: string;

  constructor() {
    super();
    this.standard = true;
    this.said = '';
  }

  #read({ detail: { table, labels } }: CustomEvent<Exclude<Read, { why: string }>>): void {
    this.table = table;
    const names = labels.map((label, k) => `“${label}” is class ${k}`).join(', ');
    this.said = `${table.labels.length} rows of ${table.width} inputs were read: ${names}.`;
  }

  protected override render() {
    const { table, now, said } = this;
    const used = now ? `In use: ${now.labels.length} rows of ${now.width} inputs.` : nothing;
    return html`<lab-csv
        .limits=${LIMITS}
        label="Paste a CSV, or drop a file here"
        note="Up to ${MOST.inputs} columns of numbers and one of labels, which is called label, class or target, or comes last; at most ${MOST.rows} rows. With ; or tab between them, commas may be decimal. A fifth of each class is held out."
        @lab-table=${this.#read}
      ></lab-csv>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.standard}
          @change=${(event: Event) => {
            this.standard = (event.target as HTMLInputElement).checked;
          }}
        />
        Standardise: mean 0 and variance 1 of each column, by the rows that are trained on
      </label>
      <p class="note" role="status" data-test="own-count">${said || used}</p>
      <div class="row">
        <button
          type="button"
          class="primary"
          data-do="use"
          ?disabled=${!table}
          @click=${() => this.emit('lab-own', { ...table!, standard: this.standard } satisfies Own)}
        >
          Use these rows
        </button>
      </div>`;
  }
}

customElements.define('lab-own-rows', OwnRowsForm);
