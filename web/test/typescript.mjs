// Node 20 runs no TypeScript of its own.
import { register } from 'node:module';

register(new URL('typescript-hooks.mjs', import.meta.url));
