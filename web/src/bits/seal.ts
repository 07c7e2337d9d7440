/** Seals the fingerprint of the twin in a link: printed beside the first one it would reveal whether a bit differs, before the guess. */

/** An odd number whose bits look random: 2^64 over the golden ratio. */
const ODD = 0x9e3779b97f4a7c15n;

const low = (x: bigint) => BigInt.asUintN(64, x);

/** 16 hexadecimal digits made of both fingerprints. Equal ones do not show in it, and another twin gives other digits. */
export function sealed(digest: string, twin: string): string {
  let x = low(BigInt(`0x${digest}`) * ODD + BigInt(`0x${twin}`));
  x = low((x ^ (x >> 32n)) * ODD);
  return (x ^ (x >> 29n)).toString(16).padStart(16, '0');
}
