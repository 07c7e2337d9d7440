/** Least time between two announcements. */
const PAUSE_MS = 2000;

/**
 * Announces text to a screen reader, at most once in two seconds. Text that comes too soon waits; only the newest waiting text is
 * kept, and text that must be heard is replaced only by other such text.
 */
export class Announcer {
  #region: () => Element | null;
  #lastAt = Number.NEGATIVE_INFINITY;
  #waiting: { text: string; must: boolean } | undefined;

  constructor(region: () => Element | null) {
    this.#region = region;
  }

  say(text: string, must = false): void {
    if (this.#waiting) {
      if (must || !this.#waiting.must) this.#waiting = { text, must };
      return;
    }
    const wait = this.#lastAt + PAUSE_MS - Date.now();
    if (wait <= 0) {
      this.#announce(text);
      return;
    }
    this.#waiting = { text, must };
    setTimeout(() => {
      const { text } = this.#waiting!;
      this.#waiting = undefined;
      this.#announce(text);
    }, wait);
  }

  #announce(text: string): void {
    const region = this.#region();
    if (!region) return;
    this.#lastAt = Date.now();
    region.textContent = text;
  }
}
