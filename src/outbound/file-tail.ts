/** As much as holds the directory of an archive with thousands of entries and the longest comment behind it. */
const MAX_BYTES = 262_144;

/** The last bytes of a file of any size, in one piece of memory. */
export class FileTail {
  readonly #ring = Buffer.allocUnsafe(MAX_BYTES);
  #size = 0;

  /** Of the whole file (bytes). */
  get size(): number {
    return this.#size;
  }

  take(chunk: Buffer): void {
    const last = chunk.subarray(-MAX_BYTES);
    this.#size += chunk.length;
    const copied = last.copy(this.#ring, (this.#size - last.length) % MAX_BYTES);
    last.copy(this.#ring, 0, copied);
  }

  bytes(): Buffer {
    if (this.#size <= MAX_BYTES) return this.#ring.subarray(0, this.#size);
    const begin = this.#size % MAX_BYTES;
    return Buffer.concat([this.#ring.subarray(begin), this.#ring.subarray(0, begin)]);
  }
}
