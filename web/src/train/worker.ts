/** Written inline, as bundlers want it. */
export const newWorker = () => new Worker(new URL('../worker/train.ts', import.meta.url), { type: 'module' });
