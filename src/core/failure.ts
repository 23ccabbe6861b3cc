import { DEVICE_FAILURES } from './device-failures.ts';

/**
 * Everything that can go wrong, one entry each: the code for Vert.x clients (`failureCode`) and what a person
 * reads when the place that fails has nothing more precise to say.
 */
export const FAILURES = {
  ...DEVICE_FAILURES,
  TSRV_TOKEN_NOT_FOUND: { code: 2010, description: 'касса не найдена' },
  TSRV_INVALID_HEADER: { code: 2011, description: 'недопустимое значение заголовка' },

  BUS_MALFORMED_MESSAGE: { code: 1000, description: 'сообщение не разобрано' },
  BUS_UNKNOWN_TYPE: { code: 1001, description: 'неизвестный тип сообщения' },
  BUS_UNKNOWN_ADDRESS: { code: 1002, description: 'по этому адресу никто не отвечает' },
  BUS_UNKNOWN_ACTION: { code: 1003, description: 'у этого адреса нет такого действия' },
  BUS_MISSING_HEADER: { code: 1004, description: 'не хватает обязательного заголовка' },
  BUS_INVALID_DATA: { code: 1005, description: 'поле data не соответствует схеме действия' },

  BUS_NOT_AUTHENTICATED: { code: 1010, description: 'соединение не представилось: нужен секрет клиента' },
  BUS_ACCESS_DENIED: { code: 1011, description: 'правила клиента этого не разрешают' },
  BUS_RATE_LIMITED: { code: 1012, description: 'слишком часто, повторите позже' },
  BUS_OVERLOADED: { code: 1013, description: 'шина перегружена или останавливается, повторите позже' },
  BUS_TIMEOUT: { code: 1014, description: 'время ожидания истекло, ничего не было отправлено' },
  BUS_UNSUPPORTED_ACTION: { code: 1015, description: 'поставщик этой кассы такого не умеет' },
  BUS_OPERATION_CONFLICT: { code: 1016, description: 'с этим operation.id уже было другое сообщение' },
  BUS_JOB_NOT_FOUND: { code: 1017, description: 'задание не найдено' },
  BUS_INTERNAL_ERROR: { code: 1018, description: 'внутренняя ошибка шины, подробности в её журнале' },

  VENDOR_UNAVAILABLE: {
    code: 1100,
    description: 'поставщик недоступен, действие точно не выполнено, повторите позже',
  },
  VENDOR_TIMEOUT: { code: 1101, description: 'поставщик не ответил вовремя, повторите позже' },
  VENDOR_RATE_LIMITED: { code: 1102, description: 'поставщик ограничил частоту запросов, повторите позже' },
  VENDOR_AUTH_FAILED: {
    code: 1103,
    description: 'поставщик не принял учётные данные, проверьте их в конфигурации шины',
  },
  VENDOR_BAD_RESPONSE: { code: 1104, description: 'ответ поставщика не разобран' },
  VENDOR_REJECTED: { code: 1105, description: 'поставщик отказал' },
  VENDOR_OUTCOME_UNKNOWN: {
    code: 1106,
    description:
      'запрос на изменение отправлен, исход неизвестен: проверьте состояние у поставщика или повторите с тем же operation.id, тогда шина сначала выяснит исход; не повторяйте вслепую',
  },
} as const satisfies Record<string, { code: number; description: string }>;

/** The `message` in the `details` of a failure where a vendor got the request and was silent. */
export const SENT_AND_SILENT = 'запрос отправлен, ответа нет';

export type FailureName = keyof typeof FAILURES;

/** What a vendor said, for the `details` of a failure. Never holds a secret. */
export type VendorDetails = {
  /** The vendor's kind, `kassa24`. */
  readonly vendor: string;
  /** The configured account's name. */
  readonly account: string;
  /** HTTP status; null when there was no answer. */
  readonly status: number | null;
  /** The vendor's own code, else the status, else the kind of the fault (`timeout`, `refused`) as text. */
  readonly code: string;
  /** The vendor's own words, or the fault in ours. */
  readonly message: string;
  /** iiko's lists of errors, in our vocabulary. */
  readonly errors?: unknown;
};

/** The JSON pointers of what is wrong with `data`. */
export type DataError = { readonly path: string; readonly message: string };

/** The job that goes on although nobody waits for it any more. */
type JobDetails = { readonly job_id: string };

export type FailureDetails = VendorDetails | { readonly errors: readonly DataError[] } | JobDetails;

/** A failure in somebody else's words: an upstream's `error`, or a client that failed a message it was given. */
export type ToldFailure = {
  /** Any name, known to us or not. */
  readonly name: string;
  readonly description: string;
  /** The whole `data` to pass on as it came. */
  readonly data: unknown;
  /** Its own code; without one, the code that we know for the name, else that of `VENDOR_REJECTED`. */
  readonly code?: number;
};

/**
 * How a failure came about, which the Vert.x dialects tell apart: a recipient failed, nobody was there, or
 * nobody answered in time.
 */
export type FailureOrigin = 'recipient' | 'no-handlers' | 'timeout';

type FailureOptions = {
  /** Russian, for a person: what happened and what to do. */
  description?: string;
  /** What is known beside the usual description, which it is put behind; not with a `description` of one's own. */
  words?: string;
  details?: FailureDetails;
  cause?: unknown;
  origin?: FailureOrigin;
};

const CODES: Readonly<Record<string, { code: number }>> = FAILURES;

/** The one class of failure. `cause` is for the log and never leaves the process. */
export class Failure extends Error {
  readonly description: string;
  /** What stands behind the usual description; empty where nothing does. */
  readonly words: string;
  /** Whole number for Vert.x clients. */
  readonly code: number;
  readonly details: FailureDetails | undefined;
  readonly origin: FailureOrigin;
  readonly #told: ToldFailure | undefined;

  constructor(name: FailureName, options: FailureOptions = {}, told?: ToldFailure) {
    const { words = '' } = options;
    const usual = FAILURES[name].description;
    const own = options.description ?? (words === '' ? usual : `${usual}: ${words}`);
    const description = told?.description ?? own;
    const { stackTraceLimit } = Error;
    // An answer like any other: where it was made says nothing, and costs ten times the rest. A cause keeps its own.
    Error.stackTraceLimit = 0;
    super(
      `${told?.name ?? name}: ${description}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    Error.stackTraceLimit = stackTraceLimit;
    this.name = told?.name ?? name;
    this.description = description;
    this.words = words;
    this.code = told?.code ?? CODES[this.name]?.code ?? FAILURES[name].code;
    this.details = options.details;
    this.origin = options.origin ?? 'recipient';
    this.#told = told;
  }

  /** A caught value as a failure; whatever is not one already is an internal error with that cause. */
  static from(caught: unknown): Failure {
    return caught instanceof Failure ? caught : new Failure('BUS_INTERNAL_ERROR', { cause: caught });
  }

  /** A failure that somebody else told us of, to be passed on as it came. */
  static told(told: ToldFailure): Failure {
    return new Failure('VENDOR_REJECTED', {}, told);
  }

  /** Told by somebody else, so that its name may be anything. */
  get foreign(): boolean {
    return this.#told !== undefined;
  }

  /** What a client reads under `data`: `description` before `name`, as tsrv prints it. */
  toData(): unknown {
    if (this.#told) return this.#told.data;
    const data = { description: this.description, name: this.name };
    return this.details === undefined ? data : { ...data, details: this.details };
  }
}
