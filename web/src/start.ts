/**
 * What every page begins with. An exhibit's worker and kernel come first: they are on their way while the exhibit's scripts
 * are, too.
 */

import { newWorker as bits } from './bits/worker.ts';
import { type Launch, launch } from './lib/launch.ts';
import { applyTheme, storedTheme } from './lib/theme.ts';
import { newWorker as paths } from './paths/worker.ts';
import { newWorker as surface } from './surface/worker.ts';
import { newWorker as train } from './train/worker.ts';

const EXHIBITS: Record<string, Launch> = {
  'lab-train': { newWorker: train, kernel: 'training', scripts: () => import('./train/train.ts') },
  'lab-surface': { newWorker: surface, kernel: 'surface', scripts: () => import('./surface/surface.ts') },
  'lab-paths': { newWorker: paths, kernel: 'paths', scripts: () => import('./paths/paths.ts') },
  'lab-bits': { newWorker: bits, kernel: 'training', scripts: () => import('./bits/bits.ts') },
};

function start(): void {
  const element = document.querySelector('.exhibit');
  const exhibit = element && EXHIBITS[element.localName];
  if (exhibit) void launch(exhibit);
  else void import('./grammar/tools.ts');
}

applyTheme(storedTheme());
// This script is asynchronous, so that it waits for no style sheet; the page may not be there in full.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
