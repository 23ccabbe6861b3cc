/**
 * What a call does at the vendor, which decides how often it may be sent:
 * - `read`: nothing; repeated after a reset, 500, 502, 503, 504 and a short 429
 * - `document`: writes a harmless document (Kassa24's X); repeated once, after a reset only
 * - `login`: gives a token; repeated like a read, though not after 500, which may be a refusal; a lost answer is no
 *   `outcome unknown`
 * - `change`: money or law; sent once, whatever happens
 */
export type Effect = 'read' | 'document' | 'login' | 'change';

/** One HTTP request to a vendor, relative to the account's `baseUrl`. */
export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with `/`; already percent-encoded. */
  readonly path: string;
  /** In order; a name may repeat. */
  readonly query?: readonly (readonly [name: string, value: string])[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON unless it is a string. */
  readonly body?: unknown;
  readonly effect: Effect;
  /** Instead of the account's time-out (milliseconds): of a change whatever it is, of anything else where it is shorter. */
  readonly timeoutMs?: number;
  /**
   * Of a login that takes one of few places (iiko: a licence slot), which a lost answer may have taken: it is sent once, and
   * its answer is waited for, whoever has left meanwhile.
   */
  readonly takesSlot?: true;
  /** A read that settles a change whose answer was lost, or the login that it needs: it passes an open breaker. */
  readonly settling?: true;
};

/** What a downloaded body is, by its first bytes. */
export type FileType = {
  /** Without a point: `xlsx`. */
  readonly extension: string;
  readonly mediaType: string;
};

/** A vendor's answer, whatever its status. */
export type HttpResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** Only of a download: the body was such a file and went to its target, `text` is empty. */
  readonly file?: FileType;
};
