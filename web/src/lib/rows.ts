/** The rows of a table that the kernel hands over flat, `width` numbers each. */
export function rowsOf(flat: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: flat.length / width }, (_, k) => flat.subarray(width * k, width * (k + 1)));
}
