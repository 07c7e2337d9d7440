import { html, svg, type TemplateResult } from 'lit';
import { LOSS_MAP } from '../lib/colour.ts';
import { significant } from '../lib/format.ts';

/** The colour scale of a map, if no other of heights: its quantity, and its lowest and highest value. */
export function ramp(
  what: string,
  [lowest, highest]: readonly [number?, number?] = [],
  colours: Uint32Array = LOSS_MAP,
): TemplateResult {
  const colour = (i: number) => `#${rgb(colours[i]!)}`;
  const print = (height: number | undefined) => (height === undefined ? '–' : significant(height, 2));
  return html`<div class="map-key">
    <svg class="ramp" viewBox="0 0 64 4" preserveAspectRatio="none" shape-rendering="crispEdges" aria-hidden="true">
      ${Array.from({ length: 64 }, (_, k) => svg`<rect x=${k} width="1.2" height="4" fill=${colour(4 * k + 2)} />`)}
    </svg>
    <p class="ends"><span>${print(lowest)}</span><span>${what}</span><span>${print(highest)}</span></p>
  </div>`;
}

/** Packed little-endian RGBA as six hexadecimal digits. */
function rgb(packed: number): string {
  return [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255]
    .map((channel) => channel.toString(16).padStart(2, '0'))
    .join('');
}
