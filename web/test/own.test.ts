import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTable } from '../src/lib/csv.ts';
import { MOST, parseOwn, parsePoints, printOwn } from '../src/lib/own.ts';

const POINTS = { inputs: { exactly: 2 }, rows: MOST.rows, classes: 2 } as const;
const ROWS = { inputs: { most: MOST.inputs }, rows: MOST.rows, classes: MOST.classes } as const;

const points = (text: string) => {
  const read = readTable(text, POINTS);
  assert.ok('table' in read, 'why' in read ? read.why : '');
  return { inputs: [...read.table.inputs], labels: [...read.table.labels], names: read.labels };
};
const why = (text: string, limits: Parameters<typeof readTable>[1] = POINTS) => {
  const read = readTable(text, limits);
  assert.ok('why' in read, 'it was read');
  return read.why;
};

const PLAIN = { inputs: [0.5, -1, 2, 0.25], labels: [0, 1], names: ['0', '1'] };

test('a table is read with and without a header, whatever ends and separates', () => {
  for (const text of [
    '0.5,-1,0\n2,0.25,1',
    '0.5,-1,0\n2,0.25,1\n',
    'x,y,label\n0.5,-1,0\n2,0.25,1\n',
    'x,y,label\r\n0.5,-1,0\r\n2,0.25,1\r\n',
    'x,y,label\r0.5,-1,0\r2,0.25,1',
    '\uFEFFx,y,label\n.5,-1.0,0\n+2,25e-2,1',
    'x;y;label\n0,5;-1;0\n2;0,25;1',
    'x\ty\tlabel\n0,5\t-1\t0\n2\t0.25\t1',
    '"x","y","label"\n"0.5","-1","0"\n"2","0.25","1"',
    '"0,5","-1","0"\n"2","0,25","1"',
    '\uFEFF"0.5","-1","0"\r\n"2","0.25","1"',
    ' 0.5 , -1 , 0 \n\n 2,\t0.25 ,1\n   \n',
    'label,x,y\n0,0.5,-1\n1,2,0.25',
    'x,Class,y\n0.5,0,-1\n2,1,0.25',
  ])
    assert.deepEqual(points(text), PLAIN, JSON.stringify(text));
});

test('labels are numbers in their order, or words as they come', () => {
  assert.deepEqual(points('0,0,1\n0,0,-1').names, ['-1', '1']);
  assert.deepEqual(points('0,0,1\n0,0,-1').labels, [1, 0]);
  assert.deepEqual(points('0,0,10\n0,0,9').names, ['9', '10']);
  assert.deepEqual(points('0,0,red\n0,0,blue\n1,1,red').labels, [0, 1, 0]);
  assert.deepEqual(points('0,0,"a ""b"", c"\n0,0,d').names, ['a "b", c', 'd']);
});

test('numbers are f32, and −0 is 0', () => {
  const { inputs } = points('0.1,-0,a\n1e-50,3.4028235e38,b');
  assert.deepEqual(inputs, [Math.fround(0.1), 0, 0, Math.fround(3.4028235e38)]);
  assert.ok(Object.is(inputs[1], 0));
});

test('what is wrong is said with its line', () => {
  const cases: [string, RegExp][] = [
    ['', /^There are no rows\.$/],
    ['\n \r\n', /^There are no rows\.$/],
    ['x,y,label', /^There are no rows below the header\.$/],
    ['1,2,a\n3,4', /^Line 2: there are 2 fields, and 3 in the first row\.$/],
    ['1,2,a\n3,4,b,', /^Line 2: there are 4 fields, and 3 in the first row\.$/],
    ['x,y,label\n1,2,a\n\n3,four,b', /^Line 4: “four” is not a number\.$/],
    ['1,2,a\n3,,b', /^Line 2: a number is missing\.$/],
    ['1,2,a\n3,4,', /^Line 2: the label is missing\.$/],
    ['1,2,a\n3,1e39,b', /^Line 2: “1e39” is too large\.$/],
    ['1,2,a\n3,NaN,b', /^Line 2: “NaN” is not a number\.$/],
    ['nan,Inf,a\n1,2,a\n3,4,b', /^Line 1: “nan” is not a number\.$/],
    ['1,2,a\n3,0x1F,b', /^Line 2: “0x1F” is not a number\.$/],
    ['1;2;a\n1.234,5;2;b', /^Line 2: “1\.234,5” is not a number\.$/],
    ['1,2,a\n1,2,b\n1,2,c', /^Line 3: “c” is one label too many; there may be 2\.$/],
    ['1,2,a\n1,2,a', /^Every row has the label “a”; two labels are needed\.$/],
    ['1,2\n3,4', /^Line 1: there are 2 columns; x, y and a label are needed\.$/],
    ['1\n2', /^Line 1: there is one column; inputs and a label are needed\.$/],
    ['1,2,a\n1,"2,b', /^Line 2: a quote is opened and never closed\.$/],
    ['1,2,a\n1,"2"3,b', /^Line 2: there is text behind a closing quote\.$/],
    ['1,2,"a\nb"\n1,oops,c', /^Line 3: “oops” is not a number\.$/],
    ['1.5,zwei,a\n1,2,b', /^Line 1: “zwei” is not a number\.$/],
  ];
  for (const [text, said] of cases) assert.match(why(text), said, JSON.stringify(text));
  const many = Array.from({ length: 513 }, (_, k) => `1,2,${k % 2}`).join('\n');
  assert.match(why(`x,y,label\n${many}`), /^Line 514: there are more than 512 rows\.$/);
  assert.equal(points(many.slice(0, many.lastIndexOf('\n'))).labels.length, 512);
});

test('tables have up to 64 inputs', () => {
  const row = (width: number, label: string) =>
    [...Array.from({ length: width }, (_, k) => k), label].join(';');
  const read = readTable(`${row(64, 'a')}\n${row(64, 'b')}`, ROWS);
  assert.ok('table' in read && read.table.width === 64 && read.table.inputs[127] === 63);
  assert.match(
    why(`${row(65, 'a')}\n${row(65, 'b')}`, ROWS),
    /^Line 1: there are 65 inputs; at most 64 are possible\.$/,
  );
});

test('packed data are the same data, to the last bit', () => {
  const own = (inputs: number[], labels: number[], width = 2, standard = false) => ({
    width,
    inputs: Float32Array.from(inputs),
    labels: Uint8Array.from(labels),
    standard,
  });
  for (const data of [
    own([0.5, -1, 2, 0.25], [0, 1]),
    own([0, 0, 0, 0], [1, 0], 2, true),
    own([-1.25, 2.99, 3, -3], [0, 1]),
    own([1 / 3, Math.PI, -1e-30, 1e30], [0, 1]),
    own([123456.79, -0.001, 16777216, 0.1], [1, 0]),
    own([2147483000, 1, 2, 3], [1, 0]),
    own([3.4028235e38, -3.4028235e38, 1e-45, -1e-45], [0, 1]),
    own([1, 2, 3, 4, 5, 6], [31, 0], 3, true),
  ]) {
    const text = printOwn(data);
    assert.match(text, /^[\w.-]+$/, 'nothing in it is escaped in a link');
    assert.deepEqual(parseOwn(text), data, text);
  }
  assert.match(printOwn(own([0.001, 0.5, -2, 3], [0, 1])), /^2\.3\./, 'as few decimals as keep every bit');
  const painted = own(
    Array.from({ length: 200 }, (_, k) => ((37 * k) % 600) / 100 - 3),
    Array.from({ length: 100 }, (_, k) => k % 2),
  );
  assert.ok(printOwn(painted).length < 5.5 * 100, `${printOwn(painted).length} characters for 100 points`);
});

test('what is no data is none, and never an error', () => {
  const good = printOwn({
    width: 2,
    inputs: Float32Array.of(0, 1, 2, 3),
    labels: Uint8Array.of(0, 1),
    standard: false,
  });
  for (const text of [
    '',
    '2.2.',
    good.slice(0, -1),
    `${good}A`,
    `${good}g`,
    good.replace('2.', '0.'),
    good.replace('2.', '65.'),
    good.replace('2.', '2x.'),
    '2.0.AAAAAA',
    `2.0.${'ACABCA'.repeat(300)}`,
    '2.b.AA__________DABAA',
    `1.0.A${'g'.repeat(60)}ABA`,
  ])
    assert.equal(parseOwn(text), undefined, text);
  assert.equal(
    parsePoints(
      printOwn({
        width: 2,
        inputs: Float32Array.of(0, 1, 2, 3),
        labels: Uint8Array.of(0, 2),
        standard: false,
      }),
    ),
    undefined,
  );
  assert.equal(
    parsePoints(
      printOwn({ width: 1, inputs: Float32Array.of(0, 1), labels: Uint8Array.of(0, 1), standard: false }),
    ),
    undefined,
  );
});
