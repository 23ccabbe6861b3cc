import { Agent, type IncomingMessage, request } from 'node:http';
import { type Peer, type PeerOptions, readMessage } from './peer.ts';

/** Messages as the bodies of `POST /tsrv`; each answer is the body of its response, whatever the status. */
export function openHttpPeer({ host, port, onMessage }: PeerOptions): Promise<Peer> {
  const agent = new Agent({ keepAlive: true });
  let isOpen = true;

  function onResponse(response: IncomingMessage): void {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => onMessage(readMessage(Buffer.concat(chunks).toString('utf8'))));
    response.on('error', () => {});
  }

  function send(text: string): void {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const outgoing = request({ host, port, method: 'POST', path: '/tsrv', agent, headers }, onResponse);
    // The bus went away: then there is no answer, and that is for `expect` to say.
    outgoing.on('error', () => {});
    outgoing.end(text);
  }

  return Promise.resolve({
    get isOpen() {
      return isOpen;
    },
    send,
    close() {
      isOpen = false;
      agent.destroy();
    },
  });
}
