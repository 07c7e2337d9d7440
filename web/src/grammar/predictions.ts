/** What an exhibit asks before it runs, and what the reader has answered. Answers stay on the device. */

import type { Value } from '../lib/schema.ts';
import type { Guess, Question } from './predict.ts';
import { GUESSES } from './settings.ts';

export interface Asked extends Question {
  id: string;
  /** When the truth will be known. */
  at: string;
  /** What stays hidden until the reader commits or skips, and the same in words. */
  hidden?: string;
  hides: string;
  /** The link's key for the guess, if it can go along. */
  guess?: (typeof GUESSES)[number];
}

type Questions = readonly Asked[];

export class Guesses {
  #made = new Map<string, Guess>();
  #place = 0;

  /** The question that stands there. */
  asked(questions: Questions): Asked {
    return questions[Math.min(this.#place, questions.length - 1)]!;
  }

  more(questions: Questions): boolean {
    return this.#place + 1 < questions.length;
  }

  /** What Play has to wait for, if something. */
  waiting(questions: Questions): Asked | undefined {
    return questions.find((asked) => asked.waits && this.of(asked).state === 'open');
  }

  turnTo(questions: Questions, asked: Asked): void {
    this.#place = questions.findIndex(({ id }) => id === asked.id);
  }

  next(): void {
    this.#place++;
  }

  of(asked: Asked): Guess {
    return this.#made.get(asked.id) ?? { state: 'open' };
  }

  make(asked: Asked, guess: Guess): void {
    this.#made.set(asked.id, guess);
  }

  /** Other runs, other truths. */
  forget(): void {
    this.#made.clear();
    this.#place = 0;
  }

  /** Whether one of the questions hides this, because it is open or for good. */
  hide(questions: Questions, what: string, always = false): boolean {
    return questions.some((asked) => asked.hidden === what && (always || this.of(asked).state === 'open'));
  }

  /** Whether there is a guess that could go along. */
  any(questions: Questions): boolean {
    return questions.some((asked) => asked.guess && this.of(asked).state === 'made');
  }

  /** The guesses that a link holds: none, unless its maker wants to share them. */
  told(questions: Questions, share: boolean): Record<string, Value> {
    const told: Record<string, Value> = Object.fromEntries(GUESSES.map((key) => [key, 0]));
    for (const asked of share ? questions : []) {
      const guess = this.of(asked);
      if (asked.guess && guess.state === 'made') told[asked.guess] = guess.value;
    }
    return told;
  }
}
