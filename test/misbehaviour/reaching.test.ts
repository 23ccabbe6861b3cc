import { createServer, type ServerOptions } from 'node:https';
import { describe, expect, test } from 'vitest';
import { createCertificate } from '../outbound/certificate.ts';
import { CLOSED_PORT, listen } from '../outbound/loopback.ts';
import { createExpiredCertificate } from './expired-certificate.ts';
import { startOneSick } from './sick-bus.ts';
import { CHANGES, type ChangePlan, KINDS, type Kind, READS } from './vendor-kinds.ts';

const CHANGE_PLANS: readonly ChangePlan[] = Object.values(CHANGES);

/** A vendor that speaks HTTPS; answers what it is asked with a page that nobody can read. */
async function listenHttps(options: ServerOptions): Promise<{ baseUrl: string; asked: () => number }> {
  let count = 0;
  const server = createServer(options, (_request, response) => {
    count += 1;
    response.end('<html>');
  });
  return { baseUrl: `https://127.0.0.1:${await listen(server)}`, asked: () => count };
}

/** What a read and a change are answered with at a vendor that is somewhere else than the simulator. */
async function answersAt(kind: Kind, baseUrl: string, config: object = {}) {
  const { ask } = await startOneSick(kind, { config: { baseUrl, ...config } });
  const plan = CHANGE_PLANS.find((candidate) => candidate.kind === kind);
  const requests = [READS[kind].request, ...(plan ? [plan.request] : [])];
  return Promise.all(
    requests.map(async (request) => {
      const { name, code } = await ask(request);
      return { name, code };
    }),
  );
}

describe.each(KINDS)('%s: a vendor that cannot be reached', (kind) => {
  const all = (name: string, code: string) => Array(kind === 'white-server' ? 1 : 2).fill({ name, code });

  test('since there is no such host', async () => {
    const answers = await answersAt(kind, 'http://nosuchhost.invalid');
    expect(answers).toEqual(all('VENDOR_UNAVAILABLE', 'no_such_host'));
  });

  test('since nobody listens', async () => {
    const answers = await answersAt(kind, CLOSED_PORT);
    expect(answers).toEqual(all('VENDOR_UNAVAILABLE', 'refused'));
  });
});

describe('a vendor whose certificate', () => {
  const selfSigned = createCertificate();
  const ofAnother = createCertificate('DNS:elsewhere.test');
  const expired = createExpiredCertificate();

  describe.each(KINDS)('%s:', (kind) => {
    const refused = Array(kind === 'white-server' ? 1 : 2).fill({
      name: 'VENDOR_UNAVAILABLE',
      code: 'certificate',
    });

    test.each([
      ['is signed by itself', selfSigned, false],
      ['is of another host', ofAnother, true],
      ['has expired', expired, true],
    ])('%s: it is not told anything', async (_what, certificate, isTrusted) => {
      const { baseUrl, asked } = await listenHttps(certificate);
      expect(await answersAt(kind, baseUrl, isTrusted ? { ca: certificate.cert } : {})).toEqual(refused);
      expect(asked()).toBe(0);
    });

    test.each([
      ['is signed by itself, and trusted', selfSigned, { ca: selfSigned.cert }],
      ['is of another host, and not looked at', ofAnother, { tlsVerify: false }],
      ['has expired, and is not looked at', expired, { tlsVerify: false }],
    ])('%s: it is asked', async (_what, certificate, config) => {
      const { baseUrl, asked } = await listenHttps(certificate);
      const [read] = await answersAt(kind, baseUrl, config);
      expect(read).toEqual({ name: 'VENDOR_BAD_RESPONSE', code: 'html' });
      expect(asked()).toBeGreaterThan(0);
    });
  });
});
