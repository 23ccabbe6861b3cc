import { isJsonObject } from '#core/json.ts';
import { redact } from '#domain/redaction.ts';
import { formatDateTime } from '#domain/time.ts';
import { toOurs, type Vocabulary } from '#domain/vocabulary.ts';
import type { Agent } from './agent.ts';
import type { BalanceLine, BillOfBalance } from './bill-of-balance.ts';
import { type Complain, text } from './wire.ts';

const MONEY = ['sum_without_tax', 'sum_nds', 'sum_nsp'];
const QUANTITIES = ['quantity', 'min_reserve', 'max_reserve'];
const DECIMALS = [...MONEY, ...QUANTITIES];

const VOCABULARY: Vocabulary = { money: new Set(MONEY), quantities: new Set(QUANTITIES) };

/** The server's own; the times of White Server carry an offset. */
const ZONE = 'Europe/Moscow';

const NO_LINE: BalanceLine = {
  rid: null,
  good_name: null,
  attribute_text: null,
  attribute_number: null,
  m_units_rid: null,
  m_units_name: null,
  quantity: null,
  sum_without_tax: null,
  sum_nds: null,
  sum_nsp: null,
  min_reserve: null,
  max_reserve: null,
  group_id: null,
};

/** Neighbouring reports print their numbers as texts. */
function id(value: unknown): unknown {
  const digits = typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim());
  return digits ? Number(value) : (value ?? null);
}

/** A text as it is, also an empty one; one that looks like a number may come as a number. */
function words(value: unknown): string | null {
  return typeof value === 'string' ? value : text(value);
}

/** Nothing there is an empty list. */
function rows(value: unknown, name: string, complain: Complain): Record<string, unknown>[] {
  const list = value ?? [];
  if (!Array.isArray(list)) throw complain('wrong_type', `поле ${name}: ожидался список`);
  return list.map((row: unknown) => {
    if (!isJsonObject(row)) throw complain('wrong_type', `поле ${name}: в списке не объект`);
    return row;
  });
}

function ours(value: Record<string, unknown>, complain: Complain): Record<string, unknown> {
  return toOurs(value, {
    vocabulary: VOCABULARY,
    zone: ZONE,
    wrong: (key, expected) => complain('wrong_type', `поле ${key}: ожидалось ${expected}`),
  }) as Record<string, unknown>;
}

function toLine(row: Record<string, unknown>, complain: Complain): BalanceLine {
  const line: Record<string, unknown> & BalanceLine = { ...NO_LINE, ...ours(row, complain) };
  for (const key of DECIMALS) {
    if (line[key] !== null && typeof line[key] !== 'string') {
      throw complain('wrong_type', `поле ${key}: ожидалось число`);
    }
  }
  return {
    ...line,
    rid: id(line.rid),
    m_units_rid: id(line.m_units_rid),
    group_id: id(line.group_id),
    good_name: words(line.good_name),
    attribute_text: words(line.attribute_text),
    attribute_number: words(line.attribute_number),
    m_units_name: words(line.m_units_name),
  };
}

/** `taskResponse` of a finished report; e-mails in names are masked unless the client may see them. */
export function toBillOfBalance(
  taskResponse: unknown,
  showPersonalData: boolean,
  complain: Complain,
): BillOfBalance {
  if (!isJsonObject(taskResponse)) throw complain('wrong_type', 'поле taskResponse: ожидался объект');
  const groups = rows(taskResponse.groups, 'groups', complain).map((group) => {
    const label = { name: null, id: null, ...ours(group, complain) };
    return { ...label, name: words(label.name), id: id(label.id) };
  });
  const lines = rows(taskResponse.lines, 'lines', complain).map((row) => toLine(row, complain));
  return redact({ groups, lines }, showPersonalData) as BillOfBalance;
}

function isOnline(value: unknown): boolean | null {
  const word = String(value).trim().toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : null;
}

/** A date that cannot be read is left as it came: the documentation's own sample is none. */
function expiration(value: unknown): string | null {
  const time = formatDateTime(value, ZONE);
  return time === undefined ? text(value) : time;
}

/** `taskResponse` of `GetAgentList`; phones and e-mails are masked unless the client may see them. */
export function toAgents(taskResponse: unknown, showPersonalData: boolean, complain: Complain): Agent[] {
  if (!isJsonObject(taskResponse)) throw complain('missing_field', 'нет обязательного поля taskResponse');
  const agents = rows(taskResponse.agents, 'agents', complain).map((row) => {
    const agent = ours(row, complain);
    return {
      ...agent,
      object_id: id(agent.object_id),
      version: text(agent.version),
      is_online: isOnline(agent.is_online),
      license_expiration_date: expiration(agent.license_expiration_date),
      rk_version: text(agent.rk_version),
    };
  });
  return redact(agents, showPersonalData) as Agent[];
}
