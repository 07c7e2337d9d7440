/**
 * What every page begins with. An exhibit's worker and kernel come first: they are on their way while the exhibit's scripts
 * are, too.
 */

import { EXHIBITS } from 'virtual:exhibits';
import { launch } from './lib/launch.ts';
import { applyTheme, storedTheme } from './lib/theme.ts';

function start(): void {
  const element = document.querySelector('.exhibit');
  const exhibit = element && EXHIBITS[element.localName];
  if (exhibit) void launch(exhibit());
  else void import('./grammar/tools.ts');
}

applyTheme(storedTheme());
// This script is asynchronous, so that it waits for no style sheet; the page may not be there in full.
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
