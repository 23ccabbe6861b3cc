import type { IncomingMessage } from 'node:http';
import type { SockJsHttpTransport } from '#protocol/sockjs-framings.ts';
import type { SockJsSettings } from './options.ts';
import type { Receiver } from './receiver.ts';
import { HttpSession } from './session.ts';

/** The HTTP sessions by the id the client chose. */
export class SessionTable {
  readonly #settings: SockJsSettings;
  readonly #sessions = new Map<string, HttpSession>();

  constructor(settings: SockJsSettings) {
    this.#settings = settings;
  }

  get(id: string): HttpSession | undefined {
    return this.#sessions.get(id);
  }

  get full(): boolean {
    return this.#sessions.size >= this.#settings.maxSessions;
  }

  /** Begins a session: `o` goes to its first receiver, then the opener sees it. */
  open(id: string, request: IncomingMessage, transport: SockJsHttpTransport, receiver: Receiver): void {
    const settings = this.#settings;
    const session = new HttpSession(
      { request, transport, settings, forget: () => this.#sessions.delete(id) },
      receiver,
    );
    this.#sessions.set(id, session);
    settings.open(session);
  }

  /** Tells every client that is listening right now to go away, and keeps no timer. */
  close(): void {
    for (const session of this.#sessions.values()) {
      session.close();
      session.end();
    }
  }
}
