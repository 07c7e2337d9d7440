/** Written inline, as bundlers want it. */
export const newWorker = () => new Worker(new URL('../worker/paths.ts', import.meta.url), { type: 'module' });
