import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createAvqDialect } from '#protocol/avq.ts';
import { HttpConnection } from '#transports/http-connection.ts';

const ROOMY = () => ({ take: () => true, give() {} });

test('what is read after something unreadable is not carried out, since its answer would be cut off', () => {
  const socket = new Socket();
  const connection = HttpConnection.of(socket);
  const served: string[] = [];
  const take = (name: string) => {
    const request = new IncomingMessage(socket);
    request.complete = true;
    connection.take(new ServerResponse(request), () => served.push(name), ROOMY);
  };
  take('before');
  connection.refuse('ERR_HTTP_REQUEST_TIMEOUT', createAvqDialect({ maxDepth: 64 }));
  take('after');
  expect(served).toEqual(['before']);
});
