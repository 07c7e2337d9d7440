import { html, nothing } from 'lit';
import { Part } from './element.ts';

export interface Question {
  /** What to guess. */
  text: string;
  /** Name of the guessed quantity. */
  quantity: string;
  min: number;
  max: number;
  step: number;
  start: number;
  unit: string;
  /** Decimals of the truth. */
  digits: number;
  /** One sentence once guess and truth are known. */
  verdict: (guess: number | undefined, truth: number) => string;
}

export type Guess = { state: 'open' } | { state: 'skipped' } | { state: 'made'; value: number };

/** Predict, then run: the truth stays hidden until the reader commits or skips. Tells `lab-guess`. */
export class Predict extends Part {
  static override properties = {
    question: { attribute: false },
    guess: { attribute: false },
    truth: { attribute: false },
    at: { attribute: false },
    hides: {},
  };
  declare question: Question;
  declare guess: Guess;
  /** Known once the run has got there. */
  declare truth: number | undefined;
  /** When the truth will be known. */
  declare at: string;
  /** What is hidden until then. */
  declare hides: string;
  #value: number | undefined;

  #commit(): void {
    this.tell('lab-guess', { state: 'made', value: this.#value ?? this.question.start });
  }

  protected override render() {
    const { question, guess, truth } = this;
    return html`<h2 class="panel-title" id="predict-title" tabindex="-1">Predict</h2>
      <p>${question.text}</p>
      ${guess.state === 'open' ? this.#ask() : truth === undefined ? this.#wait() : this.#answer(truth)}`;
  }

  #ask() {
    const { question } = this;
    const value = this.#value ?? question.start;
    return html`<div class="slider">
        <label for="predict-range">Your guess: ${question.quantity}</label>
        <input
          id="predict-range"
          type="range"
          min=${question.min}
          max=${question.max}
          step=${question.step}
          .value=${String(value)}
          aria-valuetext="${value} ${question.unit}"
          @input=${(event: Event) => {
            this.#value = Number((event.target as HTMLInputElement).value);
            this.requestUpdate();
          }}
        />
        <output for="predict-range" class="big">${value} ${question.unit}</output>
      </div>
      <div class="row">
        <button type="button" data-do="commit" @click=${this.#commit}>Commit</button>
        <button type="button" data-do="skip" @click=${() => this.tell('lab-guess', { state: 'skipped' })}>Skip</button>
      </div>
      <p class="note">The ${this.hides} stays hidden until you commit or skip. Your guess stays on this device.</p>`;
  }

  #wait() {
    const { guess, question } = this;
    return html`<p>
      ${
        guess.state === 'made'
          ? html`You said <span class="guess">${guess.value} ${question.unit}</span>. `
          : 'Skipped. '
      }The answer comes ${this.at}.
    </p>`;
  }

  #answer(truth: number) {
    const { guess, question } = this;
    const made = guess.state === 'made' ? guess.value : undefined;
    return html`<dl class="verdict">
        ${
          made === undefined
            ? nothing
            : html`<dt>guess</dt>
              <dd>${made} ${question.unit}</dd>`
        }
        <dt>truth</dt>
        <dd data-test="truth">${truth.toFixed(question.digits)} ${question.unit}</dd>
        ${
          made === undefined
            ? nothing
            : html`<dt>ratio</dt>
              <dd>${(made / truth).toFixed(2)}</dd>`
        }
      </dl>
      <p>${question.verdict(made, truth)}</p>
      <div class="row"><button type="button" @click=${() => this.tell('lab-guess', { state: 'open' })}>Guess again</button></div>`;
  }
}

customElements.define('lab-predict', Predict);
