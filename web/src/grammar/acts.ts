/** What the reader does during a run: part of the link, so that a replay repeats it at the same steps. */

import type { Act } from '../lib/protocol.ts';

/** How a link holds acts of one kind. */
export interface ActKind<Doing extends Act> {
  /** The key in the link. */
  key: string;
  /** What several are called. */
  name: string;
  /** More than this do not fit into a link. */
  most: number;
  parse: (text: string) => Doing[];
  print: (acts: readonly Doing[]) => string;
  /** Whether an act undoes an earlier one at the same step. */
  replaces: (later: Doing, earlier: Doing) => boolean;
}

export class Acts<Doing extends Act> {
  readonly kind: ActKind<Doing> | undefined;
  #all: readonly Doing[] = [];

  constructor(kind?: ActKind<Doing>) {
    this.kind = kind;
  }

  get all(): readonly Doing[] {
    return this.#all;
  }

  get text(): string {
    return this.kind?.print(this.#all) ?? '';
  }

  set text(text: string) {
    this.#all = this.kind?.parse(text) ?? [];
  }

  /** Whether there are more than a link can hold. */
  get tooMany(): boolean {
    return this.#all.length > (this.kind?.most ?? 0);
  }

  add(act: Doing): void {
    this.#all = [
      ...this.#all.filter((other) => other.step !== act.step || !this.kind!.replaces(act, other)),
      act,
    ];
  }

  /** The kernel may be ahead of the page: the step at which it acted counts. */
  moved(act: Doing, step: number): void {
    if (act.step === step) return;
    this.#all = this.#all.filter((other) => other !== act);
    this.add({ ...act, step });
  }
}
