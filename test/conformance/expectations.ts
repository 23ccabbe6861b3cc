import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type Answer, call } from './http-client.ts';

/** The services under test (sockjs-protocol 0.3.3), known once the server listens. */
export type Services = () => {
  readonly echo: string;
  readonly close: string;
  readonly disabledWebSocket: string;
  readonly cookieNeeded: string;
};

type Head = Pick<Answer, 'headers'>;

export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

export function newSession(base: string): string {
  return `${base}/000/${randomUUID()}`;
}

export function expectContentType(answer: Head, wanted: string): void {
  expect(answer.headers['content-type']?.replaceAll(' ', '')).toBe(wanted);
}

export function expectNotCached(answer: Head): void {
  expect(answer.headers['cache-control']).toBe(
    'no-store, no-cache, no-transform, must-revalidate, max-age=0',
  );
  expect(answer.headers.expires).toBeUndefined();
  expect(answer.headers['last-modified']).toBeUndefined();
}

export function expectCachedForLong(answer: Head): void {
  expect(answer.headers['cache-control']).toMatch(/public/);
  expect(answer.headers['cache-control']).toMatch(/max-age=[1-9]\d{6}/);
  expect(answer.headers.expires).toBeTruthy();
}

export function expectNoCookie(answer: Head): void {
  expect(answer.headers['set-cookie']).toBeUndefined();
}

export function expectCookie(answer: Head, value: string): void {
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  expect(cookie.replaceAll(' ', '').toLowerCase()).toBe(`jsessionid=${value};path=/`);
}

export function expectCors(answer: Head, origin?: string): void {
  expect(answer.headers['access-control-allow-origin']).toBe(origin ?? '*');
  expect(answer.headers['access-control-allow-credentials']).toBe(origin === undefined ? undefined : 'true');
}

export async function expectPreflight(url: string, methods: readonly string[]): Promise<void> {
  for (const origin of ['test', 'null']) {
    const headers = { Origin: origin, 'Access-Control-Request-Method': methods.join(', ') };
    const answer = await call('OPTIONS', url, { headers });
    expect([200, 204]).toContain(answer.status);
    expect(answer.body).toBe('');
    expectCachedForLong(answer);
    expect(Number(answer.headers['access-control-max-age'])).toBeGreaterThan(1_000_000);
    for (const method of methods) expect(answer.headers['access-control-allow-methods']).toContain(method);
    expectCors(answer, origin);
  }
}

/** Opens a polling session: the first poll brings `o`. */
export async function openByPolling(session: string): Promise<void> {
  const answer = await call('POST', `${session}/xhr`);
  expect(answer).toMatchObject({ status: 200, body: 'o\n' });
}

export async function sendByXhr(session: string, body: string): Promise<void> {
  const answer = await call('POST', `${session}/xhr_send`, { body });
  expect(answer).toMatchObject({ status: 204, body: '' });
}

export async function expectPoll(session: string, body: string): Promise<void> {
  const answer = await call('POST', `${session}/xhr`);
  expect(answer).toMatchObject({ status: 200, body });
}
