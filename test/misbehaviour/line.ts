import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A network line to a vendor that can be cut. */
export type Line = {
  readonly baseUrl: string;
  /** How many connections were made, on a line that is cut too. */
  readonly connections: number;
  /** Resets the connections that there are, and every one that comes. */
  cut(): void;
  mend(): void;
};

/** Lays a line to whoever listens at `baseUrl`, until the test is over. */
export async function layLine(baseUrl: string): Promise<Line> {
  const { port, hostname } = new URL(baseUrl);
  const sockets = new Set<Socket>();
  let connections = 0;
  let isCut = false;

  function add(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket.once('close', () => sockets.delete(socket));
  }

  const server = createServer((near) => {
    connections += 1;
    add(near);
    if (isCut) return void near.resetAndDestroy();
    const far = add(connect(Number(port), hostname));
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    cut,
    mend() {
      isCut = false;
    },
  };
}
