import { createSecureContext, getCACertificates } from 'node:tls';
import { Pool } from 'undici';

export type ConnectionPoolOptions = {
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** A certificate authority besides the machine's own, PEM. */
  readonly ca?: string;
  readonly tlsVerify: boolean;
};

const MAX_CONNECT_MS = 10_000;

/** An account's kept-alive connections, one request at a time on each. */
export function createConnectionPool(origin: string, options: ConnectionPoolOptions): Pool {
  const { ca, concurrency, timeoutMs, tlsVerify } = options;
  return new Pool(origin, {
    connections: concurrency,
    // More than one, and undici may send again what was behind a broken answer.
    pipelining: 1,
    allowH2: false,
    // How long an answer may take is for the account's clock to say.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: Math.min(MAX_CONNECT_MS, timeoutMs),
      rejectUnauthorized: tlsVerify,
      // `ca` alone would replace the machine's own authorities.
      ...(ca !== undefined && {
        secureContext: createSecureContext({ ca: [...getCACertificates('default'), ca] }),
      }),
    },
  });
}
