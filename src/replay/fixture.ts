import { type Static, Type } from 'typebox';

const CLOSED = { additionalProperties: false };

/** `null` and `{}` mean the same as an absent part: anything will do. */
const Parts = Type.Optional(
  Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
    description: 'an object, or null for anything',
  }),
);

const RequestPattern = Type.Object(
  {
    method: Type.String({ pattern: '^[A-Z]+$', description: 'an HTTP method in capitals' }),
    path: Type.String({ pattern: '^/[^?#]*$', description: 'a path that begins with / and holds no query' }),
    query: Parts,
    headers: Parts,
    body: Type.Optional(Type.Unknown({ description: 'JSON by the keys given, or the text of another body' })),
  },
  { ...CLOSED, description: 'The call that is answered.' },
);

const DelayMs = Type.Integer({
  minimum: 0,
  description: 'milliseconds before the vendor does anything: a whole number from 0',
});

const VendorResponse = Type.Object(
  {
    status: Type.Optional(
      Type.Integer({ minimum: 200, maximum: 599, description: 'an HTTP status, 200 to 599' }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]), {
        description: 'an object whose values are texts, or lists of texts for a header that repeats',
      }),
    ),
    body: Type.Optional(Type.Unknown({ description: 'sent as JSON; null sends nothing' })),
    text: Type.Optional(Type.String({ description: 'sent as it is' })),
    base64: Type.Optional(Type.String({ contentEncoding: 'base64', description: 'bytes' })),
    fault: Type.Optional(
      Type.Enum(['refuse', 'reset', 'hang', 'truncate'], {
        description: 'one of refuse, reset, hang, truncate',
      }),
    ),
    delay_ms: Type.Optional(DelayMs),
  },
  {
    ...CLOSED,
    not: {
      anyOf: [
        { required: ['body', 'text'] },
        { required: ['body', 'base64'] },
        { required: ['text', 'base64'] },
        { required: ['fault', 'status'] },
        { required: ['fault', 'body'] },
        { required: ['fault', 'text'] },
        { required: ['fault', 'base64'] },
      ],
    },
    description: 'one of body, text, base64 and fault',
  },
);
export type VendorResponse = Static<typeof VendorResponse>;

const FixtureExchange = Type.Object(
  {
    vendor: Type.String({ description: 'The name of an account of `config`.' }),
    request: RequestPattern,
    response: VendorResponse,
    times: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1 }), Type.Literal('any')], {
        description: 'a number from 1, or "any" for as often as it is asked, never included',
      }),
    ),
    optional: Type.Optional(Type.Boolean({ description: 'true: it need not be used' })),
  },
  { ...CLOSED, description: 'One call to a vendor and its answer.' },
);
export type FixtureExchange = Static<typeof FixtureExchange>;

const ViaName = Type.Enum(['http', 'websocket', 'tcp'], { description: 'one of http, websocket, tcp' });
export type Via = Static<typeof ViaName>;

const Step = Type.Object(
  {
    send: Type.Optional(Type.Unknown({ description: 'The Message, as it goes over the wire.' })),
    expect: Type.Optional(Type.Unknown({ description: 'The whole answer; null: there must be none.' })),
    via: Type.Optional(ViaName),
    advance_ms: Type.Optional(
      Type.Integer({ minimum: 0, description: 'milliseconds that the clock jumps: a whole number from 0' }),
    ),
    restart: Type.Optional(
      Type.Literal(true, { description: 'true: killed, and started on the same store' }),
    ),
  },
  {
    ...CLOSED,
    oneOf: [
      { required: ['advance_ms'], maxProperties: 1 },
      { required: ['restart'], maxProperties: 1 },
      {
        anyOf: [{ required: ['send'] }, { required: ['expect'] }],
        not: { anyOf: [{ required: ['advance_ms'] }, { required: ['restart'] }] },
      },
    ],
    description: '{send, expect?, via?}, {expect, via?}, {advance_ms} or {restart}',
  },
);
export type Step = Static<typeof Step>;

/**
 * One conversation: what clients say, what the bus must answer, and the vendors' part in it. Any value of
 * `expect`, of a query, a header or a body may be a matcher: `{"$any": true}` (also a missing key),
 * `{"$regex": "…"}`, `{"$uuid": true}`.
 */
export const Fixture = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'a sentence' }),
    config: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'a configuration; baseUrl, listen and store are filled in by the replayer',
      }),
    ),
    now: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})$',
        description: "the time at which it begins, RFC 3339; the machine's own when absent",
      }),
    ),
    exchanges: Type.Optional(Type.Array(FixtureExchange, { description: 'a list of exchanges' })),
    messages: Type.Array(Step, { minItems: 1, description: 'a list of at least one step' }),
  },
  { ...CLOSED, title: 'A conversation to be replayed' },
);
export type Fixture = Static<typeof Fixture>;

/** What is wrong with a fixture, a sentence each; never empty. */
export type Complaints = readonly string[];
