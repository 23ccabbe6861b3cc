import { createRequire } from 'node:module';

/** What a callback gets when it fails. */
export type ClientFailure = { failureCode: number; failureType: string; message: string };
export type ClientMessage = {
  address: string;
  body: unknown;
  headers?: Record<string, unknown>;
  reply?(body: unknown, headers?: object, callback?: Callback): void;
};
type Callback = (error: ClientFailure | null, message: ClientMessage) => void;

/** The part of the official clients that is used here; they have no type declarations. */
export type VertxClient = {
  onopen: () => void;
  onclose: () => void;
  onerror: (error: { body?: string }) => void;
  onevent: (event: string, message: unknown) => boolean;
  send(address: string, body: unknown, headers: object, callback?: Callback): void;
  publish(address: string, body: unknown, headers?: object): void;
  registerHandler(address: string, headers: object, handler: Callback): void;
  unregisterHandler(address: string, headers: object, handler: Callback): void;
  close(): void;
  readonly sockJSConn: { readonly transport: string };
};

type VertxClientClass = new (url: string, options?: object) => VertxClient;

const require = createRequire(import.meta.url);

export const CLIENTS: readonly (readonly [name: string, Client: VertxClientClass])[] = [
  ['@vertx/eventbus-bridge-client.js 1.0.0', require('@vertx/eventbus-bridge-client.js')],
  ['vertx3-eventbus-client 3.9.4', require('vertx3-eventbus-client')],
];

export const NODE_TRANSPORTS = ['websocket', 'xhr-streaming', 'eventsource', 'xhr-polling'] as const;

/** An open client. */
export function openVertxClient(
  Client: VertxClientClass,
  url: string,
  options: object,
): Promise<VertxClient> {
  const client = new Client(`${url}/eventbus`, { timeout: 10_000, ...options });
  return new Promise((resolve, reject) => {
    client.onopen = () => resolve(client);
    client.onclose = () => reject(new Error('closed before it was open'));
  });
}

/** The answer to a request, or the failure. */
export function request(
  client: VertxClient,
  address: string,
  body: unknown,
  headers: object = {},
): Promise<ClientMessage | ClientFailure> {
  return new Promise((resolve) => {
    client.send(address, body, headers, (error, message) => resolve(error ?? message));
  });
}
