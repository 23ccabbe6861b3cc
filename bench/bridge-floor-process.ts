/** What the bridges are measured beside: an npm `sockjs` echo and a plain length-prefixed TCP echo; both parse and stringify. */
import { createServer } from 'node:http';
// @ts-expect-error: the package has no types
import sockjs from 'sockjs';
import { createTcpEcho, portOf } from './tcp-echo.ts';

/** The answer a bridge gives to a request: about as much text as came. */
function echo(text: string): string {
  const { replyAddress, body } = JSON.parse(text);
  return JSON.stringify({ type: 'rec', address: replyAddress, body });
}

const http = createServer();
const echoes = sockjs.createServer({ log: () => {} });
type Connection = { on(event: 'data', listener: (text: string) => void): void; write(text: string): void };

echoes.on('connection', (connection: Connection) => {
  connection.on('data', (text: string) => connection.write(echo(text)));
});
echoes.installHandlers(http, { prefix: '/eventbus' });

const tcp = createTcpEcho(echo);
http.listen(0, '127.0.0.1', () => {
  tcp.listen(0, '127.0.0.1', () => {
    process.send?.({ http: portOf(http), tcp: portOf(tcp) });
  });
});

// Nobody is left to be measured for.
process.on('disconnect', () => process.exit());
