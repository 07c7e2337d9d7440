/** Buffers that page and worker pass to and fro: one is drawn, one is in flight, one is free. */
export class Lending {
  #free: ArrayBuffer[] = [];
  #bytes: number;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** A buffer to lend to the worker; none if there is nothing to put into it. */
  take(): ArrayBuffer | undefined {
    if (this.#bytes === 0) return undefined;
    return this.#free.pop() ?? new ArrayBuffer(this.#bytes);
  }

  /** Takes one back; one that is detached is away. */
  give(buffer: ArrayBuffer | undefined): void {
    if (buffer && buffer.byteLength > 0 && this.#free.length < 3) this.#free.push(buffer);
  }
}
