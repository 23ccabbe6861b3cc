import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '#core/json.ts';

/**
 * A permitted option of the Vert.x bridge (`address`, `addressRegex`, `match`), narrowed by what a message of ours
 * is about. Every key that is there must fit; `{}` fits everything.
 */
export type Rule = {
  /** The exact address; where it is given, `addressRegex` is ignored, as the bridge does. */
  readonly address?: string;
  /** Must fit the whole address. */
  readonly addressRegex?: string;
  /** The body must be an object that has at least these fields with these values. */
  readonly match?: Readonly<Record<string, unknown>>;
  readonly actions?: readonly string[];
  /** Serials of cash registers; does not fit a message without one. */
  readonly tokens?: readonly string[];
  /** Names of vendor accounts; does not fit a message without one. */
  readonly accounts?: readonly string[];
  /** `all`: also the jobs that other clients ordered. */
  readonly jobs?: 'all' | 'own';
  /** Phones, cards and e-mails unmasked. */
  readonly personalData?: boolean;
};

/** A rule made quick to judge by, once per configuration. */
export type CompiledRule = Pick<Rule, 'match' | 'jobs' | 'personalData'> & {
  readonly actions: ReadonlySet<string> | undefined;
  readonly tokens: ReadonlySet<string> | undefined;
  readonly accounts: ReadonlySet<string> | undefined;
  fitsAddress(address: string): boolean;
};

/** Rules, or, where nobody configured any, every service and nothing else. */
export type InboundRules = readonly CompiledRule[] | 'services';

/** What a message really touches: one of these for each register or account it reaches. */
export type Touch = {
  readonly address: string;
  readonly action?: string | undefined;
  readonly token?: string | undefined;
  readonly account?: string | undefined;
  /** It reaches registers that are judged one by one, the message itself by everything but `tokens` and `accounts`. */
  readonly namesRegisters?: boolean;
  readonly body: unknown;
};

/** Is this address served by the bus itself? */
export type IsService = (address: string) => boolean;

export function compileRules(rules: readonly Rule[]): readonly CompiledRule[] {
  return rules.map(({ address, addressRegex, actions, tokens, accounts, ...rest }) => ({
    ...rest,
    actions: actions && new Set(actions),
    tokens: tokens && new Set(tokens),
    accounts: accounts && new Set(accounts),
    fitsAddress: addressTest(address, addressRegex),
  }));
}

/** An expression that must fit the whole text, as `matches` does in Java. Throws `SyntaxError`. */
export function compileFullMatch(expression: string): RegExp {
  // Compiled by itself first: `a)|(b` would be an expression only inside the brackets that are put around it.
  new RegExp(expression);
  return new RegExp(`^(?:${expression})$`);
}

/** Does any rule let this through? */
export function permits(rules: InboundRules, touch: Touch, isService: IsService): boolean {
  if (rules === 'services') return isService(touch.address);
  return rules.some((rule) => fits(rule, touch, touch.namesRegisters));
}

/** Does any rule let a client listen there? Bodies are judged at delivery, see {@link permits}. */
export function permitsListening(rules: readonly CompiledRule[], address: string): boolean {
  return rules.some((rule) => rule.fitsAddress(address));
}

/** Does a rule that fits say `personalData: true`? */
export function rulesShowPersonalData(rules: InboundRules, touch: Touch): boolean {
  return rules !== 'services' && rules.some((rule) => rule.personalData === true && fits(rule, touch));
}

/** Does a rule that fits say `jobs: all`? */
export function rulesShowAllJobs(rules: InboundRules, touch: Touch): boolean {
  return rules !== 'services' && rules.some((rule) => rule.jobs === 'all' && fits(rule, touch));
}

function fits(
  rule: CompiledRule,
  { address, action, token, account, body }: Touch,
  whateverRegister = false,
): boolean {
  return (
    rule.fitsAddress(address) &&
    lists(rule.actions, action) &&
    (whateverRegister || (lists(rule.tokens, token) && lists(rule.accounts, account))) &&
    (rule.match === undefined || (isJsonObject(body) && isSubset(rule.match, body)))
  );
}

/** Nothing listed means anything goes; a list is never fitted by what is absent. */
function lists(listed: ReadonlySet<string> | undefined, value: string | undefined): boolean {
  return listed === undefined || (value !== undefined && listed.has(value));
}

function addressTest(address: string | undefined, addressRegex: string | undefined): IsService {
  if (address !== undefined) return (candidate) => candidate === address;
  if (addressRegex === undefined) return () => true;
  const expression = compileFullMatch(addressRegex);
  return (candidate) => expression.test(candidate);
}

/** Objects by the expected keys at every depth, extra ones are fine. */
function isSubset(expected: Readonly<Record<string, unknown>>, actual: Record<string, unknown>): boolean {
  return Object.entries(expected).every(([key, value]) => {
    if (!Object.hasOwn(actual, key)) return false;
    const found = actual[key];
    return isJsonObject(value)
      ? isJsonObject(found) && isSubset(value, found)
      : isDeepStrictEqual(value, found);
  });
}

/** Whatever begins so is a service of the bus, or may become one. */
const SERVICES = ['ik.service.', 'bus.'];
const JOB_EVENTS = 'jobs.';
const REPLIES = '__vertx.';

/** Are events of jobs published there? */
export function isJobAddress(address: string): boolean {
  return address.startsWith(JOB_EVENTS);
}

/** Served by the bus, whether or not anything that it reaches is configured, or meant for an upstream of our own protocol. */
function isServiceAddress(address: string, isService: IsService): boolean {
  return SERVICES.some((prefix) => address.startsWith(prefix)) || isService(address);
}

/** The bus's own addresses: nobody publishes there, whatever his rules say. */
export function isReserved(address: string, isService: IsService): boolean {
  return isServiceAddress(address, isService) || isSendRefused(address);
}

/** Job events and reply addresses are not for clients to send to, whatever their rules say. */
export function isSendRefused(address: string): boolean {
  return isJobAddress(address) || address.startsWith(REPLIES);
}

/** Services and reply addresses are not for clients to listen at, whatever their rules say; job events are. */
export function isListeningRefused(address: string, isService: IsService): boolean {
  return isServiceAddress(address, isService) || address.startsWith(REPLIES);
}
