import { FAILURES } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { TOPIC } from './fuzzed-bus.ts';

/** What a text has a right to be answered with. */
export type Claim = {
  /** The reply address that nobody else has, where the text names it. */
  readonly id: string | undefined;
  /** The one answer comes to `id`, and not, as the bridges' refusals do, to nobody in particular. */
  readonly strict: boolean;
  readonly min: 0 | 1;
  readonly max: 0 | 1;
};

export type DialectName = 'avq' | 'sockjs' | 'tcp';

/** Of the limit, counted as characters that open something: never less than the true depth. */
const MAX_DEPTH = 64;

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

function isDeep(text: string): boolean {
  return (text.match(/[[{]/g)?.length ?? 0) > MAX_DEPTH;
}

const EXACTLY_ONE = { min: 1, max: 1 } as const;
const AT_MOST_ONE = { min: 0, max: 1 } as const;

/** Said again in other words than the bus's own: "Message" and "Vert.x bridges", what is answered and what is not. */
export function claimOf(dialect: DialectName, text: string, id: string): Claim {
  const message = parse(text);
  const nobody = { id: undefined, strict: false };
  if (!isJsonObject(message)) return { ...nobody, ...(dialect === 'tcp' ? { min: 0, max: 0 } : EXACTLY_ONE) };
  if (dialect === 'avq') return avqClaim(message, id, isDeep(text));
  const asks = message.type === 'send' && message.replyAddress === id && typeof message.address === 'string';
  if (asks && !isDeep(text)) return { id, strict: false, ...EXACTLY_ONE };
  return { id: message.replyAddress === id ? id : undefined, strict: false, ...AT_MOST_ONE };
}

function avqClaim(message: Record<string, unknown>, id: string, deep: boolean): Claim {
  const { type = 'send', reply_address: ours, replyAddress: older } = message;
  const isText = [ours, older].every((one) => one === undefined || one === null || typeof one === 'string');
  const named = isText && (ours ?? older) === id ? id : undefined;
  const silent = ['pong', 'publish', 'listen', 'unlisten', 'error'].some((one) => one === type);
  return { id: named, strict: !deep, ...(silent ? AT_MOST_ONE : EXACTLY_ONE) };
}

/** Whom an answer is for: the reply address, or undefined for nobody in particular. */
export type Answer = { readonly to: string | undefined; readonly text: string };

/** Ours, a consumer's, and what the simulated upstream of our own protocol says of itself. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(FAILURES),
  'RECIPIENT_FAILURE',
  'TSRV_UNKNOWN_ACTION',
  'TSRV_INVALID_DATA',
]);

function complain(why: string, text: string): never {
  throw new Error(`${why}: ${text.slice(0, 1000)}`);
}

function checkName(name: unknown, text: string): void {
  if (typeof name !== 'string' || !KNOWN_NAMES.has(name))
    complain(`a failure without a name of the list (${name})`, text);
  if (name === 'BUS_INTERNAL_ERROR') complain('an internal error', text);
}

/** Reads an AVQ Message that the bus wrote; throws when it is not one. `anyName`: an upstream's failures, too. */
export function readAvqAnswer(text: string, anyName = false): Answer {
  const message = parse(text);
  if (!isJsonObject(message)) return complain('not a Message', text);
  const keys = Object.keys(message).join();
  if (!/^type,address,reply_?[aA]ddress,data,headers$/.test(keys)) complain(`keys ${keys}`, text);
  const { type, address, data } = message;
  if (typeof type !== 'string' || !['send', 'publish', 'error', 'pong', 'ping'].includes(type))
    complain('an unknown type', text);
  if (type === 'error' && !anyName) {
    if (!isJsonObject(data) || typeof data.description !== 'string')
      return complain('an error without words', text);
    checkName(data.name, text);
  }
  return { to: typeof address === 'string' ? address : undefined, text };
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  sockjs: ['rec', 'err'],
  tcp: ['message', 'err', 'pong'],
};

/** The same for a message of one of the bridges. */
export function readBridgeAnswer(dialect: 'sockjs' | 'tcp', text: string): Answer {
  const message = parse(text);
  if (!isJsonObject(message)) return complain('not a message', text);
  const { type, address, failureType, failureCode, body, message: words } = message;
  if (typeof type !== 'string' || !TYPES[dialect]?.includes(type)) complain('an unknown type', text);
  if (type === 'err' && address === undefined) {
    const token = dialect === 'sockjs' ? body : words;
    if (typeof token !== 'string' || token === 'internal_error') complain('an error without a token', text);
  }
  if (type === 'err' && address !== undefined) {
    if (!['TIMEOUT', 'NO_HANDLERS', 'RECIPIENT_FAILURE', 'ERROR'].includes(String(failureType)))
      complain('an unknown failure type', text);
    if (!Number.isInteger(failureCode)) complain('a failure without a code', text);
    if (failureType === 'RECIPIENT_FAILURE' && words !== 'oops!')
      checkName(String(words).split(':')[0], text);
  }
  return { to: typeof address === 'string' ? address : undefined, text };
}

function isDelivery({ to }: Answer): boolean {
  return to === TOPIC || to?.startsWith('jobs.') === true;
}

/** What was said over one connection, and what came back. */
export class AnswerLedger {
  readonly #claims: Claim[] = [];
  readonly #told = new Map<string, string[]>();
  readonly #elsewhere: string[] = [];
  readonly #deliveries: string[] = [];
  readonly #faults: string[] = [];

  expect(claim: Claim): void {
    this.#claims.push(claim);
    if (claim.id !== undefined) this.#told.set(claim.id, []);
  }

  hear(answer: Answer): void {
    const own = answer.to === undefined ? undefined : this.#told.get(answer.to);
    if (own) own.push(answer.text);
    else if (isDelivery(answer)) this.#deliveries.push(answer.text);
    else this.#elsewhere.push(answer.text);
  }

  /** Something that nobody may say, or an end that nobody expected. */
  fault(why: string): void {
    this.#faults.push(why);
  }

  /** Has everything been answered that must be, or is it too late for that? */
  get complete(): boolean {
    if (this.#faults.length > 0) return true;
    return this.#unanswered.length === 0 && this.#elsewhere.length + this.#deliveries.length >= this.#least;
  }

  /** What was answered too often or not at all; empty when all is well. */
  differences(): string[] {
    const twice = [...this.#told].filter(([, texts]) => texts.length > 1);
    const most = this.#claims.filter(
      (claim) => claim.max === 1 && !this.#isAnswered(claim) && !(claim.strict && claim.id),
    ).length;
    return [
      ...this.#faults,
      ...twice.map(([id, texts]) => `${id} was answered ${texts.length} times: ${texts.join(' and ')}`),
      ...this.#unanswered.map(({ id }) => `${id} was not answered`),
      ...(this.#elsewhere.length + this.#deliveries.length < this.#least
        ? [`${this.#least} answers to nobody expected, there are ${this.#elsewhere.length}`]
        : []),
      ...(this.#elsewhere.length > most
        ? [`at most ${most} answers to nobody expected: ${this.#elsewhere.join(' and ')}`]
        : []),
    ];
  }

  #isAnswered({ id }: Claim): boolean {
    return id !== undefined && (this.#told.get(id)?.length ?? 0) > 0;
  }

  get #unanswered(): Claim[] {
    return this.#claims.filter(
      (claim) => claim.strict && claim.id !== undefined && claim.min === 1 && !this.#isAnswered(claim),
    );
  }

  /** Answers that must have come to nobody in particular. */
  get #least(): number {
    return this.#claims.filter(
      (claim) => claim.min === 1 && !this.#isAnswered(claim) && !(claim.strict && claim.id !== undefined),
    ).length;
  }
}
