/// <reference types="vite/client" />

declare module 'virtual:formulae' {
  /** MathML by name, made from `formulae.json`. */
  export const formulae: Record<string, string>;
}
