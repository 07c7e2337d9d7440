/** What a link holds of two fingerprints. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealed } from '../src/bits/seal.ts';

test('a seal is 16 digits, the same for the same two, and another for another twin', () => {
  const digest = '00643ec5fee1c705';
  assert.equal(sealed(digest, digest), sealed(digest, digest));
  const seen = new Set<string>();
  for (let bit = 0n; bit < 64n; bit++) {
    const twin = (BigInt(`0x${digest}`) ^ (1n << bit)).toString(16).padStart(16, '0');
    seen.add(sealed(digest, twin));
  }
  seen.add(sealed(digest, digest));
  assert.equal(seen.size, 65, 'one bit of the twin makes another seal');
  for (const seal of seen) assert.match(seal, /^[0-9a-f]{16}$/);
});

test('equal fingerprints do not show in their seal', () => {
  // As many bits are set as in any number: neither nothing, nor one of the two, nor a pattern.
  let ones = 0;
  for (let k = 1n; k <= 200n; k++) {
    const digest = BigInt.asUintN(64, k * 0xd1342543de82ef95n)
      .toString(16)
      .padStart(16, '0');
    const seal = sealed(digest, digest);
    assert.notEqual(seal, digest);
    ones += [...BigInt(`0x${seal}`).toString(2)].filter((bit) => bit === '1').length;
  }
  assert.ok(Math.abs(ones / (200 * 64) - 0.5) < 0.02, `${ones} of ${200 * 64} bits`);
});
