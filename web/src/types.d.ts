/// <reference types="vite/client" />

declare module 'virtual:formulae' {
  /** MathML by name, made from the files `formulae.json`. */
  export const formulae: Record<string, string>;
}

declare module 'virtual:exhibits' {
  /** What a page starts, by its element's name; made from the manifest `exhibits.json`. */
  export const EXHIBITS: Record<string, () => import('./lib/launch.ts').Launch>;
}
