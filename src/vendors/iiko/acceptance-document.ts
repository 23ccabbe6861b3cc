import { isDeepStrictEqual } from 'node:util';
import { type Static, Type } from 'typebox';
import type { DataError } from '#core/failure.ts';
import { parseJson } from '#core/json.ts';
import { toTheirs, type Vocabulary } from '#domain/vocabulary.ts';
import { AcceptanceStatus, Count, Money, MoneyInput, nullable, Text, Uuid } from './field-schemas.ts';
import { shownTo } from './personal-data.ts';
import { type Complain, type Spellings, WireObject } from './wire.ts';

const AcceptanceItem = Type.Object({
  num: Type.Integer(),
  transaction_id: Type.String(),
  sum_real: Money,
  account_override_id: Text,
  counteragent_override_id: Text,
  status: Text,
  comment: Text,
});
export type AcceptanceItem = Static<typeof AcceptanceItem>;

/** The document that accepts a shift: 004_… "Выгрузка документа принятия кассовой смены по id смены". */
export const AcceptanceDocument = Type.Object({
  id: Type.String(),
  session: Type.Object({ session_id: Type.String(), group_id: Text, number: Count }),
  account_shortage_id: Text,
  counteragent_shortage_id: Text,
  account_surplus_id: Text,
  counteragent_surplus_id: Text,
  department_id: Text,
  items: Type.Array(AcceptanceItem),
});
export type AcceptanceDocument = Static<typeof AcceptanceDocument>;

const Id = Type.Optional(nullable(Uuid));

/**
 * The document as a client sends it. What is read may be sent back as it is, so that keys of newer servers are let
 * through; what is known has to be right.
 */
export const AcceptanceDocumentInput = Type.Object(
  {
    id: Uuid,
    session: Type.Object({
      session_id: Uuid,
      group_id: Id,
      number: Type.Optional(Count),
    }),
    account_shortage_id: Id,
    counteragent_shortage_id: Id,
    account_surplus_id: Id,
    counteragent_surplus_id: Id,
    department_id: Id,
    items: Type.Array(
      Type.Object({
        num: Type.Integer(),
        transaction_id: Uuid,
        sum_real: Type.Optional(nullable(MoneyInput)),
        account_override_id: Id,
        counteragent_override_id: Id,
        status: Type.Optional(nullable(AcceptanceStatus)),
        comment: Type.Optional(Text),
      }),
    ),
  },
  { description: 'as get_acceptance_document answers it; keys that it does not list are passed on to iiko' },
);

/** The save's table says `group`, and so does the echo of a refused document; every other answer says `groupId`. */
const SESSION_SPELLINGS = { sessionId: [], groupId: ['group'], number: [] } as const satisfies Spellings;

const DOCUMENT_SPELLINGS = {
  id: [],
  session: [],
  accountShortageId: [],
  counteragentShortageId: [],
  accountSurplusId: [],
  counteragentSurplusId: [],
  departmentId: [],
  items: [],
} as const satisfies Spellings;

const ITEM_SPELLINGS = {
  num: [],
  transactionId: [],
  sumReal: [],
  accountOverrideId: ['accountOverride'],
  counteragentOverrideId: ['counteragentOverride'],
  status: [],
  comment: [],
} as const satisfies Spellings;

const VOCABULARY: Vocabulary = { money: new Set(['sum_real']) };

function toItem(value: unknown, complain: Complain): AcceptanceItem {
  const item = new WireObject(value, ITEM_SPELLINGS, complain);
  return item.with({
    num: item.required('num', item.integer('num')),
    transaction_id: item.required('transactionId', item.text('transactionId')),
    sum_real: item.money('sumReal'),
    account_override_id: item.text('accountOverrideId'),
    counteragent_override_id: item.text('counteragentOverrideId'),
    status: item.text('status'),
    comment: item.text('comment'),
  });
}

/** The answer of `closedSessionDocument`, or what `save` gives back. */
export function toDocument(body: unknown, complain: Complain): AcceptanceDocument {
  const document = new WireObject(body, DOCUMENT_SPELLINGS, complain);
  const session = new WireObject(document.any('session'), SESSION_SPELLINGS, complain);
  return document.with({
    id: document.required('id', document.text('id')),
    session: session.with({
      session_id: session.required('sessionId', session.text('sessionId')),
      group_id: session.text('groupId'),
      number: session.integer('number'),
    }),
    account_shortage_id: document.text('accountShortageId'),
    counteragent_shortage_id: document.text('counteragentShortageId'),
    account_surplus_id: document.text('accountSurplusId'),
    counteragent_surplus_id: document.text('counteragentSurplusId'),
    department_id: document.text('departmentId'),
    items: document.list('items').map((item) => toItem(item, complain)),
  });
}

function told<T extends object>(fields: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/**
 * The body of `save`. An item without a sum or a counteragent must not name one, not even null; the four fields of
 * the header are named whatever they hold.
 */
export function toTheirDocument(document: AcceptanceDocument): unknown {
  const { session, department_id, items, ...rest } = document;
  return toTheirs(
    {
      ...rest,
      session: told(session),
      ...(department_id === null ? {} : { department_id }),
      items: items.map(told),
    },
    VOCABULARY,
  );
}

function unmaskedFields<T extends object>(sent: T, kept: T): T {
  const shown = new Map(Object.entries(shownTo(kept, false)));
  const original = new Map(Object.entries(kept));
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [
      name,
      isDeepStrictEqual(value, shown.get(name)) ? original.get(name) : value,
    ]),
  ) as T;
}

/** What a client got masked and sends back as it is must not replace what the server keeps. */
export function unmasked(sent: AcceptanceDocument, kept: AcceptanceDocument): AcceptanceDocument {
  const items = new Map(kept.items.map((item) => [item.transaction_id.toLowerCase(), item]));
  return {
    ...unmaskedFields(sent, kept),
    items: sent.items.map((item) => {
      const known = items.get(item.transaction_id.toLowerCase());
      return known ? unmaskedFields(item, known) : item;
    }),
  };
}

/** So much is hidden of a phone, a card or an address; people who hide a number write fewer. */
const MASK = /\*{6}[^*]{4}/;

/**
 * The masked texts that could not be restored, since the server keeps another text there or none: saved like this
 * they would replace what they hide.
 */
export function maskedComments(sent: AcceptanceDocument, kept: AcceptanceDocument): DataError[] {
  const comments = new Map(kept.items.map((item) => [item.transaction_id.toLowerCase(), item.comment]));
  return sent.items.flatMap(({ transaction_id, comment }, index) => {
    if (comment === null || !MASK.test(comment)) return [];
    if (comment === comments.get(transaction_id.toLowerCase())) return [];
    const message = 'текст скрыт звёздочками: прочитайте документ заново или укажите текст целиком';
    return [{ path: `/document/items/${index}/comment`, message }];
  });
}

/** A client's document with everything that it may leave out filled in. */
export function completeDocument(
  input: Static<typeof AcceptanceDocumentInput>,
  complain: Complain,
): AcceptanceDocument {
  return toDocument(parseJson(JSON.stringify(toTheirs(input, VOCABULARY))), complain);
}
