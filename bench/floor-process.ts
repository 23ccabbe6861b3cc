/**
 * The floor: what parsing, checking and stringifying a message costs with nothing around it. A `ws` echo and a
 * length-prefixed TCP echo; the answers of one tick leave in one write, as the bus does it.
 */
import { createServer, type Socket } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { WebSocketServer } from 'ws';

const validate = new Ajv2020().compile({
  type: 'object',
  required: ['type', 'address', 'headers'],
  properties: {
    type: { enum: ['send'] },
    address: { type: 'string' },
    reply_address: { type: ['string', 'null'] },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
  },
});

function echo(text: string): string {
  const message: { reply_address: string } = JSON.parse(text);
  if (!validate(message)) throw new Error('invalid');
  return JSON.stringify({
    type: 'send',
    address: message.reply_address,
    data: { version: '0.1.0' },
    headers: null,
  });
}

function corkForTick(socket: Socket): () => void {
  let corked = false;
  return () => {
    if (corked) return;
    corked = true;
    socket.cork();
    process.nextTick(() => {
      corked = false;
      socket.uncork();
    });
  };
}

const webSockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
webSockets.on('connection', (webSocket, request) => {
  const cork = corkForTick(request.socket);
  webSocket.on('message', (data: Buffer) => {
    cork();
    webSocket.send(echo(data.toString()));
  });
});

const tcp = createServer((socket) => {
  const cork = corkForTick(socket);
  let held: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const end = 4 + held.readInt32BE(0);
      const text = echo(held.toString('utf8', 4, end));
      held = held.subarray(end);
      const frame = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
      frame.writeInt32BE(frame.length - 4);
      frame.write(text, 4);
      cork();
      socket.write(frame);
    }
  });
});

tcp.listen(0, '127.0.0.1', () => {
  const port = (address: unknown) => (address as { port: number }).port;
  process.send?.({ http: port(webSockets.address()), tcp: port(tcp.address()) });
});

// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());
