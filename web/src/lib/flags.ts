/** Options for lecturers in any exhibit's link. */

import type { Field, Values } from './schema.ts';

export const FLAGS: readonly Field[] = [
  {
    kind: 'text',
    key: 'q',
    name: 'question',
    help: 'Replaces the question at the top.',
    default: '',
    maxLength: 200,
  },
  {
    kind: 'text',
    key: 'hide',
    name: 'hide',
    help: 'What to leave out, separated by commas: predict (the box; a button shows what is asked), answer (everything that is guessed), numbers, transport, controls, curves, home, prose.',
    default: '',
    maxLength: 80,
    pattern: /^[a-z]+(,[a-z]+)*$/,
  },
  {
    kind: 'flag',
    key: 'embed',
    name: 'embed',
    help: '1 shows the exhibit alone, for a frame.',
    default: false,
  },
  {
    kind: 'flag',
    key: 'present',
    name: 'present',
    help: '1 shows large type and no prose, for a wall.',
    default: false,
  },
];

/** Applies the flags that concern the page around an exhibit. */
export function applyFlags(values: Values): void {
  const page = document.documentElement.classList;
  page.toggle('embed', values.embed === true);
  page.toggle('present', values.present === true);
  const prose = document.querySelector<HTMLElement>('.prose');
  if (prose) prose.hidden = hides(values, 'prose');
}

/** Whether a part of the exhibit is to be left out. */
export function hides(values: Values, part: string): boolean {
  return String(values.hide).split(',').includes(part);
}
