import { html, nothing } from 'lit';
import {
  clamp,
  fromPosition,
  type NumberField,
  printNumber,
  sliderRange,
  toPosition,
} from '../lib/schema.ts';
import { Part } from './element.ts';

/** A native range with a number box beside it; both show one value of the schema. Emits `lab-set`. */
export class Slider extends Part {
  static override properties = {
    field: { attribute: false },
    value: { type: Number },
    restarts: { type: Boolean },
  };
  declare field: NumberField;
  declare value: number;
  /** Whether a change restarts the run; the label says so. */
  declare restarts: boolean;

  #set(value: number): void {
    if (value !== this.value) this.emit('lab-set', { key: this.field.key, value });
  }

  #typed(event: Event): void {
    const box = event.target as HTMLInputElement;
    const { value, note } = clamp(this.field, box.value);
    box.value = printNumber(this.field, value as number);
    if (note) this.emit('lab-note', note);
    this.#set(value as number);
  }

  protected override render() {
    const { field, value } = this;
    const range = sliderRange(field);
    const text = printNumber(field, value);
    const id = `set-${field.key}`;
    return html`<div class="slider">
      <label for=${id}>
        ${field.name} <i>${field.symbol}</i>${field.unit ? ` (${field.unit})` : nothing}
        ${this.restarts ? html`<span class="note"> · restarts</span>` : nothing}
      </label>
      <input
        id=${id}
        type="range"
        min=${range.min}
        max=${range.max}
        step=${range.step}
        .value=${String(toPosition(field, value))}
        aria-valuetext=${field.unit ? `${text} ${field.unit}` : text}
        title=${field.help}
        @input=${(event: Event) => this.#set(fromPosition(field, Number((event.target as HTMLInputElement).value)))}
      />
      <input
        type="number"
        min=${printNumber(field, field.min)}
        max=${printNumber(field, field.max)}
        step="any"
        .value=${text}
        aria-label="${field.name}, typed"
        @change=${this.#typed}
      />
    </div>`;
  }
}

customElements.define('lab-slider', Slider);
