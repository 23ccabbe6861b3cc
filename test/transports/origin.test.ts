import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { corsHeaders, isOriginAllowed, preflightHeaders } from '#transports/origin.ts';

const RULES = { origins: ['https://office.example'], hosts: ['kassa.shop'] };

function ask(origin: string | undefined, host: string | undefined, clientsRequired = false): boolean {
  const headers = { ...(origin !== undefined && { origin }), ...(host !== undefined && { host }) };
  return isOriginAllowed({ headers } as IncomingMessage, RULES, clientsRequired);
}

describe('a request is served', () => {
  test.each([
    ['from a program, which sends no Origin', undefined, 'evil.example'],
    ['from a program that sends neither', undefined, undefined],
    ['from a page of this machine', 'http://localhost:3000', '127.0.0.1:1828'],
    ['from the Java client', 'http://localhost', 'localhost'],
    ['from a loopback address', 'http://127.8.9.1', '127.0.0.1:1828'],
    ['from the IPv6 loopback', 'http://[::1]:80', '[::1]:1828'],
    ['from the listener’s own page', 'http://192.168.0.5:1828', '192.168.0.5:1828'],
    ['from a configured page', 'https://office.example', '192.168.0.5:1828'],
    ['by a configured host name', 'http://kassa.shop:1828', 'kassa.shop:1828'],
    ['from a name under localhost', 'http://app.localhost', 'localhost:1828'],
    ['under a name under localhost', 'http://localhost', 'app.localhost:1828'],
    ['from the IPv6 loopback in full', 'http://[0:0:0:0:0:0:0:1]:80', '[::1]:1828'],
  ])('%s', (_name, origin, host) => {
    expect(ask(origin, host)).toBe(true);
  });
});

describe('a request is refused', () => {
  test.each([
    ['from a foreign page', 'https://evil.example', '127.0.0.1:1828'],
    ['from a page that hides where it is from', 'null', '127.0.0.1:1828'],
    ['from a name that only begins like loopback', 'http://127.0.0.1.evil.example', '127.0.0.1:1828'],
    ['from a name that only begins like localhost', 'http://localhost.evil.example', '127.0.0.1:1828'],
    ['from a file or an extension', 'file://', '127.0.0.1:1828'],
    ['from the own host at another port', 'http://192.168.0.5:80', '192.168.0.5:1828'],
    ['from the configured page over another scheme', 'http://office.example', '127.0.0.1:1828'],
    ['by a name that was re-bound to us', 'http://evil.example:1828', 'evil.example:1828'],
    ['from loopback by a name that was re-bound to us', 'http://localhost', 'evil.example:1828'],
    ['without a Host', 'http://localhost', undefined],
  ])('%s', (_name, origin, host) => {
    expect(ask(origin, host)).toBe(false);
  });
});

describe('where clients have to say who they are', () => {
  test('any host name will do, and any page still not', () => {
    expect(ask('http://bus.example:1828', 'bus.example:1828', true)).toBe(true);
    expect(ask('https://evil.example', 'bus.example:1828', true)).toBe(false);
  });
});

describe('CORS headers', () => {
  const request = (headers: object) => ({ headers }) as IncomingMessage;

  test('name the origin, and nothing without one', () => {
    expect(corsHeaders(request({ origin: 'http://localhost' }))).toEqual({
      'access-control-allow-origin': 'http://localhost',
      vary: 'Origin',
    });
    expect(corsHeaders(request({}))).toEqual({});
  });

  test('allow what a preflight asks for', () => {
    const headers = { origin: 'http://localhost', 'access-control-request-headers': 'content-type,token' };
    expect(preflightHeaders(request(headers), 'POST')).toMatchObject({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type,token',
    });
  });
});
