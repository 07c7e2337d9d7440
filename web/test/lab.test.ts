/** Parts of the lab that need no browser. */

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Announcer } from '../src/grammar/announcer.ts';
import { withCommon } from '../src/grammar/settings.ts';
import { Client, LOAD } from '../src/lib/client.ts';
import { heights } from '../src/lib/sound.ts';
import { centred, holds, type Span, zoomed } from '../src/lib/view.ts';

test('a screen reader hears at most one message in two seconds: the newest, and what must be heard', () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const heard: [number, string][] = [];
  const region = {
    set textContent(text: string) {
      heard.push([Date.now(), text]);
    },
  };
  const announcer = new Announcer(() => region as unknown as Element);
  announcer.say('first');
  announcer.say('second');
  announcer.say('third');
  mock.timers.tick(1999);
  assert.deepEqual(heard, [[0, 'first']]);
  mock.timers.tick(1);
  announcer.say('paused', true);
  announcer.say('a step');
  announcer.say('diverged', true);
  mock.timers.tick(2000);
  mock.timers.tick(3000);
  announcer.say('last');
  assert.deepEqual(heard, [
    [0, 'first'],
    [2000, 'third'],
    [4000, 'diverged'],
    [7000, 'last'],
  ]);
  mock.timers.reset();
});

const WHOLE: Span = [-2, 2, -1, 3];

test('zooming keeps the place and never leaves the map', () => {
  const place = { x: 1, y: 0 };
  const view = zoomed(WHOLE, WHOLE, 2, place);
  assert.deepEqual(view, [-0.5, 1.5, -0.5, 1.5]);
  // The place lies at the same share of the view as of the map.
  assert.equal((place.x - view[0]) / (view[1] - view[0]), (place.x + 2) / 4);
  assert.deepEqual(zoomed(WHOLE, view, 0.5, { x: -0.5, y: 1 }), WHOLE);
  const [left, right] = zoomed(WHOLE, WHOLE, 1000, place);
  assert.equal(right - left, 0.25, 'a sixteenth at most');
  assert.deepEqual(zoomed(WHOLE, WHOLE, 0.1, place), WHOLE);
  assert.deepEqual(centred(WHOLE, view, { x: 2, y: -1 }), [0, 2, -1, 1]);
  assert.ok(holds(view, place) && !holds(view, { x: -1, y: 0 }));
});

test('a curve by ear: heights between its ends, a decade as high as the next on a logarithmic axis', () => {
  const points = [
    [0, 1],
    [50, 0.1],
    [100, 0.01],
  ] as const;
  const log = heights(points, true, 5);
  assert.deepEqual(
    log.map((h) => Number(h.toFixed(6))),
    [1, 1, 0.5, 0.5, 0],
  );
  const linear = heights(points, false, 3);
  assert.ok(Math.abs(linear[1]! - 0.09 / 0.99) < 1e-12, `${linear}`);
  assert.deepEqual(heights([[0, Number.NaN]], false), []);
  assert.deepEqual(
    heights(
      [
        [0, 3],
        [9, 3],
      ],
      false,
      2,
    ),
    [0, 0],
    'a level line is low, and no NaN',
  );
});

/** A worker that gives the answers it is set to. */
class Stub {
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message: string; preventDefault(): void }) => void = () => {};
  sent: { id: number }[] = [];
  lent: unknown[] = [];
  ended = false;
  postMessage(message: { id: number }, lent: unknown[]): void {
    this.sent.push(message);
    this.lent.push(...lent);
  }
  answer(): void {
    this.onmessage({ data: { id: this.sent.at(-1)!.id, reply: {} } });
  }
  terminate(): void {
    this.ended = true;
  }
}

/** Lets what has been promised happen. */
const soon = () => new Promise((resolve) => setImmediate(resolve));

test('a silent worker is distinguished from one that loads', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const stub = new Stub();
  const client = new Client<{ go: { ask: { buffer?: ArrayBuffer }; answer: object } }>(
    stub as unknown as Worker,
  );
  const failures: string[] = [];
  const ask = (buffer?: ArrayBuffer) =>
    client.ask('go', { ...(buffer && { buffer }) }).catch((error) => failures.push(error.failure.kind));
  void ask();
  await soon();
  mock.timers.tick(60_000);
  await soon();
  assert.deepEqual(failures, [], 'the first answer may take long: it loads the kernel');
  stub.answer();
  await soon();
  mock.timers.tick(60_000);
  const buffer = new ArrayBuffer(8);
  void ask(buffer);
  await soon();
  assert.deepEqual(stub.lent, [buffer], 'a buffer is lent, not copied');
  mock.timers.tick(8000);
  await soon();
  assert.deepEqual(failures, [], 'a slice may be slow');
  mock.timers.tick(4000);
  await soon();
  assert.deepEqual(failures, ['silent']);
  void ask();
  await soon();
  stub.onerror({ message: 'broken', preventDefault() {} });
  await soon();
  assert.deepEqual(failures, ['silent', 'panic'], 'it had answered before: it is no download');
  client.end();
  assert.ok(stub.ended);
  mock.timers.reset();
});

test('a worker that does not start: whatever is asked of it is refused, now and later', async () => {
  const stub = new Stub();
  const client = new Client<{ go: { ask: object; answer: object } }>(stub as unknown as Worker);
  const failures: unknown[] = [];
  const ask = () => client.ask('go', {}).catch((error) => failures.push(error.failure));
  void ask();
  void ask();
  stub.onerror({ message: '', preventDefault() {} });
  await soon();
  void ask();
  await soon();
  const wanted = { kind: 'download', what: 'the worker', detail: 'it did not start' };
  assert.deepEqual(failures, [wanted, wanted, wanted]);
  assert.equal(stub.sent.length, 1);
  client.end();
});

test('requests are sent one at a time, and at once if none is on its way', async () => {
  const stub = new Stub();
  const client = new Client<{ go: { ask: object; answer: object } }>(stub as unknown as Worker);
  const first = client.ask('go', {});
  void client.ask('go', {});
  assert.equal(stub.sent.length, 1);
  stub.answer();
  assert.equal(stub.sent.length, 2);
  await first;
  stub.answer();
  void client.ask('go', {});
  assert.equal(stub.sent.length, 3);
  client.end();
});

test('a kernel that is being compiled goes first; if that fails the worker loads it from its address', async () => {
  for (const found of [true, false]) {
    const module = found ? Promise.resolve({}) : Promise.reject(new Error('no network'));
    const stub = new Stub();
    const client = new Client<{ go: { ask: object; answer: object } }>(stub as unknown as Worker);
    void client.prepare('kernel.wasm', module as Promise<WebAssembly.Module>);
    const answer = client.ask('go', {});
    assert.equal(stub.sent.length, 0, 'what is asked meanwhile waits');
    await soon();
    const requests = () => stub.sent.map((message) => (message as unknown as { request: object }).request);
    stub.answer();
    stub.answer();
    await answer;
    const kernel = { kind: LOAD, url: 'kernel.wasm', ...(found && { module: {} }) };
    assert.deepEqual(requests(), [kernel, { kind: 'go' }]);
    client.end();
  }
});

test('every exhibit’s schema ends alike', () => {
  const common = withCommon([], {
    last: 10,
    replays: 'There.',
    digest: 'all',
    guesses: [
      { of: 'one', max: 1 },
      { of: 'another', max: 2 },
    ],
    rehearse: 'step',
  });
  assert.deepEqual(
    common.map(({ key }) => key),
    ['step', 'digest', 'pin', 'guess', 'guess2', 'q', 'hide', 'embed', 'present', 'rehearse'],
  );
});
