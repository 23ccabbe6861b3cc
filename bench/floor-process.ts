/**
 * The floor: what parsing, checking and stringifying a message costs with nothing around it. A `ws` echo and a
 * length-prefixed TCP echo; the answers of one tick leave in one write, as the bus does it.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { WebSocketServer } from 'ws';
import { corkForTick, createTcpEcho, portOf } from './tcp-echo.ts';

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

const webSockets = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
webSockets.on('connection', (webSocket, request) => {
  const cork = corkForTick(request.socket);
  webSocket.on('message', (data: Buffer) => {
    cork();
    webSocket.send(echo(data.toString()));
  });
});

const tcp = createTcpEcho(echo);
tcp.listen(0, '127.0.0.1', () => {
  process.send?.({ http: portOf(webSockets), tcp: portOf(tcp) });
});

// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());
