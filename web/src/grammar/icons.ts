import { svg } from 'lit';

const PATHS = {
  play: 'M4 2.5v11l9.5-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11L10.5 8zM11 2.5h2.2v11H11z',
  reset: 'M8 2.2V0L4 3.3l4 3.3V4.2a4.3 4.3 0 1 1-4.3 4.3h-2A6.3 6.3 0 1 0 8 2.2z',
  seed: 'M8 1C4 4 3 6.500 3 9a5 5 0 0 0 4 4.900V15h2v-1.100A5 5 0 0 0 13 9c0-2.500-1-5-5-8zm0 3c2 2 3 3.500 3 5a3 3 0 0 1-6 0c0-1.500 1-3 3-5z',
  pin: 'M5 1h6v1.500l-1 .8V7l2 2v1.500H8.900V15H7.100v-4.500H4V9l2-2V3.300l-1-.8z',
} as const;

/** A drawn sign beside a word; it says nothing that the word does not. */
export function icon(name: keyof typeof PATHS) {
  return svg`<svg viewBox="0 0 16 16" aria-hidden="true"><path d=${PATHS[name]} /></svg>`;
}
