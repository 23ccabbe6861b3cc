import type { FailureName } from '#core/failure.ts';

/** What an error name of the vendor means for whoever asked. */
export type NamedError = { readonly name: FailureName; readonly description: string };

const rejected = (description: string): NamedError => ({ name: 'VENDOR_REJECTED', description });

/**
 * 002_… 3.1.2, 3.2.2, 4.1, 5.1.1, 5.2.1, 6.1.1-6.5.1 'Возможные ошибки'. The descriptions there are not always
 * true: `DateFromGreaterThanDateTo` is explained the wrong way round.
 */
export const ERROR_NAMES: Readonly<Record<string, NamedError>> = {
  DateFromGreaterThanDateTo: rejected(
    'OFD.ru: начало периода позже его конца, проверьте date_from и date_to',
  ),
  OfdAgreementNotFound: rejected(
    'OFD.ru: личный кабинет не найден, проверьте inn и kpp учётной записи или ofd_agreement_id',
  ),
  ReportSizeError: rejected(
    'OFD.ru: в отчёте слишком много записей, сократите период или список касс и закажите несколько отчётов',
  ),
  LimitExhausted: rejected('OFD.ru: лимит личного кабинета исчерпан, удалите ненужные отчёты'),
  ReportNotFound: rejected('OFD.ru: такого отчёта нет'),
  ReportNotDone: rejected('OFD.ru: отчёт ещё не готов или не существует'),
  AccessDenied: {
    name: 'VENDOR_AUTH_FAILED',
    description: 'OFD.ru закрыл доступ: проверьте login и password (или authToken) и права пользователя',
  },
  InternalError: {
    name: 'VENDOR_UNAVAILABLE',
    description: 'внутренняя ошибка ИС «Отчеты» OFD.ru: повторите позже',
  },
};

/** The first known name in a list of errors: they come with other words around them, too. */
export function findErrorName(errors: readonly string[]): string | undefined {
  const names = Object.keys(ERROR_NAMES);
  for (const error of errors) {
    const text = error.toLowerCase();
    const name = names.find((candidate) => text.includes(candidate.toLowerCase()));
    if (name !== undefined) return name;
  }
  return undefined;
}
