import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createAvqDialect } from '#protocol/avq.ts';
import { HttpConnection } from '#transports/http-connection.ts';
import { takeUpgrade } from '#transports/upgrade-request.ts';

const ROOMY = () => ({ take: () => true, give() {} });

const DIALECT = createAvqDialect({ maxDepth: 64 });

/** A connection, and what takes a request of it that is answered when its response is destroyed. */
function openConnection() {
  const socket = new Socket();
  const connection = HttpConnection.of(socket);
  const served: string[] = [];
  const take = (name: string) => {
    const request = new IncomingMessage(socket);
    request.complete = true;
    const response = new ServerResponse(request);
    connection.take(response, () => served.push(name), ROOMY);
    return response;
  };
  return { socket, connection, served, take };
}

test('what is read after something unreadable is not carried out, since its answer would be cut off', () => {
  const { connection, served, take } = openConnection();
  take('before');
  connection.refuse('ERR_HTTP_REQUEST_TIMEOUT', DIALECT);
  take('after');
  expect(served).toEqual(['before']);
});

test('what was unreadable is not refused where an answer was the last one', () => {
  const { socket, connection, take } = openConnection();
  const last = take('last');
  connection.refuse('HPE_INVALID_METHOD', DIALECT);
  // As Node ends the connection.
  socket.end();
  const end = vi.spyOn(socket, 'end');
  last.emit('close');
  expect(end).not.toHaveBeenCalled();
});

test('an upgrade waits for the answers, and has no time-out then of what came before', () => {
  const { socket, connection, take } = openConnection();
  const response = take('before');
  const begin = vi.fn();
  takeUpgrade(connection, socket, Buffer.from('a'), ROOMY, begin);
  socket.emit('data', Buffer.from('b'));
  expect(begin).not.toHaveBeenCalled();
  // As Node does when nothing else is to be answered.
  socket.setTimeout(5000);
  response.emit('close');
  expect(begin.mock.calls).toEqual([[Buffer.from('ab')]]);
  expect(socket.timeout).toBe(0);
  socket.destroy();
});

test('no upgrade begins behind the last answer', () => {
  const { socket, connection, take } = openConnection();
  const last = take('last');
  const begin = vi.fn();
  takeUpgrade(connection, socket, Buffer.alloc(0), ROOMY, begin);
  socket.end();
  last.emit('close');
  expect(begin).not.toHaveBeenCalled();
});
