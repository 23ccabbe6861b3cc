const PREFIX_BYTES = 4;

/** The length prefix broke the rules: negative, or more than the limit. The stream cannot be read any further. */
export class FrameLengthError extends Error {
  readonly length: number;

  constructor(length: number, maxBytes: number) {
    super(`a frame of ${length} bytes; from 0 to ${maxBytes} are allowed`);
    this.name = 'FrameLengthError';
    this.length = length;
  }
}

/**
 * Cuts a byte stream into frames, each behind its length (int32, big-endian, the prefix not counted), however
 * the stream is split or joined. Never holds more than one frame of `maxBytes` and the chunk just pushed.
 */
export class LengthPrefixDecoder {
  readonly #maxBytes: number;
  /** The beginning of a frame that has not ended yet; grows by doubling, so that single bytes cost no more. */
  #held = Buffer.alloc(0);
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Calls `onFrame` for every frame that is complete; the bytes it is given are valid until it returns. After `maxFrames`
   * of them it returns the bytes that are left, which have to be pushed before any others. Throws {@link FrameLengthError}.
   */
  push(
    chunk: Buffer,
    onFrame: (frame: Buffer) => void,
    maxFrames = Number.POSITIVE_INFINITY,
  ): Buffer | undefined {
    const bytes = this.#heldBytes === 0 ? chunk : this.#joined(chunk);
    let offset = 0;
    for (let frames = 0; bytes.length - offset >= PREFIX_BYTES; frames += 1) {
      if (frames === maxFrames) {
        this.#heldBytes = 0;
        return bytes.subarray(offset);
      }
      const length = bytes.readInt32BE(offset);
      if (length < 0 || length > this.#maxBytes) throw new FrameLengthError(length, this.#maxBytes);
      const end = offset + PREFIX_BYTES + length;
      if (end > bytes.length) break;
      onFrame(bytes.subarray(offset + PREFIX_BYTES, end));
      offset = end;
    }
    this.#hold(bytes, offset);
    return undefined;
  }

  #joined(chunk: Buffer): Buffer {
    const needed = this.#heldBytes + chunk.length;
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#heldBytes);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#heldBytes);
    return this.#held.subarray(0, needed);
  }

  #hold(bytes: Buffer, from: number): void {
    const rest = bytes.length - from;
    if (rest === 0) {
      this.#held = Buffer.alloc(0);
    } else if (bytes.buffer !== this.#held.buffer || bytes.byteOffset !== this.#held.byteOffset) {
      this.#held = Buffer.from(bytes.subarray(from));
    } else if (from > 0) {
      this.#held.copyWithin(0, from, bytes.length);
    }
    this.#heldBytes = rest;
  }
}

/** One frame, prefix and text in one buffer: some clients read a frame with a single `read`. */
export function encodeFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + length);
  frame.writeInt32BE(length, 0);
  frame.write(text, PREFIX_BYTES);
  return frame;
}
