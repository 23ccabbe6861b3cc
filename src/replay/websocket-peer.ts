import { type Peer, type PeerOptions, readMessage } from './peer.ts';

/** Messages over WebSocket, one JSON text a frame. */
export function openWebSocketPeer({ host, port, onMessage, onClose }: PeerOptions): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${host}:${port}/tsrv`);
    const peer: Peer = {
      get isOpen() {
        return socket.readyState === WebSocket.OPEN;
      },
      send: (text) => socket.send(text),
      close: () => socket.close(),
    };
    socket.addEventListener('open', () => resolve(peer));
    socket.addEventListener('message', ({ data }) => onMessage(readMessage(String(data))));
    socket.addEventListener('close', () => {
      reject(new Error('the bus accepts no WebSocket connection'));
      onClose();
    });
  });
}
