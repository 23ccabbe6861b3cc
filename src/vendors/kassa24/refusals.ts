import { FAILURES, type FailureName } from '#core/failure.ts';

/** What a status means, told apart by its text where it means several things. */
type Refusal = {
  readonly status: number;
  /** A part of the message, in small letters, without blanks: words come split and with other endings. */
  readonly stem?: string;
  readonly name: FailureName;
  /** What to do, from the column 'Способ устранения'. */
  readonly description: string;
};

/** The tables 'Ошибки' of 001_…; the first row that fits. 403 has four meanings, told apart by their texts. */
const REFUSALS: readonly Refusal[] = [
  {
    status: 401,
    name: 'VENDOR_AUTH_FAILED',
    description: 'Kassa24 не принял токен и после нового входа: проверьте login, password и права кассира',
  },
  {
    status: 403,
    stem: 'ужеоткрытасмена',
    name: 'AVQFR_SHIFT_IS_OPENED',
    description: FAILURES.AVQFR_SHIFT_IS_OPENED.description,
  },
  {
    status: 403,
    stem: 'уресурсузакрыт',
    name: 'VENDOR_REJECTED',
    description: 'Kassa24 закрыл доступ: проверьте id_kkm кассы и есть ли на неё права у этого кассира',
  },
  {
    status: 403,
    stem: 'кассазаблокирован',
    name: 'VENDOR_REJECTED',
    description: 'касса заблокирована в Kassa24: свяжитесь с его технической поддержкой',
  },
  {
    status: 403,
    stem: 'неверныйидентификаторсмен',
    name: 'VENDOR_REJECTED',
    description:
      'смену открыл другой кассир или её номер неверен: укажите у кассы login и password того, кто её открыл',
  },
  {
    status: 410,
    name: 'AVQFR_SHIFT_IS_CLOSED',
    description: FAILURES.AVQFR_SHIFT_IS_CLOSED.description,
  },
  {
    status: 424,
    stem: 'ужечислитсяоткрытаясмена',
    name: 'VENDOR_REJECTED',
    description:
      'за этим кассиром уже числится открытая смена, возможно на другой кассе: сначала закройте её',
  },
  {
    status: 429,
    name: 'VENDOR_RATE_LIMITED',
    description: FAILURES.VENDOR_RATE_LIMITED.description,
  },
  {
    status: 449,
    name: 'VENDOR_REJECTED',
    description: 'Kassa24 ещё выполняет прежнюю операцию этой кассы: повторите позже',
  },
  {
    status: 452,
    name: 'VENDOR_REJECTED',
    description: 'Kassa24 не знает этого Uid: повторите с новым operation.id',
  },
  {
    status: 500,
    name: 'VENDOR_UNAVAILABLE',
    description: 'внутренняя ошибка Kassa24: повторите позже, если не пройдёт - обратитесь в его поддержку',
  },
];

/** The row of the tables that fits; undefined where there is none. */
export function refusalOf(status: number, message: string): Refusal | undefined {
  const packed = message.replace(/\s+/g, '').toLowerCase();
  return REFUSALS.find(
    (refusal) => refusal.status === status && (refusal.stem === undefined || packed.includes(refusal.stem)),
  );
}
