/**
 * The smallest module that uses one vector instruction: `(func (result v128) i32.const 0 i8x16.splat)`.
 * A browser that validates it runs the vector build; both builds give the same bits.
 */
const PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
];

export type Build = 'scalar' | 'simd';

export function bestBuild(): Build {
  return WebAssembly.validate(new Uint8Array(PROBE)) ? 'simd' : 'scalar';
}
