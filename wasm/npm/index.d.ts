export * from './losscape.js';

/**
 * Loads the kernel, once: everything else in this package needs it. Returns the kernel's memory, for views into it.
 *
 * Without `source` it loads the package's own file, in the build that this machine runs. `source` is another place of that file (in
 * Node a path or a `file:` URL), its bytes, or a module compiled from them, which one thread can send to others.
 */
export default function load(
  source?: string | URL | BufferSource | WebAssembly.Module,
): Promise<WebAssembly.Memory>;

/** The file of 1797 handwritten digits of 8 × 8 pixels, which `new Digits(file)` takes. See NOTICE.md for its source. */
export function readDigits(): Promise<Uint8Array>;
