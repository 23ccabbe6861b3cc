import type { Exchange } from '#core/call.ts';
import { isDownload } from './recorded-exchange.ts';

/**
 * What the bus may remember from earlier messages, so that a message alone would not show it: logins, and reads
 * that told who a register is.
 */
export type RecordingMemory = {
  /** Earlier logins of the same accounts whose tokens these calls carry, to be played before them. */
  loginsFor(exchanges: readonly Exchange[]): Exchange[];
  /** The latest reads of the same accounts, for the same register, that these calls did without. */
  readsFor(
    accounts: readonly string[],
    token: string | undefined,
    exchanges: readonly Exchange[],
  ): Exchange[];
  /** Every token that was handed out at those logins. */
  tokens(): string[];
  remember(token: string | undefined, exchanges: readonly Exchange[]): void;
};

const MAX_LOGINS = 32;
const MAX_SCOPES = 1000;
const MIN_TOKEN_LENGTH = 6;

/** Texts in a login's answer that a later request might carry. */
function tokensOf({ outcome }: Exchange): string[] {
  if ('fault' in outcome) return [];
  const cookies = [outcome.headers['set-cookie'] ?? []].flat().join(';');
  const words = `${outcome.text} ${cookies}`.split(/[\s"'=;,{}[\]<>]+/);
  return words.filter((word) => word.length >= MIN_TOKEN_LENGTH);
}

/** A login's answer that is nothing but the token; others name theirs, in a key or in a cookie. */
export function handedOutTokens({ request, outcome }: Exchange): string[] {
  if (request.effect !== 'login' || 'fault' in outcome || outcome.status >= 300) return [];
  const text = outcome.text.trim();
  return /^[^\s<>{}"]{8,}$/.test(text) ? [text] : [];
}

function isAnswered({ outcome }: Exchange): boolean {
  return 'status' in outcome && outcome.status < 300;
}

function requestText({ request }: Exchange): string {
  const { path, query, headers, body } = request;
  return JSON.stringify([path, query, headers, body]);
}

/** Ids differ from call to call, the rest does not: `/shifts/11344` and `/shifts/11345` are the same question. */
function shapeOf({ account, request: { method, path, query = [] } }: Exchange): string {
  const shape = path.replace(/[0-9a-f-]{36}|\d+/gi, '#');
  return [account, method, shape, ...query.map(([name]) => name).sort()].join(' ');
}

export function createRecordingMemory(): RecordingMemory {
  const logins: Exchange[] = [];
  const reads = new Map<string, Map<string, Exchange>>();
  const scopeOf = (account: string, token: string | undefined) => JSON.stringify([account, token ?? null]);

  function rememberRead(token: string | undefined, exchange: Exchange): void {
    const scope = scopeOf(exchange.account, token);
    const known = reads.get(scope) ?? new Map<string, Exchange>();
    // The latest goes last, so that the first is the one to forget.
    reads.delete(scope);
    reads.set(scope, known.set(shapeOf(exchange), exchange));
    const [oldest] = reads.keys();
    if (reads.size > MAX_SCOPES && oldest !== undefined) reads.delete(oldest);
  }

  return {
    loginsFor(exchanges) {
      const own = new Set(exchanges.filter(({ request }) => request.effect === 'login').flatMap(tokensOf));
      const calls = exchanges.filter(({ request }) => request.effect !== 'login');
      const carried = Map.groupBy(calls, ({ account }) => account);
      return logins.filter((login) => {
        const texts = carried.get(login.account)?.map(requestText) ?? [];
        return tokensOf(login).some((token) => !own.has(token) && texts.some((text) => text.includes(token)));
      });
    },
    readsFor(accounts, token, exchanges) {
      const made = new Set(exchanges.map(shapeOf));
      const scopes = accounts.flatMap((account) => [scopeOf(account, token), scopeOf(account, undefined)]);
      return [...new Set(scopes)]
        .flatMap((scope) => [...(reads.get(scope)?.values() ?? [])])
        .filter((exchange) => !made.has(shapeOf(exchange)));
    },
    tokens: () => logins.flatMap(handedOutTokens),
    remember(token, exchanges) {
      for (const exchange of exchanges.filter(isAnswered)) {
        if (exchange.request.effect === 'read' && !isDownload(exchange)) rememberRead(token, exchange);
        if (exchange.request.effect === 'login') logins.push(exchange);
      }
      logins.splice(0, logins.length - MAX_LOGINS);
    },
  };
}
