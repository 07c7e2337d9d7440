/** The questions of an exhibit and the reader's answers, which stay on the device. */

import type { Value } from '../lib/schema.ts';
import type { Guess, Question } from './predict.ts';
import { GUESSES, NO_GUESS } from './settings.ts';

export interface Asked extends Question {
  id: string;
  /** When the truth will be known. */
  at: string;
  /** The part hidden until the reader commits or skips, and its name in words. */
  hidden?: string;
  hides: string;
  /** The link's key for the guess, if it can go along. */
  guess?: (typeof GUESSES)[number];
  /** The settings that its truth depends on: elsewhere the question is answered, but the guess is not for that truth. */
  about?: string;
}

type Questions = readonly Asked[];

export class Guesses {
  #made = new Map<string, { guess: Guess; about: string | undefined }>();
  #place = 0;

  /** The current question: other settings may ask an earlier one anew. */
  asked(questions: Questions): Asked {
    const open = questions.findIndex((asked) => this.of(asked).state === 'open');
    if (open >= 0) this.#place = Math.min(this.#place, open);
    return questions[Math.min(this.#place, questions.length - 1)]!;
  }

  more(questions: Questions): boolean {
    return this.#place + 1 < questions.length;
  }

  /** Whether the current question is open; Play then waits for it. */
  waiting(questions: Questions): boolean {
    return this.of(this.asked(questions)).state === 'open';
  }

  next(): void {
    this.#place++;
  }

  /** An answered question stays answered, whatever runs next; a guess for another truth counts as skipped. */
  of({ id, about }: Asked): Guess {
    const made = this.#made.get(id);
    if (!made) return { state: 'open' };
    return made.guess.state === 'made' && made.about !== about
      ? { state: 'skipped', elsewhere: true }
      : made.guess;
  }

  /** Whether a question has been answered or skipped, with whatever settings. */
  answered(id: string): boolean {
    return (this.#made.get(id)?.guess.state ?? 'open') !== 'open';
  }

  make({ id, about }: Asked, guess: Guess): void {
    this.#made.set(id, { guess, about });
  }

  /** Whether one of the questions hides this, because it is open or for good. */
  hide(questions: Questions, what: string, always = false): boolean {
    return questions.some((asked) => asked.hidden === what && (always || this.of(asked).state === 'open'));
  }

  /** Whether there is a guess that a link could include. */
  any(questions: Questions): boolean {
    return questions.some((asked) => asked.guess && this.of(asked).state === 'made');
  }

  /** The guesses that a link holds: none, unless its maker wants to share them. */
  linked(questions: Questions, share: boolean): Record<string, Value> {
    const held: Record<string, Value> = Object.fromEntries(GUESSES.map((key) => [key, NO_GUESS]));
    for (const asked of share ? questions : []) {
      const guess = this.of(asked);
      if (asked.guess && guess.state === 'made') held[asked.guess] = guess.value;
    }
    return held;
  }
}
