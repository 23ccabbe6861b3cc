import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { readInTurns } from '#transports/read-turns.ts';
import { MAX_PENDING_PONGS, takeMessagesInTurns } from '#transports/websocket-turns.ts';
import { FramedWebSocket } from './framed-websocket.ts';
import type { SockJsSettings } from './options.ts';
import { RawWebSocket } from './raw-websocket.ts';
import { DISCONNECT_DELAY_MS } from './timing.ts';

/** Both WebSocket endpoints: turns upgrade requests into connections and knows which are alive. */
export class WebSockets {
  readonly #settings: SockJsSettings;
  readonly #server: WebSocketServer;
  readonly #alive = new Set<FramedWebSocket | RawWebSocket>();

  constructor(settings: SockJsSettings) {
    this.#settings = settings;
    // A variable, because @types/ws 8.18 does not know closeTimeout and maxPendingAutoPongs yet.
    const options = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false, // a compressor a connection costs more memory than small messages save
      maxPayload: settings.maxMessageBytes,
      maxFragments: settings.maxFragments,
      maxPendingAutoPongs: MAX_PENDING_PONGS,
      closeTimeout: DISCONNECT_DELAY_MS,
    };
    this.#server = new WebSocketServer(options);
  }

  accept(kind: 'websocket' | 'raw-websocket', request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const Connection = kind === 'websocket' ? FramedWebSocket : RawWebSocket;
      const connection = new Connection(request, webSocket, this.#settings);
      readInTurns(request.socket, connection instanceof FramedWebSocket ? connection : webSocket);
      takeMessagesInTurns(request.socket, webSocket);
      this.#alive.add(connection);
      webSocket.on('close', () => this.#alive.delete(connection));
      this.#settings.open(connection);
    });
  }

  /** RFC 6455 7.4.1: 1001 is what an endpoint says that is going down. */
  close(): void {
    for (const connection of this.#alive) {
      if (connection.protocol === 'raw') connection.close(1001, 'Going away');
      else connection.close();
    }
  }
}
