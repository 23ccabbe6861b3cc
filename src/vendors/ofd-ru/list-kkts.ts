import { Type } from 'typebox';
import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import { defineVendorAction } from '#domain/action.ts';
import type { Cabinet } from './cabinet.ts';
import { Inn } from './ids.ts';
import { kktInWords } from './words.ts';

const Kkts = Type.Array(
  Type.Object(
    { id: Type.Optional(Type.Unknown({ description: 'For `kkt_list`: not the registration number.' })) },
    { additionalProperties: true },
  ),
);

/** A bare list, or one inside an object. */
function listIn(data: unknown): readonly unknown[] | undefined {
  if (Array.isArray(data)) return data;
  const lists = isJsonObject(data) ? Object.values(data).filter(Array.isArray) : [];
  return lists.length === 1 ? lists[0] : undefined;
}

/** The cash registers of a legal entity, 1.1: where the ids for an order come from. */
export const listKkts = defineVendorAction<Cabinet>()({
  address: 'ofd_ru.reports',
  action: 'list_kkts',
  target: { account: 'ofd-ru' },
  effect: 'read',
  request: Type.Object(
    { inn: Type.Optional({ ...Inn, description: "A legal entity; else the account's." }) },
    { additionalProperties: false },
  ),
  reply: Kkts,
  async handle({ inn: given }, { vendor, call, client }) {
    const inn = given ?? vendor.entity.inn;
    if (inn === undefined) {
      const message = 'обязательное поле, так как у учётной записи нет inn';
      throw new Failure('BUS_INVALID_DATA', {
        description: `поле data не соответствует схеме действия: /inn ${message}`,
        details: { errors: [{ path: '/inn', message }] },
      });
    }
    const path = `/api/integration/v1/inn/${inn}/kkts`;
    const { data, complain } = await vendor.ask({ method: 'GET', path, effect: 'read' }, call);
    const list = listIn(data);
    if (!list) throw complain('wrong_type', 'вместо списка касс пришло другое значение');
    const rows = list.filter(isJsonObject);
    const reading = vendor.reading(client.seesPersonalData);
    return rows.map((row) => kktInWords(row, reading) as Record<string, unknown>);
  },
});
