import type { Fault } from '#core/call.ts';
import { type FailureName, SENT_AND_SILENT } from '#core/failure.ts';
import type { Effect } from '#core/http.ts';

/** How far an attempt had come when it failed. */
export type Progress = 'connecting' | 'sent' | 'answering';

const NO_SUCH_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);
const TOO_LARGE = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'ERR_BUFFER_TOO_LARGE',
]);

/** OpenSSL's names of what is wrong with a certificate, and Node's of what is wrong with a handshake. */
const CERTIFICATE =
  /^(?:EPROTO$|ERR_(?:SSL|TLS)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_(?:CA|PURPOSE)|HOSTNAME_)/;

/** An answer that is not HTTP; undici knows no code for one that does not even begin like it. */
const UNREADABLE = /^(?:HPE_|HTTPParserError$)/;

/** What an error of the HTTP client is called: its code, else its name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** The kind of fault that such a code stands for. */
export function faultOf(code: string, progress: Progress): Fault {
  if (TOO_LARGE.has(code)) return 'too_large';
  if (progress === 'answering' || UNREADABLE.test(code)) return 'truncated';
  if (NO_SUCH_HOST.has(code)) return 'no_such_host';
  if (CERTIFICATE.test(code)) return 'certificate';
  if (RESET.has(code)) return 'reset';
  return progress === 'connecting' ? 'refused' : 'reset';
}

const NAMES = {
  refused: 'VENDOR_UNAVAILABLE',
  no_such_host: 'VENDOR_UNAVAILABLE',
  certificate: 'VENDOR_UNAVAILABLE',
  breaker_open: 'VENDOR_UNAVAILABLE',
  reset: 'VENDOR_UNAVAILABLE',
  timeout: 'VENDOR_TIMEOUT',
  truncated: 'VENDOR_BAD_RESPONSE',
  too_large: 'VENDOR_BAD_RESPONSE',
} as const satisfies Record<Fault, FailureName>;

/** What a fault means. For a change only one thing counts: had it left? */
export function failureNameOf(fault: Fault, effect: Effect, sent: boolean): FailureName {
  if (effect !== 'change') return NAMES[fault];
  return sent ? 'VENDOR_OUTCOME_UNKNOWN' : 'VENDOR_UNAVAILABLE';
}

const MESSAGES = {
  refused: 'соединение не установлено: проверьте baseUrl и сеть',
  no_such_host: 'имя узла не найдено: проверьте baseUrl и DNS',
  certificate: 'защищённое соединение не установлено: проверьте сертификат узла, ca и tlsVerify',
  breaker_open: 'несколько вызовов подряд не удались, поставщик пока не вызывается',
  reset: 'соединение оборвано без ответа',
  timeout: SENT_AND_SILENT,
  truncated: 'ответ оборван или повреждён',
  too_large: 'ответ слишком велик',
} as const satisfies Record<Fault, string>;

const NOT_CONNECTED = 'соединение не установлено за отведённое время: проверьте baseUrl и сеть';

/** The fault for a person, by whether the request had left; `code` is the network's own word for it, `ECONNREFUSED`. */
export function faultMessage(fault: Fault, sent: boolean, code?: string): string {
  const message = fault === 'timeout' && !sent ? NOT_CONNECTED : MESSAGES[fault];
  return code === undefined ? message : `${message} (${code})`;
}
