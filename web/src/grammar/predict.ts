import { html, nothing } from 'lit';
import { significant, unbroken } from '../lib/format.ts';
import { Part } from './element.ts';
import { defined } from './words.ts';

export interface Question {
  /** What to guess. */
  text: string;
  /** Name of the guessed quantity. */
  quantity: string;
  min: number;
  max: number;
  step: number;
  unit: string;
  /** Decimals of the truth. */
  digits: number;
  /** Guessed on a ruler whose steps are factors; `step` is then not meant. */
  log?: true;
  /** Guessed by choosing one of these; guess and truth are places in the list. */
  choices?: readonly string[];
  /** One sentence once guess and truth are known. */
  verdict: (guess: number | undefined, truth: number) => string;
}

/** The fields of a question that is answered by choosing. */
export function choosing<const Choices extends readonly string[]>(choices: Choices) {
  return { min: 0, max: choices.length - 1, step: 1, unit: '', digits: 0, choices } as const;
}

/** The reader's guess; a guess made with other settings does not count for the present question. */
export type Guess =
  | { state: 'open' }
  | { state: 'skipped'; elsewhere?: true }
  | { state: 'made'; value: number };

/** Predict, then run: the truth stays hidden until the reader commits or skips. Emits `lab-guess`. */
export class Predict extends Part {
  static override properties = {
    question: { attribute: false },
    guess: { attribute: false },
    theirs: { attribute: false },
    truth: { attribute: false },
    at: { attribute: false },
    hides: {},
    more: { type: Boolean },
  };
  declare question: Question;
  declare guess: Guess;
  /** The guess of the link's maker; below 0 if there is none. */
  declare theirs: number | undefined;
  /** Known once the run has got there. */
  declare truth: number | undefined;
  /** When the truth will be known. */
  declare at: string;
  /** What is hidden until then. */
  declare hides: string;
  /** Whether another question follows; the reader asks for it with `lab-next`. */
  declare more: boolean;
  /** The chosen value; undefined at first, so no answer is suggested or given by accident. */
  #value: number | undefined;

  protected override willUpdate(changed: Map<string, unknown>): void {
    // Each rendering may create the question anew: only a different text is a different question.
    const before = changed.get('question') as Question | undefined;
    if (before && before.text !== this.question.text) this.#value = undefined;
    // Nor is a guess that was taken back suggested.
    const guess = changed.get('guess') as Guess | undefined;
    if (guess && guess.state !== 'open' && this.guess.state === 'open') this.#value = undefined;
  }

  /** A value with its unit, as the reader sees it. */
  #print(value: number, digits?: number): string {
    const { unit, log, choices } = this.question;
    if (choices) return choices[value] ?? '';
    const text =
      log && this.question.digits > 0
        ? significant(value, 2)
        : digits === undefined
          ? String(value)
          : value.toFixed(digits);
    return `${text} ${unit}`.trim();
  }

  #commit(): void {
    if (this.#value !== undefined) this.emit('lab-guess', { state: 'made', value: this.#value });
  }

  protected override render() {
    const { question, guess, truth } = this;
    return html`<h2 class="panel-title" id="predict-title" tabindex="-1">Predict</h2>
      <p class=${guess.state === 'open' ? '' : 'asked'}>${defined(question.text)}</p>
      ${guess.state === 'open' ? this.#ask() : truth === undefined ? this.#wait() : this.#answer(truth)}`;
  }

  #ask() {
    const { question } = this;
    const value = this.#value;
    const set = (next: number) => {
      this.#value = next;
      this.requestUpdate();
    };
    return html`${question.choices ? this.#choices(question.choices, value, set) : this.#ruler(question, value, set)}
      <div class="row">
        <button type="button" data-do="commit" ?disabled=${value === undefined} @click=${this.#commit}>Commit</button>
        <button type="button" data-do="skip" @click=${() => this.emit('lab-guess', { state: 'skipped' })}>Skip</button>
      </div>
      <p class="note">
        Play waits for your answer${this.hides ? `; until then hidden: the ${this.hides}` : nothing}. Your guess stays on this device.
      </p>`;
  }

  #ruler(
    { quantity, min, max, step, log, digits }: Question,
    value: number | undefined,
    set: (value: number) => void,
  ) {
    // On a logarithmic ruler a hundred steps span the range, and two digits are printed; counts stay whole.
    const toRuler = (x: number) => (log ? (100 * Math.log(x / min)) / Math.log(max / min) : x);
    const factor = (x: number) => Number((min * (max / min) ** (x / 100)).toPrecision(2));
    const fromRuler = (x: number) => (log ? (digits === 0 ? Math.round(factor(x)) : factor(x)) : x);
    const [from, to] = log ? [0, 100] : [min, max];
    const printed = value === undefined ? 'not chosen yet' : this.#print(value);
    const take = (event: Event) => set(fromRuler(Number((event.target as HTMLInputElement).value)));
    return html`<div class="slider">
      <label for="predict-range">Your guess: ${quantity}</label>
      <input
        id="predict-range"
        type="range"
        class=${value === undefined ? 'unset' : ''}
        min=${from}
        max=${to}
        step=${log ? 1 : step}
        .value=${String(value === undefined ? (from + to) / 2 : toRuler(value))}
        aria-valuetext=${printed}
        @input=${take}
        @click=${(event: Event) => value === undefined && take(event)}
      />
      <output for="predict-range" class="big">${value === undefined ? '–' : printed}</output>
    </div>`;
  }

  #choices(choices: readonly string[], value: number | undefined, set: (value: number) => void) {
    return html`<fieldset class="choices">
      <legend class="visually-hidden">Your guess: ${this.question.quantity}</legend>
      ${choices.map(
        (choice, k) => html`<label class="check">
          <input type="radio" name="predict-choice" .checked=${k === value} @change=${() => set(k)} />
          ${choice}
        </label>`,
      )}
    </fieldset>`;
  }

  #wait() {
    const { guess } = this;
    const elsewhere = guess.state === 'skipped' && guess.elsewhere;
    return html`<p>
      ${
        guess.state === 'made'
          ? html`You said <span class="guess">${this.#print(guess.value)}</span>. `
          : elsewhere
            ? 'Your guess was for other settings. '
            : 'Skipped. '
      }The answer comes ${this.at}.
    </p>
    ${elsewhere ? html`<div class="row">${this.#again()}</div>` : nothing}`;
  }

  #answer(truth: number) {
    const { guess, question } = this;
    const made = guess.state === 'made' ? guess.value : undefined;
    return html`<dl class="verdict">
        ${
          made === undefined
            ? nothing
            : html`<dt>guess</dt>
              <dd>${this.#print(made)}</dd>`
        }
        <dt>truth</dt>
        <dd data-test="truth">${this.#print(truth, question.digits)}</dd>
        ${
          made === undefined || question.choices || truth === 0
            ? nothing
            : html`<dt>ratio</dt>
              <dd data-test="guess-ratio">${question.log ? significant(made / truth, 2) : (made / truth).toFixed(2)}</dd>`
        }
      </dl>
      <p>${unbroken(question.verdict(made, truth))}</p>
      ${this.theirs! >= 0 ? html`<p class="note" data-test="theirs">The maker of the link guessed ${this.#print(this.theirs!)}.</p>` : nothing}
      <div class="row">
        ${
          this.more
            ? html`<button type="button" data-do="next" @click=${() => this.emit('lab-next')}>Next question</button>`
            : nothing
        }
        ${this.#again()}
      </div>`;
  }

  #again() {
    return html`<button type="button" @click=${() => this.emit('lab-guess', { state: 'open' })}>Guess again</button>`;
  }
}

customElements.define('lab-predict', Predict);
