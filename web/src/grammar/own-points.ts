import { html, nothing } from 'lit';
import './csv.ts';
import './paint.ts';
import type { Read } from '../lib/csv.ts';
import { counted } from '../lib/format.ts';
import { MOST, OWN_SPAN, type Own } from '../lib/own.ts';
import { pointsOf } from '../lib/rows.ts';
import type { Span } from '../lib/view.ts';
import { Part } from './element.ts';
import type { Painted } from './paint.ts';

const LIMITS = { inputs: { exactly: 2 }, rows: MOST.rows, classes: 2 } as const;

/** Where a reader paints points, or brings them. Emits `lab-own` with them. */
export class OwnPointsForm extends Part {
  static override properties = {
    now: { attribute: false },
    painted: { state: true },
    standard: { state: true },
    said: { state: true },
  };
  /** The data in use. */
  declare now: Own | undefined;
  declare painted: Painted;
  declare standard: boolean;
  declare said: string;
  #begun = false;

  constructor() {
    super();
    this.painted = { inputs: [], labels: [] };
    this.standard = false;
    this.said = '';
  }

  /** Begins with what is used now. */
  protected override willUpdate(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (!this.now) return;
    this.painted = { inputs: [...this.now.inputs], labels: [...this.now.labels] };
    this.standard = this.now.standard;
  }

  /** The maps' square, or a larger one that holds all points as they were read. */
  get #span(): Span {
    const { inputs } = this.painted;
    const [, most] = OWN_SPAN;
    if (inputs.every((v) => Math.abs(v) <= most)) return OWN_SPAN;
    const places = pointsOf(inputs);
    const ends = (of: number[]) => [Math.min(...of), Math.max(...of)] as const;
    const both = [ends(places.map(({ x }) => x)), ends(places.map(({ y }) => y))] as const;
    const half = 0.55 * Math.max(...both.map(([low, high]) => high - low)) || 1;
    const [x, y] = both.map(([low, high]) => (low + high) / 2) as [number, number];
    return [x - half, x + half, y - half, y + half];
  }

  #read({ detail }: CustomEvent<Exclude<Read, { why: string }>>): void {
    const { table, labels } = detail;
    this.painted = { inputs: [...table.inputs], labels: [...table.labels] };
    const [, most] = OWN_SPAN;
    this.standard = !table.inputs.every((v) => Math.abs(v) <= most);
    this.said = `${table.labels.length} rows were read: “${labels[0]}” is a circle, “${labels[1]}” a square.`;
  }

  #use(): void {
    const { inputs, labels } = this.painted;
    const own: Own = {
      width: 2,
      inputs: Float32Array.from(inputs),
      labels: Uint8Array.from(labels),
      standard: this.standard,
    };
    this.emit('lab-own', own);
  }

  /** Points that no map would show. */
  get #outside(): number {
    if (this.standard) return 0;
    const [, most] = OWN_SPAN;
    return pointsOf(this.painted.inputs).filter(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)) > most)
      .length;
  }

  protected override render() {
    const { labels } = this.painted;
    const squares = labels.reduce((sum, label) => sum + label, 0);
    const circles = labels.length - squares;
    const outside = this.#outside;
    return html`<div class="own">
        <lab-paint
          .painted=${this.painted}
          .span=${this.#span}
          @lab-painted=${(event: CustomEvent<Painted>) => {
            this.painted = event.detail;
            this.said = '';
          }}
        ></lab-paint>
        <lab-csv
          .limits=${LIMITS}
          label="Or paste a CSV, or drop a file here"
          note="Columns x, y, label; at most ${MOST.rows} rows. With ; or tab between them, commas may be decimal."
          @lab-table=${this.#read}
        ></lab-csv>
      </div>
      <label class="check">
        <input
          type="checkbox"
          .checked=${this.standard}
          @change=${(event: Event) => {
            this.standard = (event.target as HTMLInputElement).checked;
          }}
        />
        Standardise x and y: mean 0, variance 1
      </label>
      <p class="note" role="status" data-test="own-count">
        ${this.said} ${counted(circles, 'circle')}, ${counted(squares, 'square')}.${circles > 0 && squares > 0 ? nothing : ' There must be some of each.'}
        ${outside > 0 ? `${counted(outside, 'lies', 'lie')} outside the maps, which reach from −3 to 3.` : nothing}
      </p>
      <div class="row">
        <button
          type="button"
          class="primary"
          data-do="use"
          ?disabled=${circles === 0 || squares === 0}
          @click=${this.#use}
        >
          Use these points
        </button>
      </div>`;
  }
}

customElements.define('lab-own-points', OwnPointsForm);
