/** Prints the modules of the kernel, a line each: its name, and the features of `losscape-wasm` in it. For `cargo xtask`. */

import { MODULES } from './exhibits.ts';

for (const [module, features] of MODULES) console.log(module, features);
