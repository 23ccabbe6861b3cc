/** What the bridges are measured beside: an npm `sockjs` echo and a plain length-prefixed TCP echo; both parse and stringify. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
// @ts-expect-error: the package has no types
import sockjs from 'sockjs';

/** The answer a bridge gives to a request: about as much text as came. */
function echo(text: string): string {
  const { replyAddress, body } = JSON.parse(text);
  return JSON.stringify({ type: 'rec', address: replyAddress, body });
}

const http = createHttpServer();
const echoes = sockjs.createServer({ log: () => {} });
type Connection = { on(event: 'data', listener: (text: string) => void): void; write(text: string): void };

echoes.on('connection', (connection: Connection) => {
  connection.on('data', (text: string) => connection.write(echo(text)));
});
echoes.installHandlers(http, { prefix: '/eventbus' });

const tcp = createServer((socket) => {
  let held: Buffer = Buffer.alloc(0);
  let corked = false;
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
      if (!corked) {
        corked = true;
        socket.cork();
        process.nextTick(() => {
          corked = false;
          socket.uncork();
        });
      }
      socket.write(frame);
    }
  });
});

http.listen(0, '127.0.0.1', () => {
  tcp.listen(0, '127.0.0.1', () => {
    const port = (address: unknown) => (address as { port: number }).port;
    process.send?.({ http: port(http.address()), tcp: port(tcp.address()) });
  });
});

// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());
