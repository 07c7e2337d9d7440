/** From a record of the kernel to an object that can be posted to the page. */

/** What `wasm-bindgen` makes of a struct with readable fields. */
interface Kept {
  free(): void;
}

/** The fields of a record, without its methods. */
export type Fields<Of extends Kept> = {
  -readonly [Key in keyof Of as Of[Key] extends () => void ? never : Key]: Of[Key];
};

/** Copies the fields of a record and frees it. */
export function fields<Of extends Kept>(record: Of): Fields<Of> {
  const getters = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(record)));
  const names = getters.filter(([, { get }]) => get).map(([name]) => name as keyof Of);
  const copy = Object.fromEntries(names.map((name) => [name, record[name]]));
  record.free();
  return copy as Fields<Of>;
}
