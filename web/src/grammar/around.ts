/** The parts of the page around an exhibit that follow it: headline and explanation. */

/** Waits for every question that is asked. */
const ALL = '*';

export class Around {
  readonly #headline = document.getElementById('question');
  readonly #written = this.#headline?.textContent ?? '';
  readonly #parts = document.querySelectorAll<HTMLElement>(
    '.prose > .before, .prose > .after, .prose [data-question]',
  );
  /** Questions that have been answered: their explanations stay. */
  readonly #answered = new Set<string>();

  /** Sets the headline to the first of these that is not empty, or else to the text of the page. */
  ask(...questions: readonly (string | undefined)[]): void {
    const text = questions.find((question) => question) ?? this.#written;
    if (this.#headline && this.#headline.textContent !== text) this.#headline.textContent = text;
  }

  /** The explanation reveals the answers, so each part waits for its question, or for the first one, as Play does. */
  explain(questions: readonly string[], answered: (question: string) => boolean): void {
    for (const question of questions) if (answered(question)) this.#answered.add(question);
    if (questions.every((question) => this.#answered.has(question))) this.#answered.add(ALL);
    if (this.#answered.has(questions[0]!)) this.#answered.add('');
    for (const part of this.#parts) {
      const shown = this.#answered.has(part.dataset.question ?? '');
      part.hidden = part.classList.contains('before') ? shown : !shown;
    }
  }
}
