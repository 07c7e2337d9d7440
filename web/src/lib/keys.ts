/** The keyboard map: one place for what the keys do, what the help shows, and when they keep quiet. */

import { read, write } from './theme.ts';

export type Action =
  | 'play'
  | 'step'
  | 'reset'
  | 'seed'
  | 'predict'
  | 'pin'
  | 'share'
  | 'export'
  | 'help'
  | `exhibit-${number}`;

export const KEYS: readonly { key: string; label: string; action: Action; means: string }[] = [
  { key: ' ', label: 'Space', action: 'play', means: 'play or pause' },
  { key: '.', label: '.', action: 'step', means: 'one step' },
  { key: 'r', label: 'R', action: 'reset', means: 'reset, same seed' },
  { key: 'n', label: 'N', action: 'seed', means: 'new seed' },
  { key: 'p', label: 'P', action: 'predict', means: 'go to the prediction' },
  { key: 'a', label: 'A', action: 'pin', means: 'pin this run' },
  { key: 's', label: 'S', action: 'share', means: 'share' },
  { key: 'e', label: 'E', action: 'export', means: 'export' },
  { key: '?', label: '?', action: 'help', means: 'this help' },
];

const OFF = 'losscape.keys';

export function keysOn(): boolean {
  return read(OFF) !== 'off';
}

export function setKeys(on: boolean): void {
  write(OFF, on ? 'on' : 'off');
}

/** The action a key event asks for, if it is one and no control wants the key for itself. */
export function actionOf(event: KeyboardEvent): Action | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const target = event.target as Element | null;
  if (target?.closest('input, select, textarea, dialog, [role="slider"], [role="application"]'))
    return undefined;
  // Space and Enter belong to a button, a link or a disclosure that has the focus.
  if (event.key === ' ' && target?.closest('button, a, summary, [role="tab"]')) return undefined;
  if (event.key !== ' ' && !keysOn()) return undefined;
  if (/^[1-8]$/.test(event.key)) return `exhibit-${Number(event.key)}`;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return KEYS.find((k) => k.key === key)?.action;
}
