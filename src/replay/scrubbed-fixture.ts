import { isJsonObject, JsonNumber } from '#core/json.ts';
import { isSecretKey, isSecretKeyOfOurs } from '#core/secret-keys.ts';
import { mask } from '#domain/redaction.ts';
import type { Fixture, FixtureExchange, Step, VendorResponse } from './fixture.ts';
import { personInstead, personsIn, withoutPersons } from './personal-data.ts';
import { type IsSecretKey, Scrubber } from './scrub.ts';
import { isShort } from './secret-forms.ts';

/** `tokenPrefix` is a scheme, and a device's `token` its serial. */
const isSecretInConfig: IsSecretKey = (key) => isSecretKey(key) && key !== 'tokenPrefix';

/** Numbers, and the words that the conversation is about: no secret is to be read into them. */
function plainTexts({ config = {}, messages, exchanges = [] }: Fixture): Set<string> {
  const plain = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'number' || value instanceof JsonNumber) {
      if (isShort(String(value))) plain.add(String(value));
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (isJsonObject(value)) Object.values(value).forEach(visit);
  };
  visit([config, messages, exchanges]);
  const devices = Array.isArray(config.devices) ? config.devices.filter(isJsonObject) : [];
  const accounts = isJsonObject(config.vendors) ? Object.entries(config.vendors) : [];
  const words = [
    ...devices.flatMap(({ token, vendor }) => [token, vendor]),
    ...accounts.flatMap(([name, account]) =>
      isJsonObject(account) ? [name, account.kind, account.zone] : [name],
    ),
    ...messages.flatMap(({ send }) => (isJsonObject(send) ? wordsOf(send) : [])),
  ];
  for (const word of words) if (typeof word === 'string') plain.add(word);
  return plain;
}

function wordsOf({ address, headers }: Record<string, unknown>): unknown[] {
  return isJsonObject(headers) ? [address, headers.action, headers.token, headers.account] : [address];
}

/** A Message inside HTTP, to or from an upstream that speaks our own protocol. */
function isMessage(body: unknown): boolean {
  return isJsonObject(body) && Object.hasOwn(body, 'headers') && Object.hasOwn(body, 'address');
}

function scrubBody(body: unknown, scrubber: Scrubber): unknown {
  return scrubber.value(body, isMessage(body) ? isSecretKeyOfOurs : isSecretKey);
}

function scrubResponse(response: VendorResponse, scrubber: Scrubber): VendorResponse {
  const { headers, body, text } = response;
  return {
    ...response,
    ...(headers && { headers: scrubber.headers(headers) as VendorResponse['headers'] & object }),
    ...(body !== undefined && { body: withoutPersons(scrubBody(body, scrubber)) }),
    ...(text !== undefined && { text: String(withoutPersons(scrubber.text(text))) }),
  };
}

function scrubExchange(exchange: FixtureExchange, scrubber: Scrubber): FixtureExchange {
  const { path, query, headers, body } = exchange.request;
  return {
    ...exchange,
    request: {
      ...exchange.request,
      path: scrubber.path(path),
      ...(query && { query: scrubber.value(query) as typeof query }),
      ...(headers && { headers: scrubber.headers(headers) }),
      ...(body !== undefined && { body: scrubBody(body, scrubber) }),
    },
    response: scrubResponse(exchange.response, scrubber),
  };
}

function scrubStep(step: Step, scrubber: Scrubber): Step {
  return {
    ...step,
    ...(Object.hasOwn(step, 'send') && { send: scrubber.value(step.send, isSecretKeyOfOurs) }),
    ...(Object.hasOwn(step, 'expect') && {
      expect: withoutPersons(scrubber.value(step.expect, isSecretKeyOfOurs)),
    }),
  };
}

function scrubWith(fixture: Fixture, scrubber: Scrubber): Fixture {
  const { config, exchanges, messages } = fixture;
  return {
    ...fixture,
    ...(config && { config: scrubber.value(config, isSecretInConfig) as typeof config }),
    ...(exchanges && { exchanges: exchanges.map((exchange) => scrubExchange(exchange, scrubber)) }),
    messages: messages.map((step) => scrubStep(step, scrubber)),
  };
}

/** People in a request need a stand-in that is still an e-mail or a phone, the same wherever they are told of. */
function learnPersons({ messages, exchanges = [] }: Fixture, scrubber: Scrubber): void {
  const told = [...messages.map(({ send }) => send), ...exchanges.map(({ request }) => request)].flatMap(
    (part) => personsIn(part),
  );
  for (const [index, person] of [...new Set(told)].entries()) {
    if (mask(person) !== person) scrubber.learn(person, personInstead(person, index + 1));
  }
}

export type ScrubbedFixture = {
  readonly fixture: Fixture;
  /** Is there still anything in it that scrubbing would take out? Then it must not be written. */
  readonly isClean: boolean;
};

/**
 * The fixture without secrets and persons. `secrets` are the configured ones, `tokens` what the vendors handed
 * out; each is replaced by one placeholder everywhere, also where it is hashed or encoded, so that the
 * conversation still fits together.
 */
export function scrubFixture(
  fixture: Fixture,
  secrets: readonly string[],
  tokens: readonly string[],
): ScrubbedFixture {
  const plain = plainTexts(fixture);
  const scrubber = new Scrubber(secrets, plain);
  for (const token of tokens) scrubber.learn(token);
  learnPersons(fixture, scrubber);
  // What is only found to be a secret on the way may have stood in the clear before.
  scrubWith(fixture, scrubber);
  scrubber.seal();
  const scrubbed = scrubWith(fixture, scrubber);
  return { fixture: scrubbed, isClean: isClean(scrubbed, scrubber) };
}

/** The text as a whole, outside its numbers, which nobody can tell from secrets of digits. */
function isClean(fixture: Fixture, scrubber: Scrubber): boolean {
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') texts.push(value);
    else if (Array.isArray(value)) value.forEach(visit);
    else if (isJsonObject(value)) {
      texts.push(...Object.keys(value));
      Object.values(value).forEach(visit);
    }
  };
  visit(fixture);
  return texts.every((text) => scrubber.isClean(text));
}
