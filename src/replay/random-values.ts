import { isJsonObject } from '#core/json.ts';
import type { Fixture, FixtureExchange } from './fixture.ts';
import { readablePattern } from './readable-pattern.ts';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/** A name that carries twelve hexadecimal digits of its operation. */
const TAG = '#[0-9a-f]{12}(?![0-9a-f])';

const RANDOM = new RegExp(`${UUID}|${TAG}`, 'gi');

/** `known` is all that a replay gives to the bus: whatever is not in it will be another one next time. */
function matcherFor(text: string, known: string): unknown {
  const isNew = (found: string) => !known.includes(found.toLowerCase());
  const found = (text.match(RANDOM) ?? []).filter(isNew);
  if (found.length === 0) return text;
  if (found[0] === text && !text.startsWith('#')) return { $uuid: true };
  const parts = text.split(new RegExp(`(${UUID}|${TAG})`, 'i'));
  const pattern = parts.map((part) => {
    if (!found.includes(part)) return readablePattern(part);
    return part.startsWith('#') ? '#[0-9a-f]{12}' : UUID;
  });
  return { $regex: `^${pattern.join('')}$` };
}

function withMatchers(value: unknown, known: string): unknown {
  if (typeof value === 'string') return matcherFor(value, known);
  if (Array.isArray(value)) return value.map((item) => withMatchers(item, known));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, withMatchers(child, known)]));
}

function exchangeWithMatchers(exchange: FixtureExchange, known: string): FixtureExchange {
  const { query, headers, body } = exchange.request;
  const given = Object.entries({ query, headers, body }).filter(([, part]) => part !== undefined);
  const matched = given.map(([name, part]) => [name, withMatchers(part, known)]);
  return { ...exchange, request: { ...exchange.request, ...Object.fromEntries(matched) } };
}

function withoutTexts(value: unknown, texts: readonly string[]): unknown {
  if (typeof value === 'string') return texts.reduce((rest, text) => rest.replaceAll(text, ''), value);
  if (Array.isArray(value)) return value.map((item) => withoutTexts(item, texts));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, withoutTexts(child, texts)]));
}

/** A tag that the replay will not send must not come back to it: vendors may leave tags out, never change them. */
function withoutEchoes(exchanges: readonly FixtureExchange[]): FixtureExchange[] {
  const sent = exchanges.map(({ request }) => JSON.stringify(request.body ?? null));
  const tags = [...new Set(sent.flatMap((body) => body.match(new RegExp(TAG, 'gi')) ?? []))];
  const texts = tags.flatMap((tag) => [` ${tag}`, tag]);
  return exchanges.map((exchange) => ({
    ...exchange,
    response: withoutTexts(exchange.response, texts) as FixtureExchange['response'],
  }));
}

/** Turns what the bus makes up anew each time (ids of its own) into matchers. */
export function withoutRandomValues(fixture: Fixture): Fixture {
  const { config, messages } = fixture;
  const exchanges = withoutEchoes(fixture.exchanges ?? []);
  const given = [config, exchanges.map(({ response }) => response), messages.map(({ send }) => send)];
  const known = JSON.stringify(given).toLowerCase();
  return {
    ...fixture,
    ...(exchanges.length > 0 && {
      exchanges: exchanges.map((exchange) => exchangeWithMatchers(exchange, known)),
    }),
    messages: messages.map((step) =>
      Object.hasOwn(step, 'expect') ? { ...step, expect: withMatchers(step.expect, known) } : step,
    ),
  };
}
