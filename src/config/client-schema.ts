import { Type } from 'typebox';
import { LONGEST_TIMER_MS } from '#core/clock.ts';

const CLOSED = { additionalProperties: false };

const Names = Type.Array(Type.String({ minLength: 1 }));

const Rule = Type.Object(
  {
    address: Type.Optional(Type.String({ minLength: 1, description: 'The exact address.' })),
    addressRegex: Type.Optional(
      Type.String({ description: 'An expression for the whole address; ignored beside `address`.' }),
    ),
    match: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Fields that the body must have.' }),
    ),
    actions: Type.Optional({ ...Names, description: 'Actions of a service.' }),
    tokens: Type.Optional({ ...Names, description: 'Serials of cash registers.' }),
    accounts: Type.Optional({ ...Names, description: 'Names of vendor accounts.' }),
    jobs: Type.Optional(
      Type.Enum(['all', 'own'], { description: '`all`: also jobs that other clients ordered.' }),
    ),
    personalData: Type.Optional(Type.Boolean({ description: 'Show phones, cards and e-mails unmasked.' })),
  },
  { ...CLOSED, description: 'Fits a message when everything given fits; `{}` fits every message.' },
);

const access = {
  inbound: Type.Array(Rule, { default: [], description: 'What may be sent and published.' }),
  outbound: Type.Array(Rule, { default: [], description: 'What may be listened to.' }),
  personalData: Type.Boolean({
    default: false,
    description: 'Show phones, cards and e-mails unmasked, whatever the rule.',
  }),
};

/** What those may do who do not say who they are. */
export const Anonymous = Type.Object(access, {
  ...CLOSED,
  description:
    'What those may do who do not say who they are; beyond loopback it needs `allowAnonymous: true`.',
});

/** Somebody who is known by a secret or a certificate. */
export const ClientSchema = Type.Object(
  {
    name: Type.String({
      pattern: '^[!-~]([ -~]*[!-~])?$',
      description: 'The client in logs and journals; the common name of its certificate.',
    }),
    secret: Type.Optional(
      Type.String({
        pattern: '^[!-~]+$',
        writeOnly: true,
        description: 'Shown as `Authorization: Bearer <secret>`: printable ASCII without spaces.',
      }),
    ),
    certificate: Type.Optional(
      Type.Boolean({ description: 'Known by a TLS client certificate instead of a secret.' }),
    ),
    ...access,
  },
  CLOSED,
);

const address = Type.String({ minLength: 1, description: 'Where it listens.' });

/** Consumers for testing clients: they count as services, but need no action. */
export const Consumer = Type.Unsafe<
  | { address: string; behaviour: 'echo' | 'echo-headers' | 'hello' | 'sink' | 'fail' }
  | { address: string; behaviour: 'ticker'; mode: 'send' | 'publish'; body?: unknown; everyMs: number }
>({
  type: 'object',
  required: ['behaviour'],
  discriminator: { propertyName: 'behaviour' },
  oneOf: [
    Type.Object(
      {
        address,
        behaviour: Type.Enum(['echo', 'echo-headers', 'hello', 'sink', 'fail'], {
          description: 'Answers the body; body and headers; a greeting; never; a failure.',
        }),
      },
      CLOSED,
    ),
    Type.Object(
      {
        address,
        behaviour: Type.Literal('ticker'),
        mode: Type.Enum(['send', 'publish'], { default: 'publish', description: 'How it sends.' }),
        body: Type.Optional(Type.Unknown({ description: 'What it sends; `{tick: n}` when absent.' })),
        everyMs: Type.Integer({
          minimum: 10,
          maximum: LONGEST_TIMER_MS,
          default: 1000,
          description: 'How often it sends (milliseconds).',
        }),
      },
      CLOSED,
    ),
  ],
});
