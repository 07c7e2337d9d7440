/** What folding white space takes from the templates, and what it leaves. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { squeeze, squeezeStrings } from '../build/squeeze.ts';

const html = (...strings: string[]) => squeezeStrings(strings, false);
const svg = (...strings: string[]) => squeezeStrings(strings, true);

test('space between words and beside inline elements stays one space', () => {
  assert.deepEqual(html('<p>\n  two\n  words <b>and</b>\n  more\n</p>'), [
    '<p>two words <b>and</b> more</p>',
  ]);
  assert.deepEqual(html('<button>a</button>\n  <button>b</button>'), [
    '<button>a</button> <button>b</button>',
  ]);
  assert.deepEqual(html('<p>before\n  ', '\n  after</p>'), ['<p>before ', ' after</p>'], 'beside a value');
  assert.deepEqual(html('<p>a  b</p> <p>'), ['<p>a  b</p> <p>'], 'only runs with a line break');
});

test('beside elements on lines of their own nothing is left', () => {
  assert.deepEqual(html('\n  <ul>\n    <li>a</li>\n    ', '\n  </ul>\n'), ['<ul><li>a</li>', '</ul>']);
  assert.deepEqual(html('<lab-part></lab-part>\n  <lab-part>'), ['<lab-part></lab-part> <lab-part>']);
});

test('within a tag a line break is a space, and before its end nothing; values are as written', () => {
  assert.deepEqual(html('<input\n  id="a"\n  .value=', '\n  ?off=', '\n>'), [
    '<input id=a .value=',
    ' ?off=',
    '>',
  ]);
  assert.deepEqual(html('<img\n  alt=', '\n/>'), ['<img alt=', ' />'], 'the slash is no part of the value');
  assert.deepEqual(html('<p title="a\n  > b ', '\n  c"\n  class=', '>\n  x</p>'), [
    '<p title="a\n  > b ',
    '\n  c" class=',
    '>x</p>',
  ]);
});

test('one word needs no quotation marks, unless a slash or a value follows', () => {
  assert.deepEqual(html('<p class="a-b" id="c" title="d e" lang="">'), [
    '<p class=a-b id=c title="d e" lang="">',
  ]);
  assert.deepEqual(svg('<path class="a" d="M1 2" /><path class="a"/>'), [
    '<path class=a d="M1 2" /><path class="a"/>',
  ]);
  assert.deepEqual(html('<p id="a-', '" class="b ', '">say "hello"</p>'), [
    '<p id="a-',
    '" class="b ',
    '">say "hello"</p>',
  ]);
});

test('what is drawn as written stays', () => {
  const kept = '<pre>\n  a\n  <b>b</b>\n</pre>';
  assert.deepEqual(html(`<div>\n${kept}\n</div>`), [`<div>${kept}</div>`]);
  assert.deepEqual(html('<textarea rows="3">\n  ', '\n</textarea>\n <p>'), [
    '<textarea rows=3>\n  ',
    '\n</textarea><p>',
  ]);
});

test('in a drawing only text keeps a space', () => {
  assert.deepEqual(svg('<g>\n  <path d="M0 0\n L1 1" />\n  ', '\n</g>'), [
    '<g><path d="M0 0\n L1 1" />',
    '</g>',
  ]);
  assert.deepEqual(svg('<text\n  x="1">\n  a\n  <tspan>b</tspan>\n  c</text>\n <g>'), [
    '<text x=1> a <tspan>b</tspan> c</text><g>',
  ]);
  assert.deepEqual(html('<b>x</b>\n<svg>\n  <path />\n</svg>\n<b>y</b>'), [
    '<b>x</b> <svg><path /></svg> <b>y</b>',
  ]);
});

test('in a module only the templates of lit change, those within values too', () => {
  const module = (p: string, g: string) =>
    `const s = \`a\n  b\`; // html\`\n é\nconst t: string = html\`<p>${p}é \${x ? svg\`<g>${g}\${y}${g}</g>\` : \`c\n  d\`}${p}</p>\`;`;
  assert.equal(squeeze('a.ts', module('\n  ', '\n ')), module('', ''));
});

test('of the lab’s own modules nothing but space and quotation marks is taken', () => {
  const SRC = join(import.meta.dirname, '../src');
  let taken = 0;
  for (const file of readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )) {
    const code = readFileSync(join(SRC, file), 'utf8');
    const folded = squeeze(file, code);
    assert.equal(folded.replaceAll(/[\s"]/g, ''), code.replaceAll(/[\s"]/g, ''), file);
    assert.equal(squeeze(file, folded), folded, `${file}: folded once is folded`);
    taken += code.length - folded.length;
  }
  assert.ok(taken > 10_000, `${taken}`);
});
