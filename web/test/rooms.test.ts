/**
 * The arrows between the folders of `src`: `lib` knows nothing else, the grammar and the worker know `lib` and not each other, an exhibit
 * knows all of them and no other exhibit. What runs in its worker, its `kernel.ts` and whatever that imports, knows no grammar.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

const SRC = join(import.meta.dirname, '../src');
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const SHARED = new Set(['lib', 'grammar', 'worker']);
/** Who starts an exhibit, and the declarations of modules. */
const ROOT = new Set(['start.ts', 'types.d.ts']);

const room = (file: string): string => file.split('/')[0]!;

/** What a file imports of `src`, types and what is loaded later included. */
function imports(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const named = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']*\.ts)'/g)];
  return named.map(([, path]) => normalize(join(dirname(file), path!)));
}

const KNOWN = new Map(FILES.map((file) => [file, imports(file)]));

/** The rooms that a room may know. */
function below(from: string): (to: string) => boolean {
  if (from === 'lib') return (to) => to === 'lib';
  if (SHARED.has(from)) return (to) => to === 'lib' || to === from;
  return (to) => to === from || SHARED.has(to);
}

test('arrows point downward', () => {
  assert.ok(FILES.length > 100, 'the sources are found');
  for (const [file, others] of KNOWN) {
    if (ROOT.has(file)) continue;
    const may = below(room(file));
    for (const other of others) {
      assert.ok(KNOWN.has(other), `${file} imports ${other}, which is not there`);
      assert.ok(may(room(other)), `${file} imports ${other}`);
    }
  }
});

test('the page and its worker share messages, not code', () => {
  const kernels = FILES.filter((file) => file.endsWith('/kernel.ts') && !SHARED.has(room(file)));
  assert.ok(kernels.length >= 8);
  for (const kernel of kernels) {
    const seen = new Set([kernel]);
    for (const file of seen) {
      for (const other of KNOWN.get(file)!) {
        assert.notEqual(room(other), 'grammar', `${kernel} reaches ${other} by ${file}`);
        seen.add(other);
      }
    }
  }
  for (const [file, others] of KNOWN) {
    if (kernels.includes(file) || room(file) === 'worker') continue;
    for (const other of others) assert.notEqual(room(other), 'worker', `${file} imports ${other}`);
  }
});

test('no two files import each other', () => {
  for (const [file, others] of KNOWN)
    for (const other of others) assert.ok(!KNOWN.get(other)?.includes(file), `${file} and ${other}`);
});
