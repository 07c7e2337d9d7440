export * from './losscape.js';

/** Loads the kernel, once: everything else of this package needs it. Gives the memory, for views of what lies there. */
export default function load(): Promise<WebAssembly.Memory>;

/** The file of 1797 handwritten digits of 8 × 8 pixels, which `new Digits(file)` takes. See NOTICE.md for its source. */
export function readDigits(): Promise<Uint8Array>;
