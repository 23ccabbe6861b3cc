import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { awaitTurn, MESSAGES_A_TURN, TurnCount } from './read-turns.ts';

/** What waits to be written to a client that reads: the pongs of one turn, and of a next one that follows at once. */
export const MAX_PENDING_PONGS = 2 * MESSAGES_A_TURN;

/** What of `ws` is not public: whether its parser tells in one go of all that came at once. */
type Internals = { readonly _receiver: { _allowSynchronousEvents: boolean } };

/**
 * Has the messages of a WebSocket taken in turns with all other connections: 64 KiB hold thousands of tiny ones, and
 * pausing the socket holds back none that was read. The parser of `ws` can stop after each message until the next turn of
 * the event loop, by an option that makes everybody slow (`allowSynchronousEvents: false`); here it does so only from where
 * a turn is full until the connection has its next one, and one message a turn is still taken meanwhile. Whatever comes
 * behind, a close frame too, waits in its place.
 */
export function takeMessagesInTurns(socket: Socket, webSocket: WebSocket): void {
  const { _receiver: parser } = webSocket as unknown as Internals;
  // TLS hands over record by record, however many there are; other sockets one chunk a turn, which needs no watching of turns.
  const isEncrypted = 'encrypted' in socket;
  const inTurn = new TurnCount();
  let taken = 0;
  let mustWait = false;
  const restart = () => {
    taken = 0;
  };
  const goOn = () => {
    mustWait = false;
    taken = 0;
    parser._allowSynchronousEvents = true;
  };
  const count = () => {
    taken = isEncrypted ? inTurn.add(1) : taken + 1;
    if (taken < MESSAGES_A_TURN || mustWait) return;
    mustWait = true;
    parser._allowSynchronousEvents = false;
    awaitTurn(goOn);
  };
  if (!isEncrypted) socket.prependListener('data', restart);
  for (const event of ['message', 'ping', 'pong']) webSocket.on(event, count);
}
