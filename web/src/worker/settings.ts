/** Copies the schema's values to the kernel's settings without a table of either. */

import type { Values } from '../lib/schema.ts';

/** An enum of the kernel as `wasm-bindgen` writes it: numbers by name, and names by number. */
type Names = Readonly<Record<string, string | number>>;

const pascal = (name: string) => name.replace(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());

/** Whether an enum has a member that the schema calls by this name. */
export function isMember(names: Names, name: string): boolean {
  return Object.hasOwn(names, pascal(name));
}

/** The member of an enum that the schema calls by this name: `he-normal` is `HeNormal`. */
export function member<Enum extends Names>(names: Enum, name: string): Enum[keyof Enum] & number {
  if (!isMember(names, name)) throw new Error(`the kernel has no ${name}`);
  return names[pascal(name)] as Enum[keyof Enum] & number;
}

/**
 * Fills settings of the kernel with the values that have their names, or another one given in `names`; what is a member of an
 * enum is looked up in `enums`. A setting without a value is an error: it would silently keep its default.
 */
export function filled<Settings extends object>(
  settings: Settings,
  values: Values,
  names: Partial<Record<keyof Settings, string>> = {},
  enums: Partial<Record<keyof Settings, Names>> = {},
): Settings {
  const all = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(settings)));
  for (const name of all.filter(([, { set }]) => set).map(([name]) => name as keyof Settings)) {
    const value = values[names[name] ?? (name as string)];
    if (value === undefined) throw new Error(`no value for ${String(name)}`);
    const numbers = enums[name];
    const filled = numbers
      ? member(numbers, String(value))
      : typeof settings[name] === 'boolean'
        ? value === 'on'
        : Number(value);
    settings[name] = filled as Settings[keyof Settings];
  }
  return settings;
}
