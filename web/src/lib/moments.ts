/** Data about an exhibit for tests and pictures, besides its row in the manifest; not part of the page. */

/** A part of the page, at the moment that a link leads to. */
export interface Scene {
  /** The link after `#v=1&`. */
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
  /** The animation of its card: one figure at eight steps of the default run. */
  strip: Omit<Scene, 'link'> & { steps: readonly number[] };
  /** A file that the first visit loads, besides the page and its kernel. */
  data?: RegExp;
}
