import { write, writeSync } from 'node:fs';
import type { Clock, Timer } from '#core/clock.ts';

/** Lines are gathered up to about this length (characters) … */
const BUFFER_LENGTH = 64 * 1024;

/** … but never longer than this (milliseconds). */
const FLUSH_EVERY_MS = 200;

/** A reader that has stopped reading loses lines; the bus does not keep them for ever (characters). */
const MAX_UNWRITTEN_LENGTH = 64 * 1024 * 1024;

/** How soon what could not be written is tried again: a reader that is slow, and a disk that is full. */
const RETRY_MS = { slow: 50, failed: 1_000 };

/** At the very end there is no later: a reader that is slow is given a second. */
const LAST_TRY_MS = 10;
const LAST_TRIES = 100;

const NOTHING = Buffer.alloc(0);

export type LogOutputOptions = {
  /** Where to. A pipe must not block: the bus never waits for whoever reads its log. */
  readonly fileDescriptor: number;
  readonly clock: Clock;
  /** Told once why nothing can be written, and again only after it could be meanwhile. */
  readonly onFailure: (reason: string) => void;
};

/** Writes lines without ever failing or waiting: the bus goes on without its log when nobody takes it. */
export class LogOutput {
  readonly #options: LogOutputOptions;
  #gathered = '';
  /** What is being written, or has to be tried again. */
  #chunk: Buffer = NOTHING;
  #isWriting = false;
  #timer: Timer | undefined;
  /** The last try did not succeed: nothing is tried before its time. */
  #isHeldUp = false;
  #isTold = false;
  /** The reader is gone for good. */
  #isLost = false;
  #onIdle: (() => void) | undefined;

  constructor(options: LogOutputOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#isLost || this.#gathered.length + line.length > MAX_UNWRITTEN_LENGTH) return;
    this.#gathered += line;
    if (this.#gathered.length >= BUFFER_LENGTH && !this.#isHeldUp) this.flush();
    else this.#flushIn(FLUSH_EVERY_MS);
  }

  /** Begins to write what is gathered. */
  flush(): void {
    if (this.#isWriting || this.#isLost) return;
    if (this.#chunk.length === 0) {
      this.#chunk = Buffer.from(this.#gathered);
      this.#gathered = '';
    }
    if (this.#chunk.length === 0) return;
    this.#isWriting = true;
    write(this.#options.fileDescriptor, this.#chunk, (error, writtenBytes) => {
      this.#isWriting = false;
      if (error) this.#fail(error);
      else this.#advance(writtenBytes);
    });
  }

  /** Resolves when nothing is being written, so that {@link writeRest} keeps the order; at the latest after `limitMs`. */
  idle(limitMs: number): Promise<void> {
    if (!this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => {
      const limit = this.#options.clock.setTimeout(resolve, limitMs);
      this.#onIdle = () => {
        limit.cancel();
        resolve();
      };
    });
  }

  /** Writes what is gathered before it returns; what cannot be written is lost. For the end of the process. */
  writeRest(): void {
    let rest = Buffer.concat([this.#isWriting ? NOTHING : this.#chunk, Buffer.from(this.#gathered)]);
    this.#gathered = '';
    this.#chunk = NOTHING;
    for (let tries = 0; rest.length > 0 && tries < LAST_TRIES; ) {
      try {
        rest = rest.subarray(writeSync(this.#options.fileDescriptor, rest));
      } catch (error) {
        if (!isSlow(error)) return this.#tell(error);
        tries += 1;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LAST_TRY_MS);
      }
    }
  }

  #flushIn(ms: number): void {
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#isHeldUp = false;
      this.flush();
    }, ms);
  }

  #advance(writtenBytes: number): void {
    this.#isTold = false;
    this.#chunk = this.#chunk.subarray(writtenBytes);
    if (this.#onIdle) return this.#onIdle();
    if (this.#chunk.length > 0 || this.#gathered.length >= BUFFER_LENGTH) this.flush();
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#onIdle?.();
    if (!isSlow(error)) this.#tell(error);
    if (error.code === 'EPIPE') return this.#lose();
    this.#isHeldUp = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#flushIn(isSlow(error) ? RETRY_MS.slow : RETRY_MS.failed);
  }

  #lose(): void {
    this.#isLost = true;
    this.#chunk = NOTHING;
    this.#gathered = '';
  }

  #tell(error: unknown): void {
    if (!this.#isTold) this.#options.onFailure(error instanceof Error ? error.message : String(error));
    this.#isTold = true;
  }
}

/** The pipe is full, and whoever reads it may go on reading. */
function isSlow(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}
