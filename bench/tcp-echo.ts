import { createServer, type Server, type Socket } from 'node:net';

/** What is written in one tick leaves in one write, as the bus does it. */
export function corkForTick(socket: Socket): () => void {
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

/** Texts, each after its length in bytes (int32, big-endian), each answered with another, and nothing around it. */
export function createTcpEcho(answer: (text: string) => string): Server {
  return createServer((socket) => {
    const cork = corkForTick(socket);
    let held: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
        const end = 4 + held.readInt32BE(0);
        const text = answer(held.toString('utf8', 4, end));
        held = held.subarray(end);
        const frame = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
        frame.writeInt32BE(frame.length - 4);
        frame.write(text, 4);
        cork();
        socket.write(frame);
      }
    });
  });
}

export function portOf(server: { address(): unknown }): number {
  return (server.address() as { port: number }).port;
}
