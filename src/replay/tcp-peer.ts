import { connect } from 'node:net';
import { type Peer, type PeerOptions, readMessage } from './peer.ts';

const PREFIX_BYTES = 4;

/** Cuts a stream into messages, each after its length in bytes (int32, big-endian, prefix not counted). */
function createUnframer(onText: (text: string) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX_BYTES) {
      const end = PREFIX_BYTES + rest.readUInt32BE(0);
      if (rest.length < end) return;
      onText(rest.toString('utf8', PREFIX_BYTES, end));
      rest = rest.subarray(end);
    }
  };
}

function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

/** Messages over TCP, length-prefixed. */
export function openTcpPeer({ host, port, onMessage, onClose }: PeerOptions): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const peer: Peer = {
      get isOpen() {
        return socket.readyState === 'open';
      },
      send: (text) => {
        socket.write(frame(text));
      },
      close: () => socket.destroy(),
    };
    socket.on(
      'data',
      createUnframer((text) => onMessage(readMessage(text))),
    );
    socket.on('connect', () => resolve(peer));
    socket.on('error', reject);
    socket.on('close', onClose);
  });
}
