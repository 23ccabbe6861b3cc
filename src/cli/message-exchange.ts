import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { reasonOf, unreachable } from './bus-url.ts';

/** The largest answer that is taken over TCP. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** One Message on its way. */
type Sending = {
  readonly message: string;
  readonly signal: AbortSignal;
  /** Somebody is there, and gets the message. */
  readonly onSent: () => void;
};

/** Sends one Message and resolves with the text of its answer; `onSent` is called when somebody is there to get it. */
export async function exchange(
  url: URL,
  message: string,
  limitMs: number,
  onSent: () => void = () => undefined,
): Promise<string> {
  const signal = AbortSignal.timeout(limitMs);
  const sending = { message, signal, onSent };
  try {
    if (url.protocol === 'tcp:') return await overTcp(url, sending);
    return await (/^ws/.test(url.protocol) ? overWebSocket : overHttp)(url, sending);
  } catch (error) {
    throw unreachable(url, signal.aborted ? `nothing came within ${limitMs} ms` : reasonOf(error));
  }
}

function overHttp(url: URL, { message, signal, onSent }: Sending): Promise<string> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(message) };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers, agent: false, signal });
    outgoing.on('error', reject);
    const ready = url.protocol === 'https:' ? 'secureConnect' : 'connect';
    outgoing.on('socket', (socket) => socket.on(ready, onSent));
    outgoing.on('response', (response) => readText(response).then(resolve, reject));
    outgoing.end(message);
  });
}

function overWebSocket(url: URL, { message, signal, onSent }: Sending): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    signal.addEventListener('abort', () => {
      reject(signal.reason);
      socket.close();
    });
    socket.addEventListener('open', () => {
      onSent();
      socket.send(message);
    });
    socket.addEventListener('message', ({ data }) => {
      resolve(String(data));
      socket.close();
    });
    socket.addEventListener('close', () => reject(new Error('no WebSocket connection, or it was closed')));
  });
}

function overTcp(url: URL, { message, signal, onSent }: Sending): Promise<string> {
  const decoder = new LengthPrefixDecoder(MAX_ANSWER_BYTES);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(url.port), signal });
    socket.on('connect', () => {
      onSent();
      socket.write(encodeFrame(message));
    });
    socket.on('data', (chunk) => {
      try {
        decoder.push(chunk, (frame) => {
          resolve(frame.toString('utf8'));
          socket.destroy();
        });
      } catch (error) {
        reject(error);
        socket.destroy();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
  });
}
