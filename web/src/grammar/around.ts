/** What of the page around an exhibit follows it: the headline, and the explanation. */

/** Waits for every question that is asked. */
const ALL = '*';

export class Around {
  readonly #headline = document.getElementById('question');
  readonly #written = this.#headline?.textContent ?? '';
  readonly #parts = document.querySelectorAll<HTMLElement>(
    '.prose > .before, .prose > .after, .prose [data-question]',
  );
  /** Questions that have been answered: what explains them stays. */
  readonly #told = new Set<string>();

  /** The first of these that says something is the headline; else it is as the page was written. */
  ask(...questions: readonly (string | undefined)[]): void {
    const text = questions.find((question) => question) ?? this.#written;
    if (this.#headline && this.#headline.textContent !== text) this.#headline.textContent = text;
  }

  /** The explanation tells what is asked: each part waits for its question, or for the first one, as Play does. */
  explain(questions: readonly string[], answered: (question: string) => boolean): void {
    for (const question of questions) if (answered(question)) this.#told.add(question);
    if (questions.every((question) => this.#told.has(question))) this.#told.add(ALL);
    if (this.#told.has(questions[0]!)) this.#told.add('');
    for (const part of this.#parts) {
      const told = this.#told.has(part.dataset.question ?? '');
      part.hidden = part.classList.contains('before') ? told : !told;
    }
  }
}
