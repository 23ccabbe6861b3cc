import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A way to a port that can be cut: what is under way is lost, and nobody is there until it is mended. */
export type CutConnection = {
  readonly port: number;
  /** How many connections there have been. */
  readonly connections: number;
  cut(): Promise<void>;
  mend(): Promise<void>;
};

export async function startCutConnection(target: number): Promise<CutConnection> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((incoming) => {
    connections += 1;
    const outgoing = keep(connect(target, '127.0.0.1'));
    keep(incoming).pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  onTestFinished(cut);
  return {
    port,
    get connections() {
      return connections;
    },
    ...{ cut, mend: () => listen(port) },
  };
}
