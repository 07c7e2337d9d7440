/** Changes of a live setting during a run: part of the link, so that a replay repeats them at the same steps. */

import { clamp, type NumberField, printNumber, type Schema } from './schema.ts';

export interface Change {
  step: number;
  key: string;
  value: number;
}

/** At most this many fit in a link; older runs are then no longer shareable, and the page says so. */
export const MAX_CHANGES = 64;

export const PATTERN = /^\d{1,7}:[a-z0-9]+:[-+.e0-9]+(;\d{1,7}:[a-z0-9]+:[-+.e0-9]+)*$/i;

export function printChanges(schema: Schema, changes: readonly Change[]): string {
  return changes
    .map((change) => {
      const field = numberField(schema, change.key);
      return `${change.step}:${change.key}:${field ? printNumber(field, change.value) : change.value}`;
    })
    .join(';');
}

/** Reads changes in step order; changes of other settings are dropped. */
export function parseChanges(schema: Schema, text: string): Change[] {
  if (!PATTERN.test(text)) return [];
  const changes: Change[] = [];
  for (const part of text.split(';').slice(0, MAX_CHANGES)) {
    const [step, key, value] = part.split(':');
    const field = numberField(schema, key ?? '');
    if (!field?.live) continue;
    changes.push({ step: Number(step), key: field.key, value: clamp(field, value ?? '').value as number });
  }
  return changes.sort((a, b) => a.step - b.step);
}

/** Adds a change; a second change of one setting at one step replaces the first. */
export function withChange(changes: readonly Change[], change: Change): Change[] {
  const kept = changes.filter((c) => !(c.step === change.step && c.key === change.key));
  return [...kept, change];
}

function numberField(schema: Schema, key: string): NumberField | undefined {
  const field = schema.find((f) => f.key === key);
  return field?.kind === 'number' ? field : undefined;
}
