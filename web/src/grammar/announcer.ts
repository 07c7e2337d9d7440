/** Between two announcements: a screen reader is not to be chattered at. */
const PAUSE_MS = 2000;

/**
 * Words for a screen reader, at most once in two seconds. What comes too soon waits; while something waits, only the
 * newest is kept, and what must be heard gives way only to what must be heard.
 */
export class Announcer {
  #region: () => Element | null;
  #toldAt = Number.NEGATIVE_INFINITY;
  #waiting: { text: string; must: boolean } | undefined;

  constructor(region: () => Element | null) {
    this.#region = region;
  }

  say(text: string, must = false): void {
    if (this.#waiting) {
      if (must || !this.#waiting.must) this.#waiting = { text, must };
      return;
    }
    const wait = this.#toldAt + PAUSE_MS - Date.now();
    if (wait <= 0) {
      this.#tell(text);
      return;
    }
    this.#waiting = { text, must };
    setTimeout(() => {
      const { text } = this.#waiting!;
      this.#waiting = undefined;
      this.#tell(text);
    }, wait);
  }

  #tell(text: string): void {
    const region = this.#region();
    if (!region) return;
    this.#toldAt = Date.now();
    region.textContent = text;
  }
}
