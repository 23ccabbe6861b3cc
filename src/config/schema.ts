import { type Static, Type } from 'typebox';
import { LONGEST_TIMER_MS } from '#core/clock.ts';
import { Anonymous, ClientSchema, Consumer } from './client-schema.ts';
import type { Frozen } from './frozen.ts';
import { Listen } from './listen-schema.ts';
import type { AccountConfig, DeviceConfig } from './vendor-schema.ts';

const CLOSED = { additionalProperties: false };

export const DEFAULT_STORE_PATH = './data';

function count(value: number, description: string) {
  return Type.Integer({ minimum: 1, default: value, description });
}

const Limits = Type.Object(
  {
    maxMessageBytes: Type.Integer({
      minimum: 1024,
      maximum: 268_435_456,
      default: 262_144,
      description: 'The largest message (bytes).',
    }),
    maxFragments: count(64, 'WebSocket fragments a message.'),
    maxConnections: count(10_000, 'Connections of all listeners together.'),
    maxInFlightPerConnection: count(1000, 'Requests of one connection that are not answered yet.'),
    maxInFlight: count(
      20_000,
      'Requests of everybody together that are not answered yet, one for many registers as so many; one client alone is let in up to two fifths of them.',
    ),
    maxInFlightBytes: Type.Integer({
      minimum: 1024,
      default: 268_435_456,
      description:
        'The texts of these requests, HTTP bodies that are being read, and HTTP requests that wait for those before them (bytes); 6.25 times `maxMessageBytes` or more, so that one of full size finds room whoever sends it.',
    }),
    maxQueuedBytesPerConnection: count(
      4_194_304,
      'What may wait to be written before a connection that does not read is closed (bytes).',
    ),
    maxDepth: count(64, 'Levels of nesting in a message.'),
    maxResultBytes: count(1_048_576, 'The largest result of a job; a larger one becomes a file (bytes).'),
    perClientPerSecond: Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'Messages a second of one client, known by its name: all without one share a single rate; null for no limit.',
    }),
  },
  { ...CLOSED, default: {}, description: 'What one client or all together may use up.' },
);

/** The part of the configuration that does not depend on which vendors there are. */
export const BaseConfig = Type.Object(
  {
    listen: Listen,
    limits: Limits,
    engine: Type.Object(
      { kind: Type.Enum(['local'], { default: 'local', description: '`local`: one process.' }) },
      { ...CLOSED, default: {}, description: 'What carries messages between clients.' },
    ),
    store: Type.Object(
      {
        path: Type.String({
          minLength: 1,
          default: DEFAULT_STORE_PATH,
          description: 'Folder of journal, jobs and files, relative to the configuration file.',
        }),
        keepOperationsDays: count(30, 'How long the outcome of a change is remembered (days).'),
      },
      { ...CLOSED, default: {}, description: 'What survives a restart.' },
    ),
    jobs: Type.Object(
      {
        deadlineMs: Type.Integer({
          minimum: 1,
          maximum: LONGEST_TIMER_MS,
          default: 3_600_000,
          description: 'How long a job may take before it has failed (milliseconds).',
        }),
        keepDays: count(7, 'How long a finished job and its file are kept (days).'),
        maxLivePerClient: count(1000, 'Jobs of one client that have not ended.'),
      },
      { ...CLOSED, default: {}, description: 'Reports that take minutes.' },
    ),
    reconcile: Type.Object(
      {
        tolerance: Type.String({
          pattern: '^[0-9]{1,15}([.][0-9]{1,10})?$',
          default: '0.00',
          description: 'The largest difference that still matches: money, in quotes.',
        }),
      },
      { ...CLOSED, default: {}, description: 'Comparing a shift with the back office.' },
    ),
    pin: Type.Object(
      { idleMs: count(43_200_000, 'How long an unused PIN session lasts (milliseconds); 12 hours.') },
      { ...CLOSED, default: {}, description: 'PIN sessions.' },
    ),
    log: Type.Object(
      {
        level: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          default: 'info',
          description: 'The least important line that is written.',
        }),
      },
      { ...CLOSED, default: {}, description: 'The log.' },
    ),
    shutdownMs: Type.Integer({
      minimum: 0,
      maximum: LONGEST_TIMER_MS,
      default: 10_000,
      description: 'How long to wait for what is under way when stopping (milliseconds).',
    }),
    allowAnonymous: Type.Boolean({
      default: false,
      description: 'Listen beyond loopback although anybody may connect.',
    }),
    anonymous: Type.Optional(Anonymous),
    clients: Type.Array(ClientSchema, {
      default: [],
      description: 'Who may connect; without any, every program on this machine.',
    }),
    consumers: Type.Array(Consumer, { default: [], description: 'Consumers for testing clients.' }),
    groups: Type.Record(
      Type.String({ pattern: '\\S' }),
      Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true }),
      { ...CLOSED, default: {}, description: 'Names for lists of registers, by token.' },
    ),
  },
  CLOSED,
);

/**
 * A complete configuration: checked, every default filled in, frozen. TLS material is its PEM text, paths are
 * absolute, `baseUrl` has no slash at its end.
 */
export type Config = Frozen<
  Static<typeof BaseConfig> & {
    /** By name, in the file's order. */
    vendors: Record<string, AccountConfig>;
    devices: DeviceConfig[];
  }
>;
