/**
 * What every page begins with. An exhibit's worker comes first: it loads the kernel while the exhibit's scripts are on their
 * way.
 */

import { newWorker as bits } from './bits/worker.ts';
import { launch } from './lib/launch.ts';
import { applyTheme, storedTheme } from './lib/theme.ts';
import { newWorker as paths } from './paths/worker.ts';
import { newWorker as surface } from './surface/worker.ts';
import { newWorker as train } from './train/worker.ts';

const EXHIBITS: Record<string, { newWorker: () => Worker; scripts: () => Promise<unknown> }> = {
  'lab-train': { newWorker: train, scripts: () => import('./train/train.ts') },
  'lab-surface': { newWorker: surface, scripts: () => import('./surface/surface.ts') },
  'lab-paths': { newWorker: paths, scripts: () => import('./paths/paths.ts') },
  'lab-bits': { newWorker: bits, scripts: () => import('./bits/bits.ts') },
};

function start(): void {
  const element = document.querySelector('.exhibit');
  const exhibit = element && EXHIBITS[element.localName];
  if (exhibit) void launch(exhibit.newWorker(), exhibit.scripts);
  else void import('./grammar/tools.ts');
}

applyTheme(storedTheme());
// This script is asynchronous, so that it waits for no style sheet; the page may not be there in full.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
