import { html, nothing } from 'lit';
import { type Limits, type Read, readTable } from '../lib/csv.ts';
import { Part } from './element.ts';

/** Larger than any table that is taken. */
const MOST_BYTES = 1_000_000;

/** Where a table of comma-separated values is pasted, dropped or opened. Emits `lab-table` once one has been read. */
export class Csv extends Part {
  static override properties = { limits: { attribute: false }, label: {}, note: {}, why: { state: true } };
  declare limits: Limits;
  declare label: string;
  declare note: string;
  /** Why the last one could not be read. */
  declare why: string;

  constructor() {
    super();
    this.why = '';
  }

  #read(text: string): void {
    const read: Read = readTable(text, this.limits);
    this.why = 'why' in read ? read.why : '';
    if (!('why' in read)) this.emit('lab-table', read);
  }

  async #open(file: File | undefined): Promise<void> {
    if (!file) return;
    if (file.size > MOST_BYTES) this.why = `${file.name} is larger than a megabyte.`;
    else {
      const text = await file.text();
      this.querySelector('textarea')!.value = text;
      this.#read(text);
    }
  }

  #drop(event: DragEvent): void {
    const { files } = event.dataTransfer!;
    if (files.length === 0) return;
    event.preventDefault();
    void this.#open(files[0]);
  }

  protected override render() {
    return html`<div
        class="csv"
        @dragover=${(event: DragEvent) => event.preventDefault()}
        @drop=${this.#drop}
      >
        <label for="csv-text">${this.label}</label>
        <textarea id="csv-text" class="mono" rows="6" spellcheck="false" placeholder="x,y,label"></textarea>
        <div class="row">
          <button type="button" data-do="read" @click=${() => this.#read(this.querySelector('textarea')!.value)}>
            Read
          </button>
          <label class="visually-hidden" for="csv-file">Open a CSV file</label>
          <input
            id="csv-file"
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            @change=${(event: Event) => {
              const input = event.target as HTMLInputElement;
              void this.#open(input.files?.[0]);
              input.value = '';
            }}
          />
        </div>
        <p class="note">${this.note}</p>
        <div role="alert">${this.why ? html`<p class="why" data-test="csv-why">${this.why}</p>` : nothing}</div>
      </div>`;
  }
}

customElements.define('lab-csv', Csv);
