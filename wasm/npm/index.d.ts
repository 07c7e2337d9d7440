export * from './losscape.js';

/**
 * Loads the kernel, once: everything else of this package needs it. Gives the memory, for views of what lies there.
 *
 * Without `source` it is the package's own file, of the build that this machine runs. Otherwise where else that file lies (in Node a
 * path or a `file:` URL), its bytes, or a module compiled from them, which one thread can send to others.
 */
export default function load(
  source?: string | URL | BufferSource | WebAssembly.Module,
): Promise<WebAssembly.Memory>;

/** The file of 1797 handwritten digits of 8 × 8 pixels, which `new Digits(file)` takes. See NOTICE.md for its source. */
export function readDigits(): Promise<Uint8Array>;
