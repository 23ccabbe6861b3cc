import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { NO_HEADERS } from '#core/message.ts';
import { encodeFrame, LengthPrefixDecoder } from '#protocol/length-prefix.ts';
import { ALL_ACCESS, startBridgeBus } from '../bridge/bridge-bus.ts';
import { eventually } from '../support/eventually.ts';

test('small messages that come at once are taken in many turns, in their order, and all are answered', async () => {
  const bus = await startBridgeBus(ALL_ACCESS);
  let inTurn = 0;
  let most = 0;
  bus.engine.register('counted', ({ body, respond }) => {
    respond?.({ body, headers: NO_HEADERS });
    if (inTurn === 0) {
      setImmediate(() => {
        inTurn = 0;
      });
    }
    inTurn += 1;
    most = Math.max(most, inTurn);
  });
  const sent = Array.from({ length: 300 }, (_, index) => index);
  const requests = sent.map((data) =>
    encodeFrame(JSON.stringify({ type: 'send', address: 'counted', reply_address: 'r', data })),
  );
  const decoder = new LengthPrefixDecoder(1024);
  const answered: unknown[] = [];
  const socket = connect({ port: bus.avqPort, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('data', (chunk: Buffer) => {
    decoder.push(chunk, (frame) => answered.push(JSON.parse(frame.toString()).data));
  });
  // Its end comes with the messages, and is not noticed before they are read.
  socket.end(Buffer.concat(requests));
  await eventually(() => socket.readableEnded);
  expect(answered).toEqual(sent);
  expect(most).toBeLessThanOrEqual(64);
});
