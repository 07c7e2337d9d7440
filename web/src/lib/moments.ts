/** What tests and pictures need to know of an exhibit, beside its row in the manifest; no part of the page. */

/** A part of the page, at the moment that a link leads to. */
export interface Scene {
  /** What follows `#v=1&` in the link. */
  link: string;
  /** Selects the part. */
  figure: string;
  /** Pixels of the picture for one of the page, if the part is small. */
  scale?: number;
}

export interface Moments {
  /** A link into the run for every figure that the exhibit has, by a name for each. */
  figures: Readonly<Record<string, string>>;
  /** Settings of a run that takes longer than a test watches it. */
  long: string;
  /** Settings, and a step, at which the question of the page is answered once its guess is made; if not, Play leads there. */
  end: string;
  /** The picture shown until the exhibit runs, and on its card: one scene, or several side by side. */
  still: readonly Scene[];
  /** What its card plays: one figure at eight steps of the default run. */
  strip: Omit<Scene, 'link'> & { steps: readonly number[] };
  /** A file that the first visit loads, besides the page and its kernel. */
  data?: RegExp;
}
