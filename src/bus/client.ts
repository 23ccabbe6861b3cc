import { createHash } from 'node:crypto';
import { type CompiledRule, compileRules, type InboundRules, type Rule } from './access.ts';

/** Whoever is at the other end of a connection, and what it may do. */
export type Client = {
  /** `anonymous` for those who have not said who they are. */
  readonly name: string;
  readonly authenticated: boolean;
  /** What it may send and publish. */
  readonly inbound: InboundRules;
  /** What it may listen to and be delivered. */
  readonly outbound: readonly CompiledRule[];
  /** Phones, cards and e-mails unmasked, whatever the rule. */
  readonly personalData: boolean;
};

/** What the configuration says of those who connect. */
export type ClientsConfig = {
  readonly clients: readonly ClientConfig[];
  readonly anonymous?: AnonymousConfig;
};

type AnonymousConfig = {
  readonly inbound: readonly Rule[];
  readonly outbound: readonly Rule[];
  readonly personalData: boolean;
};

/** A client shows its `secret`, or a certificate whose common name is `name`. */
type ClientConfig = AnonymousConfig & {
  readonly name: string;
  readonly secret?: string;
  readonly certificate?: boolean;
};

/** The configured clients. */
export type Clients = {
  /** Clients are configured: who does not say who he is may do what `anonymous` may. */
  readonly required: boolean;
  /** Those who do not say who they are may do nothing at all: not worth a connection for long. */
  readonly closesStrangers: boolean;
  readonly anonymous: Client;
  /** The client with that secret, as it stands behind `Bearer` or in `access_token`. */
  identify(secret: string): Client | undefined;
  /** The client whose verified certificate has that common name. */
  byCertificate(commonName: string): Client | undefined;
  /** The configured client of that name: for connections that outlive a reload. */
  byName(name: string): Client | undefined;
};

/** The name of those who have not said who they are; no client can be called that. */
export const ANONYMOUS = 'anonymous';

/** Job events are for everybody on the machine where no clients are configured. */
const JOB_EVENTS: readonly Rule[] = [{ addressRegex: 'jobs\\..+' }];

/** Compiles the rules of every client; a wrong expression throws, which the configuration's check rules out. */
export function createClients({ clients, anonymous }: ClientsConfig): Clients {
  const required = clients.length > 0;
  const byName = new Map<string, Client>();
  const bySecret = new Map<string, Client>();
  const byCertificate = new Map<string, Client>();
  for (const config of clients) {
    const client = compile(config, config.name, true);
    byName.set(config.name, client);
    if (config.secret !== undefined) bySecret.set(fingerprint(config.secret), client);
    if (config.certificate) byCertificate.set(config.name, client);
  }
  return {
    required,
    closesStrangers: required && anonymous === undefined,
    anonymous: anonymousClient(anonymous, required),
    identify: (secret) => bySecret.get(fingerprint(secret)),
    byCertificate: (commonName) => byCertificate.get(commonName),
    byName: (name) => byName.get(name),
  };
}

/** The secret of `Authorization: Bearer <secret>`; undefined for any other scheme. */
export function bearerSecret(authorization: string): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

function anonymousClient(config: AnonymousConfig | undefined, required: boolean): Client {
  if (config) return compile(config, ANONYMOUS, false);
  return {
    name: ANONYMOUS,
    authenticated: false,
    inbound: required ? [] : 'services',
    outbound: required ? [] : compileRules(JOB_EVENTS),
    personalData: false,
  };
}

function compile(config: AnonymousConfig, name: string, authenticated: boolean): Client {
  const { inbound, outbound, personalData } = config;
  return {
    name,
    authenticated,
    inbound: compileRules(inbound),
    outbound: compileRules(outbound),
    personalData,
  };
}

/** Secrets are looked up by their hash, so that the time it takes tells nothing of how much of one was right. */
function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
