/**
 * One schema drives the controls, the link, the clamping, the help and the tests.
 *
 * A link is `#v=1&key=value…`: canonical key order, only values that differ from the default. Every number is decimal
 * text that is parsed once, here, and rounded once to the type the kernel computes in; what is printed is the
 * shortest decimal that gives the same bits again, so that a shared link cannot differ in the last place.
 */

export type SliderScale = 'linear' | 'log' | 'doubling';

interface Common {
  /** The key in the link. */
  key: string;
  /** Its name on the page. */
  name: string;
  /** One line of explanation. */
  help: string;
  /** It changes no number of a run: what is drawn, asked or compared. */
  view?: true;
}

export interface NumberField extends Common {
  kind: 'number';
  symbol: string;
  min: number;
  max: number;
  default: number;
  scale: SliderScale;
  /** Slider step on a linear scale. */
  step?: number;
  integer?: true;
  unit?: string;
  /** May be changed while the run goes on; changing another restarts it. */
  live?: true;
}

export interface ChoiceField extends Common {
  kind: 'choice';
  options: readonly { value: string; label: string }[];
  default: string;
  live?: true;
}

export interface FlagField extends Common {
  kind: 'flag';
  default: boolean;
}

export interface TextField extends Common {
  kind: 'text';
  default: string;
  maxLength: number;
  /** The allowed pattern; any other value is dropped. */
  pattern?: RegExp;
}

export type Field = NumberField | ChoiceField | FlagField | TextField;
export type Schema = readonly Field[];
export type Value = number | string | boolean;
export type Values = Record<string, Value>;

export const VERSION = 1;

/** The keys of the fields that are views. */
export const views = (fields: Schema): readonly string[] =>
  fields.flatMap(({ key, view }) => (view ? [key] : []));

/** The settings of these fields as text, which identifies a run. */
export function settingsIn(fields: Schema, values: Values): string {
  return fields.map(({ key }) => String(values[key])).join();
}

/** The f32 that a link can hold: it prints −0 as 0, and their bits differ. */
export const asHeld = (x: number) => Math.fround(x) + 0;

/** The nearest value the field allows: finite, in range, an integer or an f32, never −0; for NaN the default, rounded alike. */
export function clampNumber(field: NumberField, x: number): number {
  const wanted = Number.isNaN(x) ? field.default : x;
  const inRange = Math.min(Math.max(wanted, field.min), field.max);
  return field.integer ? Math.round(inRange) + 0 : asHeld(inRange);
}

/** The shortest decimal that rounds to the same f32. */
export function shortest(x: number): string {
  for (let digits = 1; digits <= 9; digits++) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(x)) return String(Number(text));
  }
  return String(x);
}

/** A value as a link holds it: read again, it has the same bits. */
export function printNumber(field: NumberField, x: number): string {
  return field.integer ? String(x) : shortest(x);
}

export function defaults(schema: Schema): Values {
  const values: Values = {};
  for (const field of schema) {
    values[field.key] = field.kind === 'number' ? clampNumber(field, field.default) : field.default;
  }
  return values;
}

/** Brings any value into the field's range; `note` says what was changed, if anything. */
export function clamp(field: Field, text: string): { value: Value; note?: string } {
  switch (field.kind) {
    case 'number': {
      const wanted = text.trim() === '' ? Number.NaN : Number(text);
      const value = clampNumber(field, wanted);
      if (Number.isNaN(wanted)) {
        return {
          value,
          note: `${field.name}: “${shorten(text)}” is not a number; ${printNumber(field, value)} is used`,
        };
      }
      const same = field.integer ? value === wanted : value === Math.fround(wanted);
      if (!same) {
        const range = `${printNumber(field, field.min)} to ${printNumber(field, field.max)}`;
        return {
          value,
          note: `${field.name}: ${shorten(text)} became ${printNumber(field, value)} (range ${range})`,
        };
      }
      return { value };
    }
    case 'choice': {
      if (field.options.some((option) => option.value === text)) return { value: text };
      return {
        value: field.default,
        note: `${field.name}: “${shorten(text)}” is unknown; ${field.default} is used`,
      };
    }
    case 'flag':
      return { value: text === '1' };
    case 'text': {
      const value = text.slice(0, field.maxLength);
      if (field.pattern && value !== '' && !field.pattern.test(value)) {
        return { value: field.default, note: `${field.name}: “${shorten(text)}” was not understood` };
      }
      return value === text
        ? { value }
        : { value, note: `${field.name} was cut to ${field.maxLength} characters` };
    }
  }
}

/** Reads a link's hash. Never throws: garbage is clamped, and said in `notes`. */
export function parse(schema: Schema, hash: string): { values: Values; notes: string[] } {
  const values = defaults(schema);
  const notes: string[] = [];
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const version = query.get('v');
  if (version !== null && version !== String(VERSION)) {
    notes.push(`the link was made by another version (${shorten(version)}); what is known of it is used`);
  }
  for (const field of schema) {
    const text = query.get(field.key);
    if (text === null) continue;
    const { value, note } = clamp(field, text);
    values[field.key] = value;
    if (note) notes.push(note);
  }
  const known = ['v', ...schema.map(({ key }) => key)];
  const others = [...query].flatMap(([key, text]) => (text === '' || known.includes(key) ? [] : [key]));
  if (others.length > 0)
    notes.push(
      `the link names what this page does not have, which is left out: ${shorten(others.join(', '))}`,
    );
  return { values, notes };
}

/** Prints the hash of a link, `#` included. */
export function print(schema: Schema, values: Values): string {
  const parts = [`v=${VERSION}`];
  for (const field of schema) {
    const value = values[field.key];
    if (value === undefined || value === defaultOf(field)) continue;
    const text =
      field.kind === 'number' ? printNumber(field, value as number) : value === true ? '1' : String(value);
    // Colons, commas and semicolons stay readable: a hash may hold them as they are.
    parts.push(
      `${field.key}=${encodeURIComponent(text).replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%3B/g, ';')}`,
    );
  }
  return `#${parts.join('&')}`;
}

function defaultOf(field: Field): Value {
  return field.kind === 'number' ? clampNumber(field, field.default) : field.default;
}

/** Slider positions 0…1000 of a field, and back. */
const POSITIONS = 1000;

export function toPosition(field: NumberField, x: number): number {
  switch (field.scale) {
    case 'linear':
      return x;
    case 'log':
      return Math.round((POSITIONS * Math.log(x / field.min)) / Math.log(field.max / field.min));
    case 'doubling':
      return Math.log2(x);
  }
}

export function fromPosition(field: NumberField, position: number): number {
  switch (field.scale) {
    case 'linear':
      return clampNumber(field, position);
    case 'log': {
      const x = field.min * (field.max / field.min) ** (position / POSITIONS);
      // Two digits, which a reader can say and retype.
      return clampNumber(field, Number(x.toPrecision(2)));
    }
    case 'doubling':
      return clampNumber(field, 2 ** position);
  }
}

export function sliderRange(field: NumberField): { min: number; max: number; step: number } {
  switch (field.scale) {
    case 'linear':
      return { min: field.min, max: field.max, step: field.step ?? 1 };
    case 'log':
      return { min: 0, max: POSITIONS, step: 5 };
    case 'doubling':
      return { min: Math.log2(field.min), max: Math.log2(field.max), step: 1 };
  }
}

function shorten(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
