import { isJsonObject, parseJson } from '#core/json.ts';
import { parseBusUrl, toWebSocketUrl, unreachable } from './bus-url.ts';
import { EXIT } from './command-error.ts';
import { hintFor } from './hints.ts';
import { print, tell } from './output.ts';
import { untilSignal } from './signals.ts';

export type ListenOptions = { readonly url: string; readonly secret?: string; readonly json?: boolean };

/** A `ping` behind the `listen`: listening is answered only when it is refused, so that its `pong` means yes. */
const READY = 'avq-bus.cli.ready';

/** Prints every delivery until a signal (0), or until the bus refuses or goes away (1). */
export async function listen(address: string, { url, secret, json = false }: ListenOptions): Promise<number> {
  const target = toWebSocketUrl(parseBusUrl(url));
  const headers = secret ? { authorization: `Bearer ${secret}` } : null;
  const socket = new WebSocket(target);
  const ended = new Promise<number>((resolve, reject) => {
    let isReady = false;
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ type: 'listen', address, headers }));
      socket.send(JSON.stringify({ type: 'ping', reply_address: READY }));
    });
    socket.addEventListener('message', ({ data }) => {
      const text = String(data);
      const message = readMessage(text);
      if (message.type === 'pong') {
        isReady = true;
        tell(`listening to ${address} at ${target.href}; Ctrl-C ends`);
      } else if (message.type === 'error') {
        tellRefusal(message.data);
        resolve(EXIT.failed);
      } else {
        print(json ? text : describe(message));
      }
    });
    socket.addEventListener('close', () => {
      const reason = isReady ? 'the bus has closed the connection' : 'no WebSocket connection';
      reject(unreachable(target, reason));
    });
  });
  const stopped = untilSignal(() => process.exit(EXIT.failed)).then(() => 0);
  const exitCode = await Promise.race([ended, stopped]);
  ended.catch(() => undefined);
  socket.close();
  return exitCode;
}

function readMessage(text: string): Record<string, unknown> {
  const message = parseJson(text);
  return isJsonObject(message) ? message : {};
}

function describe({
  type,
  address,
  reply_address: replyAddress,
  headers,
  data,
}: Record<string, unknown>): string {
  const lines = [`${type} ${address}${replyAddress ? `, wants an answer at ${replyAddress}` : ''}`];
  if (headers !== null) lines.push(`headers ${JSON.stringify(headers)}`);
  return [...lines, JSON.stringify(data, null, 2), ''].join('\n');
}

function tellRefusal(data: unknown): void {
  const { name, description } = isJsonObject(data) ? data : {};
  const hint = hintFor(String(name));
  tell(`${name}: ${description}${hint === undefined ? '' : `\nhint: ${hint}`}`);
}
