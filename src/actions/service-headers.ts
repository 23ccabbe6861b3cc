import { Failure } from '#core/failure.ts';
import { type Headers, header } from '#core/message.ts';
import { MAX_TIMEOUT_MS, parseTimeoutMs } from '#core/time-out.ts';
import type { ServiceHeaders } from '#domain/action.ts';

const MIN_TIMEOUT_MS = 100;

/** Printable ASCII, since it may travel as an HTTP header. */
const OPERATION_ID = /^[\x20-\x7e]{1,128}$/;

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[\x21-\x7e]{0,64})?$/;

function invalid(name: string, expected: string): Failure {
  return new Failure('TSRV_INVALID_HEADER', {
    description: `недопустимое значение заголовка ${name}: нужно ${expected}`,
  });
}

function flag(headers: Headers, name: string): boolean {
  const value = header(headers, name);
  if (value !== undefined && value !== 'true' && value !== 'false') throw invalid(name, '"true" или "false"');
  return value === 'true';
}

function timeoutMs(headers: Headers): number | undefined {
  const value = header(headers, 'timeout');
  if (value === undefined) return undefined;
  const ms = parseTimeoutMs(value);
  if (ms !== undefined && ms >= MIN_TIMEOUT_MS) return ms;
  throw invalid('timeout', `целое число миллисекунд от ${MIN_TIMEOUT_MS} до ${MAX_TIMEOUT_MS}`);
}

function operationId(headers: Headers): string | undefined {
  const value = header(headers, 'operation.id');
  if (value === undefined || OPERATION_ID.test(value)) return value;
  throw invalid('operation.id', 'от 1 до 128 печатных знаков ASCII');
}

/** W3C Trace Context 3.2: whatever is not one is ignored, and must not become part of a request to a vendor. */
function traceparent(headers: Headers): string | undefined {
  const value = header(headers, 'traceparent');
  return value !== undefined && TRACEPARENT.test(value) ? value : undefined;
}

/** The headers the bus itself reads, checked; others are ignored. Throws `TSRV_INVALID_HEADER`. */
export function readServiceHeaders(headers: Headers): ServiceHeaders {
  return {
    token: header(headers, 'token'),
    account: header(headers, 'account'),
    refresh: flag(headers, 'tokens.refresh'),
    operationId: operationId(headers),
    timeoutMs: timeoutMs(headers),
    wait: flag(headers, 'wait'),
    raw: flag(headers, 'raw'),
    traceparent: traceparent(headers),
  };
}
