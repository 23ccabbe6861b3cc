import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCertificate } from '../outbound/certificate.ts';
import { accounts, complaintsOf } from './fake-vendors.ts';

const device = { token: 'A', vendor: 'almaty', id_kkm: 1 };
const secret = { name: 'a', secret: 's' };
const receipts = { kind: 'ofd', authToken: 'x' };

describe('a configuration is refused', () => {
  test.each<[string, unknown, string]>([
    ['an unknown key', { listn: {} }, 'listn: unknown key; did you mean listen?'],
    [
      'a key spelt another way',
      { limits: { max_depth: 3 } },
      'limits.max_depth: unknown key; did you mean maxDepth?',
    ],
    [
      'a number out of range',
      { listen: { http: { port: 65536 } } },
      'listen.http.port: expected at most 65535 (TCP port; 0 takes a free one)',
    ],
    [
      'a time that no timer counts',
      { shutdownMs: 3_000_000_000 },
      'shutdownMs: expected at most 2147483647 (How long to wait for what is under way when stopping (milliseconds))',
    ],
    [
      'a listener that is neither one nor false',
      { listen: { avqTcp: true } },
      'listen.avqTcp: expected keys with values (Messages over TCP, each after its length; false to go without)',
    ],
    [
      'no room for a message of full size',
      { limits: { maxMessageBytes: 2048, maxInFlightBytes: 4096 } },
      'limits.maxInFlightBytes: expected 12800 or more, 6.25 times maxMessageBytes: hardly a message of full size would be let in',
    ],
    [
      'a message larger than the room that there is by default',
      { limits: { maxMessageBytes: 200_000_000 } },
      'limits.maxInFlightBytes: expected 1250000000 or more, 6.25 times maxMessageBytes: hardly a message of full size would be let in',
    ],
    ['a wrong choice', { engine: { kind: 'nats' } }, 'engine.kind: expected local (`local`: one process)'],
    [
      'a number where money is wanted',
      { reconcile: { tolerance: 0.5 } },
      'reconcile.tolerance: expected text (The largest difference that still matches: money, in quotes); put it in quotes',
    ],
    [
      'text that is no reference',
      { store: { path: `\${a b}` } },
      `store.path: \${a b} is neither \${NAME} nor \${file:path}`,
    ],
    ['an open reference', { store: { path: `\${A` } }, 'store.path: a reference that is not closed with }'],
    [
      'a file that is not there',
      { store: { path: `\${file:nowhere}` } },
      'store.path: the file nowhere cannot be read (ENOENT)',
    ],
    [
      'an unknown kind',
      { vendors: { a: { kind: 'white-server' } } },
      'vendors.a.kind: expected one of tsrv, kassa24, iiko, ofd',
    ],
    ['an account without a kind', { vendors: { a: {} } }, 'vendors.a.kind: is missing'],
    [
      'an impossible account name',
      { vendors: { 'a b': accounts.minsk } },
      'vendors.a…: is no possible name: expected text that fits ^[A-Za-z0-9][A-Za-z0-9_.-]*$',
    ],
    [
      'an account without its address',
      { vendors: { a: { kind: 'tsrv' } } },
      "vendors.a.baseUrl: is missing (The vendor's address: http or https, without query; what a path is appended to)",
    ],
    [
      'an address that is none',
      { vendors: { a: { kind: 'tsrv', baseUrl: 'ftp://host' } } },
      'vendors.a.baseUrl: expected an address that begins with http:// or https://',
    ],
    [
      'an address with a query',
      { vendors: { a: { kind: 'tsrv', baseUrl: 'http://host/?a=b' } } },
      'vendors.a.baseUrl: expected an address without query and fragment',
    ],
    [
      'an address with a login',
      { vendors: { a: { kind: 'tsrv', baseUrl: 'http://a:b@host' } } },
      'vendors.a.baseUrl: expected an address without login and password; an account has keys for them',
    ],
    [
      'a key of another kind',
      { vendors: { a: { ...accounts.minsk, zone: 'Asia/Almaty' } } },
      'vendors.a.zone: unknown key',
    ],
    [
      'neither of two ways',
      { vendors: { a: { kind: 'ofd', login: 'x' } } },
      'vendors.a: is missing authToken, or password',
    ],
    [
      'no time zone',
      { vendors: { a: { ...accounts.almaty, zone: 'Mars/Base' } } },
      'vendors.a.zone: expected a time zone of the IANA database, such as Asia/Almaty',
    ],
    [
      'no choice of a union',
      { vendors: { a: { ...accounts.almaty, dateZ: 'x' } } },
      'vendors.a.dateZ: expected utc or local',
    ],
    [
      'authorities that are not there',
      { vendors: { a: { ...accounts.minsk, ca: 'nowhere.pem' } } },
      'vendors.a.ca: the file cannot be read (ENOENT)',
    ],
    [
      'a device without an account',
      { devices: [{ token: 'A' }] },
      'devices[0].vendor: is missing (Name of an account under `vendors`)',
    ],
    [
      'a device of an unknown account',
      { vendors: accounts, devices: [{ ...device, vendor: 'almati' }] },
      'devices[0].vendor: no account of this name under vendors; did you mean almaty?',
    ],
    [
      'an account called like a method',
      { devices: [{ token: 'A', vendor: 'constructor' }] },
      'devices[0].vendor: no account of this name under vendors',
    ],
    [
      'a device without what its kind needs',
      { vendors: accounts, devices: [{ token: 'A', vendor: 'almaty' }] },
      'devices[0].id_kkm: is missing',
    ],
    [
      "a device with another kind's key",
      { vendors: accounts, devices: [{ ...device, cash_register: 3 }] },
      'devices[0].cash_register: unknown key',
    ],
    ['a device that is none', { devices: ['A'] }, 'devices[0]: expected keys with values'],
    [
      'a PIN at an upstream of our own protocol',
      { vendors: accounts, devices: [{ token: 'A', vendor: 'minsk', pin: '1' }] },
      'devices[0].pin: not for a register of kind tsrv: there the upstream asks for the PIN',
    ],
    [
      'a PIN without quotes',
      { vendors: accounts, devices: [{ ...device, pin: 1234 }] },
      'devices[0].pin: expected text (Asked for by `authorize`; in quotes); put it in quotes',
    ],
    [
      'a register twice under other tokens',
      { vendors: accounts, devices: [device, { ...device, token: 'another' }] },
      'devices[1].id_kkm: devices[0] is this register of the account already',
    ],
    [
      'a token twice',
      { vendors: accounts, devices: [device, device] },
      'devices[1].token: devices[0] has this token already',
    ],
    [
      'a back office of an unknown account',
      { vendors: accounts, devices: [{ ...device, backoffice: { vendor: 'x' } }] },
      'devices[0].backoffice.vendor: no account of this name under vendors',
    ],
    [
      'a back office without what its kind needs',
      { vendors: accounts, devices: [{ ...device, backoffice: { vendor: 'office' } }] },
      'devices[0].backoffice.cash_register: is missing',
    ],
    [
      "a back office with another kind's key",
      { vendors: accounts, devices: [{ ...device, backoffice: { vendor: 'minsk', id_kkm: 1 } }] },
      'devices[0].backoffice.id_kkm: unknown key',
    ],
    [
      'a back office that tells no figures',
      { vendors: { ...accounts, receipts }, devices: [{ ...device, backoffice: { vendor: 'receipts' } }] },
      'devices[0].backoffice.vendor: an account of kind ofd tells no figures of a shift to compare',
    ],
    [
      'a back office of a device without figures',
      {
        vendors: { ...accounts, receipts },
        devices: [{ token: 'A', vendor: 'receipts', backoffice: { vendor: 'office', cash_register: 1 } }],
      },
      'devices[0].vendor: an account of kind ofd tells no figures of a shift to compare',
    ],
    [
      'a back office that is the register itself, whoever asks',
      {
        vendors: accounts,
        devices: [{ ...device, backoffice: { vendor: 'almaty', id_kkm: 1, login: 'x', password: 'x' } }],
      },
      'devices[0].backoffice: the register itself: expected the same register in another system',
    ],
    [
      'a back office that is the register itself, wherever it stands',
      {
        vendors: accounts,
        devices: [
          {
            ...{ token: 'A', vendor: 'office', cash_register: 1, point_of_sale: 'ab' },
            backoffice: { vendor: 'office', cash_register: 1, point_of_sale: 'AB' },
          },
        ],
      },
      'devices[0].backoffice: the register itself: expected the same register in another system',
    ],
    [
      'a back office that is the upstream of the register itself',
      { vendors: accounts, devices: [{ token: 'A', vendor: 'minsk', backoffice: { vendor: 'minsk' } }] },
      'devices[0].backoffice: the register itself: expected the same register in another system',
    ],
    ['an unknown member of a group', { groups: { all: ['A'] } }, 'groups.all[0]: no device has this token'],
    [
      'a member twice',
      { vendors: accounts, devices: [device], groups: { all: ['A', 'A'] } },
      'groups.all: the items 0 and 1 are the same',
    ],
    [
      'a name twice',
      { clients: [secret, { name: 'a', secret: 't' }] },
      'clients[1].name: an earlier client has this name',
    ],
    [
      'a secret twice',
      { clients: [secret, { name: 'b', secret: 's' }] },
      'clients[1].secret: an earlier client has this secret',
    ],
    [
      'a reserved name',
      { clients: [{ name: 'anonymous', secret: 's' }] },
      'clients[0].name: anonymous is who does not say who he is',
    ],
    [
      'a client that cannot be known',
      { clients: [{ name: 'a' }] },
      'clients[0].secret: is missing; or write certificate: true',
    ],
    [
      'a client known twice',
      { clients: [{ ...secret, certificate: true }] },
      'clients[0].certificate: either a secret or certificate: true, not both',
    ],
    [
      'a certificate that nobody asks for',
      { clients: [{ name: 'a', certificate: true }] },
      'clients[0].certificate: needs a listener with tls.clientAuth: true and tls.ca',
    ],
    [
      'a wrong expression',
      { clients: [{ ...secret, inbound: [{ addressRegex: '(' }] }] },
      'clients[0].inbound[0].addressRegex: expected a regular expression of JavaScript',
    ],
    [
      'an expression that is one only in brackets',
      { anonymous: { outbound: [{ addressRegex: 'a)|(b' }] } },
      'anonymous.outbound[0].addressRegex: expected a regular expression of JavaScript',
    ],
    [
      'an open door',
      { listen: { avqTcp: { host: '0.0.0.0' } } },
      'listen.avqTcp.host: beyond loopback the bus needs clients, or allowAnonymous: true',
    ],
    [
      'a half-open door',
      { listen: { http: { host: '10.0.0.1' } }, clients: [secret], anonymous: {} },
      'anonymous: beyond loopback (http) this needs allowAnonymous: true',
    ],
    [
      'a port twice',
      { listen: { http: { port: 7000 } } },
      'listen.vertxTcp.port: listen.http has this port already',
    ],
    [
      'a port twice, of all hosts',
      { allowAnonymous: true, listen: { http: { host: '0.0.0.0', port: 1829 } } },
      'listen.avqTcp.port: listen.http has this port already',
    ],
    [
      'TLS files that are not there',
      { listen: { http: { tls: { cert: 'a.pem', key: '-----BEGIN ' } } } },
      'listen.http.tls.cert: the file cannot be read (ENOENT)',
    ],
    [
      'PEM that is none',
      { listen: { http: { tls: { cert: '-----BEGIN ', key: '-----BEGIN ' } } } },
      'listen.http.tls.cert: the PEM material cannot be used',
    ],
    ['a consumer without behaviour', { consumers: [{ address: 'a' }] }, 'consumers[0].behaviour: is missing'],
    [
      "a consumer with another one's key",
      { consumers: [{ address: 'a', behaviour: 'echo', everyMs: 50 }] },
      'consumers[0].everyMs: unknown key',
    ],
    [
      "a consumer at one of the bus's own addresses",
      { consumers: [{ address: 'ik.service.token', behaviour: 'echo' }] },
      "consumers[0].address: one of the bus's own addresses",
    ],
    [
      'a consumer at a service that may come',
      { consumers: [{ address: 'bus.unheard_of', behaviour: 'echo' }] },
      "consumers[0].address: one of the bus's own addresses",
    ],
    [
      'two consumers at one address',
      {
        consumers: [
          { address: 'a', behaviour: 'echo' },
          { address: 'a', behaviour: 'sink' },
        ],
      },
      'consumers[1].address: an earlier consumer has this address',
    ],
    ['nothing', null, ': expected keys with values'],
  ])('for %s', (_case, value, complaint) => {
    const complaints = complaintsOf(value);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });
});

test('a configuration without a word in it is fine', () => {
  expect(complaintsOf({})).toEqual([]);
});

test.each([
  ['another account', { token: 'A', vendor: 'almaty', id_kkm: 1 }, { vendor: 'office', cash_register: 1 }],
  [
    'another register',
    { token: 'A', vendor: 'office', cash_register: 1 },
    { vendor: 'office', cash_register: 2 },
  ],
  ['another upstream', { token: 'A', vendor: 'minsk' }, { vendor: 'gomel' }],
])('a back office may be %s', (_what, register, backoffice) => {
  const vendors = { ...accounts, gomel: { kind: 'tsrv', baseUrl: 'http://127.0.0.1:18281' } };
  expect(complaintsOf({ vendors, devices: [{ ...register, backoffice }] })).toEqual([]);
});

test('one mistake does not hide another, wherever they are', () => {
  const value = {
    vendors: { a: 3, b: { kind: 'tsrv' }, c: { ...accounts.almaty, zone: 'x', ca: 'x' } },
    devices: [
      { token: 'A', vendor: 'c' },
      { token: 'A', vendor: 'd' },
    ],
    clients: [{ name: 5 }],
    groups: { all: 'A' },
  };
  const paths = complaintsOf(value).map((complaint) => complaint.split(': ')[0]);
  expect(paths.toSorted()).toEqual([
    'clients[0].name',
    'clients[0].secret',
    'devices[0].id_kkm',
    'devices[1].token',
    'devices[1].vendor',
    'groups.all',
    'vendors.a',
    'vendors.b.baseUrl',
    'vendors.c.ca',
    'vendors.c.zone',
  ]);
});

describe('listening beyond loopback', () => {
  const everywhere = { listen: { http: { host: '::' } } };
  test.each<[string, object]>([
    ['with clients', { ...everywhere, clients: [secret] }],
    ['with allowAnonymous', { ...everywhere, allowAnonymous: true }],
    [
      'with clients, anonymous and allowAnonymous',
      { ...everywhere, clients: [secret], anonymous: {}, allowAnonymous: true },
    ],
  ])('is fine %s', (_case, value) => {
    expect(complaintsOf(value)).toEqual([]);
  });

  test.each(['127.0.0.1', '127.8.8.8', 'localhost', 'LOCALHOST', '::1', '::ffff:127.0.0.1'])(
    'is not what %s does',
    (host) => {
      expect(complaintsOf({ listen: { http: { host } } })).toEqual([]);
    },
  );

  test.each(['0.0.0.0', '::', '192.168.1.5', 'localhost.example', '::ffff:10.0.0.1', '128.0.0.1'])(
    'is what %s does',
    (host) => {
      expect(complaintsOf({ listen: { http: { host } } })).toHaveLength(1);
    },
  );
});

test('several listeners may take any free port, and one port on different addresses', () => {
  expect(complaintsOf({ listen: { http: { port: 0 }, avqTcp: { port: 0 } } })).toEqual([]);
  expect(complaintsOf({ listen: { http: { host: '127.0.0.2', port: 1829 } } })).toEqual([]);
});

describe('TLS material', () => {
  let folder: string;
  const { cert, key } = createCertificate();
  const other = createCertificate();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'config-tls-'));
    writeFileSync(join(folder, 'cert.pem'), cert);
    writeFileSync(join(folder, 'key.pem'), key);
    writeFileSync(join(folder, 'other.pem'), other.key);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const tls = { cert: 'cert.pem', key: 'key.pem' };
  const complain = (value: unknown) => complaintsOf(value, { folder });

  test('is read from files beside the configuration', () => {
    expect(complain({ listen: { http: { tls } } })).toEqual([]);
  });

  test('is refused when the key belongs to another certificate', () => {
    const complaints = complain({ listen: { http: { tls: { ...tls, key: 'other.pem' } } } });
    expect(complaints).toEqual([
      expect.stringContaining('listen.http.tls.cert: the PEM material cannot be used'),
    ]);
  });

  test('needs authorities to ask clients for certificates', () => {
    const complaints = complain({ listen: { http: { tls: { ...tls, clientAuth: true } } } });
    expect(complaints).toEqual([
      'listen.http.tls.ca: is missing: clientAuth needs the authorities that vouch for clients',
    ]);
  });

  test('lets clients be known by certificate', () => {
    const value = {
      listen: { avqTcp: { tls: { ...tls, ca: 'cert.pem', clientAuth: true } } },
      clients: [{ name: 'a', certificate: true }],
    };
    expect(complain(value)).toEqual([]);
  });
});
