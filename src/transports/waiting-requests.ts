import type { IncomingMessage } from 'node:http';
import type { BodyRoom } from './http-body.ts';

/** What Node holds for the shortest request (bytes of the heap; measured). */
const REQUEST_BYTES = 2048;

/** What a request costs as long as it waits (bytes): 64 KiB, which Node reads at once, hold thousands of the shortest. */
export function costOf({ url = '', rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((bytes, text) => bytes + text.length, REQUEST_BYTES + url.length);
}

/** Counts what waits for its turn of one connection, requests and what comes behind an upgrade, where bodies are counted too. */
export class WaitingRequests {
  #room: BodyRoom | undefined;
  #bytes = 0;

  /** The first one finds the room; false when there is none in it. */
  enter(bytes: number, findRoom: () => BodyRoom): boolean {
    this.#room ??= findRoom();
    if (!this.#room.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  leave(bytes: number): void {
    this.#room?.give(bytes);
    this.#bytes -= bytes;
  }

  /** The connection is gone, and all of them with it. */
  clear(): void {
    this.leave(this.#bytes);
  }
}
