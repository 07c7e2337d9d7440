/**
 * Tables of numbers with a label column, as spreadsheets and scripts write them: RFC 4180, and what is usual besides. What is
 * wrong is said with the number of its line. Numbers are rounded once, here, to the f32 that the kernel computes in.
 */

import type { Table } from './own.ts';

/** A table that could be read, or why not. */
export type Read = { table: Table; labels: readonly string[] } | { why: string };

export interface Limits {
  /** Columns of inputs: an exact number, or a maximum. */
  inputs: { exactly: number } | { most: number };
  rows: number;
  classes: number;
}

/** Fields of a row, and the line on which it begins. */
interface Row {
  line: number;
  fields: string[];
}

class Refused extends Error {}

function refuse(line: number, why: string): never {
  throw new Refused(`Line ${line}: ${why}`);
}

/** Decimal point or comma; no groups of digits, which could be either. */
const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;

/** How programs write what is no number. */
const FAILED = /^[+-]?(nan|inf(inity)?)$/i;

/** A column that is the label wherever it stands. */
const LABEL = /^(label|class|target)$/i;

export function readTable(text: string, limits: Limits): Read {
  try {
    return read(text.replace(/^\uFEFF/, ''), limits);
  } catch (error) {
    if (error instanceof Refused) return { why: error.message };
    throw error;
  }
}

function read(text: string, { inputs, rows: most, classes }: Limits): Read {
  const rows = rowsOf(text).filter(({ fields }) => fields.some((field) => field !== ''));
  const [first] = rows;
  if (!first) return { why: 'There are no rows.' };
  const columns = first.fields.length;
  if (columns < 2) refuse(first.line, `there is one column; inputs and a label are needed.`);
  const named = first.fields.findIndex((field) => LABEL.test(field));
  const at = named < 0 ? columns - 1 : named;
  const width = columns - 1;
  if ('exactly' in inputs && width !== inputs.exactly)
    refuse(first.line, `there are ${columns} columns; x, y and a label are needed.`);
  if ('most' in inputs && width > inputs.most)
    refuse(first.line, `there are ${width} inputs; at most ${inputs.most} are possible.`);
  // A row in which no input is a number, nor the failure of one, is a header.
  const header = first.fields.every((field, k) => k === at || !(NUMBER.test(field) || FAILED.test(field)));
  const data = header ? rows.slice(1) : rows;
  if (data.length === 0) return { why: 'There are no rows below the header.' };

  const values: number[] = [];
  const given: string[] = [];
  for (const [k, { line, fields }] of data.entries()) {
    if (k === most) refuse(line, `there are more than ${most} rows.`);
    if (fields.length !== columns)
      refuse(line, `there are ${fields.length} fields, and ${columns} in the first row.`);
    for (const [column, field] of fields.entries()) {
      if (column === at) given.push(field === '' ? refuse(line, 'the label is missing.') : field);
      else values.push(numberIn(field, line));
    }
  }
  const labels = inOrder(given);
  if (labels.length > classes) {
    const extra = data[given.indexOf(labels[classes]!)]!;
    refuse(extra.line, `“${labels[classes]}” is one label too many; there may be ${classes}.`);
  }
  if (labels.length < 2) return { why: `Every row has the label “${labels[0]}”; two labels are needed.` };
  const table = {
    width,
    inputs: Float32Array.from(values),
    labels: Uint8Array.from(given, (label) => labels.indexOf(label)),
  };
  return { table, labels };
}

function numberIn(field: string, line: number): number {
  const said = field.length > 24 ? `${field.slice(0, 24)}…` : field;
  if (!NUMBER.test(field)) refuse(line, field === '' ? 'a number is missing.' : `“${said}” is not a number.`);
  // −0 becomes 0: values equal to a reader have equal bits.
  const x = Math.fround(Number(field.replace(',', '.'))) + 0;
  return Number.isFinite(x) ? x : refuse(line, `“${said}” is too large.`);
}

/** Labels sorted by number if all are numbers; otherwise in order of appearance. */
function inOrder(given: readonly string[]): string[] {
  const labels = [...new Set(given)];
  const numeric = labels.every((label) => NUMBER.test(label));
  const value = (label: string) => Number(label.replace(',', '.'));
  return numeric ? labels.toSorted((a, b) => value(a) - value(b)) : labels;
}

/** The separator of fields: a tab or a semicolon if the first line has one outside quotes, since commas may then be decimal. */
function separatorOf(text: string): string {
  const [line] = text
    .replaceAll(/"(?:[^"]|"")*"/g, '')
    .trimStart()
    .split(/\r\n|\r|\n/, 1);
  return ['\t', ';'].find((mark) => line!.includes(mark)) ?? ',';
}

function rowsOf(text: string): Row[] {
  const separator = separatorOf(text);
  const rows: Row[] = [];
  let line = 1;
  let row: Row = { line, fields: [] };
  let at = 0;
  while (at < text.length) {
    const { field, end, lines } = fieldAt(text, at, separator, line);
    row.fields.push(field);
    line += lines;
    at = end;
    if (text[at] === separator) {
      at++;
      // Nothing behind the last separator is an empty field.
      if (at < text.length) continue;
      row.fields.push('');
    }
    rows.push(row);
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    row = { line: ++line, fields: [] };
  }
  return rows;
}

/** The field that begins at a place, without the blanks around it. */
function fieldAt(text: string, from: number, separator: string, line: number) {
  const ends = (at: number) => at >= text.length || text[at] === separator || /[\r\n]/.test(text[at]!);
  let at = from;
  while (text[at] === ' ') at++;
  if (text[at] !== '"') {
    while (!ends(at)) at++;
    return { field: text.slice(from, at).trim(), end: at, lines: 0 };
  }
  let field = '';
  for (at++; ; at++) {
    if (at >= text.length) refuse(line, 'a quote is opened and never closed.');
    if (text[at] === '"' && text[at + 1] !== '"') break;
    if (text[at] === '"') at++;
    field += text[at];
  }
  at++;
  while (text[at] === ' ') at++;
  if (!ends(at)) refuse(line, 'there is text behind a closing quote.');
  return { field: field.trim(), end: at, lines: (field.match(/\r\n|\r|\n/g) ?? []).length };
}
