import { type Static, type TObject, Type } from 'typebox';
import { LONGEST_TIMER_MS } from '#core/clock.ts';

const CLOSED = { additionalProperties: false };

const Tls = Type.Object(
  {
    cert: Type.String({
      minLength: 1,
      description:
        'Certificate chain: a PEM file, or its text. A path is relative to the configuration file.',
    }),
    key: Type.String({
      minLength: 1,
      writeOnly: true,
      description: 'Private key: a PEM file, or its text.',
    }),
    ca: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'Authorities that vouch for the certificates of clients: a PEM file, or its text.',
      }),
    ),
    clientAuth: Type.Boolean({
      default: false,
      description: 'Ask clients for a certificate; needs `ca`. One without may still show a secret.',
    }),
  },
  { ...CLOSED, description: 'Encryption; without it the listener is plain.' },
);

function host() {
  return Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen at; beyond loopback only with `clients` or `allowAnonymous: true`.',
  });
}

function port(number: number) {
  return Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: number,
    description: 'TCP port; 0 takes a free one.',
  });
}

function atLeastOne(value: number, description: string) {
  return Type.Integer({ minimum: 1, default: value, description });
}

function timerMs(value: number, description: string) {
  return Type.Integer({ minimum: 1, maximum: LONGEST_TIMER_MS, default: value, description });
}

function off(description: string) {
  return Type.Boolean({ default: false, description });
}

const CORRELATED = 'The refusal of a request also goes to its reply address, so that its callback is called.';

/** The options of the Vert.x SockJS bridge, by its own names and defaults. */
const EventBus = Type.Object(
  {
    pingTimeoutMs: timerMs(
      10_000,
      'A connection without a ping is closed between once and twice this time (milliseconds).',
    ),
    replyTimeoutMs: timerMs(30_000, 'How long answers are waited for (milliseconds).'),
    maxHandlersPerSocket: atLeastOne(1000, 'Registrations and requests without an answer of one connection.'),
    maxAddressLength: atLeastOne(200, 'The longest address to register (characters).'),
    correlatedErrors: off(CORRELATED),
    registerAcknowledgement: off('A registration is acknowledged by an `event` frame (`onevent`).'),
    legacyTransports: off(
      'Also iframe, htmlfile and jsonp. They do not say which page uses them: any page may, so only with `clients`.',
    ),
    anyFrameIsLiveness: off('Every message counts as a sign of life, not only a ping.'),
  },
  { ...CLOSED, default: {}, description: 'The Vert.x SockJS bridge at `/eventbus`.' },
);

/** A listener, or `false` to go without it. `if` and not `anyOf`, so that complaints name the key that is wrong. */
function listener<T extends TObject>(schema: T, description: string) {
  return Type.Unsafe<Static<T> | false>({
    description,
    default: {},
    if: { const: false },
    else: { ...schema, description },
  });
}

/** Where the bus listens. */
export const Listen = Type.Object(
  {
    http: listener(
      Type.Object(
        {
          host: host(),
          port: port(1828),
          tls: Type.Optional(Tls),
          origins: Type.Array(Type.String({ pattern: '^[a-z][a-z0-9+.-]*://[^/?#\\s]+$' }), {
            default: [],
            description:
              'Origins of web pages that may connect, beside loopback and the own one: `https://host`.',
          }),
          hosts: Type.Array(Type.String({ pattern: '^[^/:\\s]+$' }), {
            default: [],
            description: 'Host names, without port, under which web pages may reach a bus without `clients`.',
          }),
          eventbus: EventBus,
        },
        CLOSED,
      ),
      'HTTP, WebSocket and the SockJS bridge; false to go without.',
    ),
    avqTcp: listener(
      Type.Object(
        {
          host: host(),
          port: port(1829),
          tls: Type.Optional(Tls),
          legacyPing: Type.Boolean({
            default: false,
            description: 'Ping clients that spell `replyAddress` every 15 s, as old iKassa did.',
          }),
        },
        CLOSED,
      ),
      'Messages over TCP, each after its length; false to go without.',
    ),
    vertxTcp: listener(
      Type.Object(
        {
          host: host(),
          port: port(7000),
          path: Type.Optional(
            Type.String({ minLength: 1, description: 'A Unix domain socket to listen at instead.' }),
          ),
          tls: Type.Optional(Tls),
          replyTimeoutMs: timerMs(
            30_000,
            'How long answers are waited for where the message does not say (milliseconds).',
          ),
          maxHandlersPerSocket: atLeastOne(
            10_000,
            'Registrations and requests without an answer of one connection.',
          ),
          maxAddressLength: atLeastOne(10_000, 'The longest address to register (characters).'),
          correlatedErrors: off(CORRELATED),
          registerAcknowledgement: off('A registration is acknowledged by a frame of type `registered`.'),
        },
        CLOSED,
      ),
      'The Vert.x TCP event bus bridge; false to go without.',
    ),
  },
  { ...CLOSED, default: {}, description: 'Where the bus listens.' },
);
