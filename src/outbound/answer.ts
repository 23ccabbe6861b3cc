import type { Failure } from '#core/failure.ts';
import type { HttpResponse } from '#core/http.ts';
import { parseForeignJson } from '#core/json.ts';
import { type VendorAccount, vendorFailure } from './vendor-failure.ts';

const MAX_QUOTED_CHARACTERS = 200;
/** More than is quoted, since what is struck out makes the text shorter. */
const MAX_READ_CHARACTERS = 2000;

const RUN = /[\w+/=.-]{8,}/g;
const ADDRESS = /\S+@\S+/g;
const MIN_TOKEN_CHARACTERS = 20;

/** A little of a plain text, without anything that might be a token, a password, a phone or an e-mail address. */
function quoted(text: string): string {
  const words = text
    .slice(0, MAX_READ_CHARACTERS)
    .replace(ADDRESS, '…')
    .replace(RUN, (run) => (run.length >= MIN_TOKEN_CHARACTERS || /[\d=]/.test(run) ? '…' : run));
  return words.slice(0, MAX_QUOTED_CHARACTERS);
}

/** A page of a proxy or of a portal, whatever its status: it is not the vendor that speaks. No JSON begins so. */
export function isHtml({ headers, text }: HttpResponse): boolean {
  return /^\s*</.test(text) || /^text\/html/i.test(String(headers['content-type'] ?? ''));
}

const HTML_COMPLAINT = {
  code: 'html',
  message: 'вместо ответа пришла HTML-страница: проверьте baseUrl и нет ли на пути прокси или портала',
};

/** The failure that a page is. */
export function htmlFailure({ status }: HttpResponse, http: VendorAccount): Failure {
  return vendorFailure('VENDOR_BAD_RESPONSE', http, { status, ...HTML_COMPLAINT });
}

function complaint(response: HttpResponse, error: unknown): { code: string; message: string } {
  // The parser itself may run out of stack too.
  if (error instanceof RangeError) return { code: 'too_deep', message: 'JSON вложен слишком глубоко' };
  const text = response.text.trim();
  if (text === '') return { code: 'empty', message: 'вместо JSON пришёл пустой ответ' };

  if (isHtml(response)) return HTML_COMPLAINT;
  // Broken JSON is data, which may be personal; anything else is somebody's words.
  if (/^[[{]/.test(text)) return { code: 'not_json', message: 'ответ похож на JSON, но не разобран' };
  return { code: 'not_json', message: `вместо JSON пришёл текст: «${quoted(text)}»` };
}

/**
 * The JSON of an answer, with exact numbers. Throws `VENDOR_BAD_RESPONSE` with the code `html`, `empty`,
 * `not_json` or `too_deep`. The parser's own error is not kept as the cause: it quotes the answer.
 */
export function readJson(response: HttpResponse, http: VendorAccount): unknown {
  try {
    return parseForeignJson(response.text);
  } catch (error) {
    const { status } = response;
    throw vendorFailure('VENDOR_BAD_RESPONSE', http, { status, ...complaint(response, error) });
  }
}
