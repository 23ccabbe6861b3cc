/**
 * Why a document was not saved: 004_… "Принятие кассовой смены", the table and what its examples alone name. The
 * list is the server's for every kind of import, and open.
 */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  ACCOUNT_DELETED: 'указанный счет удален',
  COUNTERAGENT_DELETED: 'указанный контрагент удален',
  INVENTORY_ASSETS_TYPE_NOT_ALLOWED: 'счета категории "складские запасы" не допускаются',
  COUNTERAGENT_MISSED_FOR_ACCOUNT: 'для указанного счета должен быть указан контрагент',
  COUNTERAGENT_NOT_ALLOWED_FOR_ACCOUNT: 'для указанного счета контрагент не указывается',
  ACCOUNT_NOT_SPECIFIED: 'счет не указан',
  COUNTERAGENT_NOT_SPECIFIED: 'контрагент не указан',
  COUNTERAGENT_NOT_ALLOWED: 'контрагент НЕ указывается',
  COUNTERAGENT_TYPE_WRONG: 'указан неверный тип для выбранного контрагента',
  CONCEPTION_NOT_SPECIFIED: 'концепция не указана',
  CONCEPTION_DELETED: 'концепция удалена',
  PAYROLL_MISSED_FOR_ACCOUNT: 'для указанного счета должен быть указана платежная ведомость',
  PAYROLL_DELETED: 'платежная ведомость удалена',
  ONLY_POSITIVE_VALUES_ALLOWED: 'допускаются только положительные значения',
  DEPARTMENT_DELETED: 'ТП удалено',
  RESTAURANT_SECTION_DELETED: 'отделение удалено',
  MEASURE_UNIT_DELETED: 'единица измерения удалена',
  COOKING_PLACE_DELETED: 'место приготовления удалено',
  TAX_CATEGORY_DELETED: 'налоговая категория удалена',
  PRODUCT_CATEGORY_DELETED: 'пользовательская категория удалена',
  PRODUCT_GROUP_DELETED: 'номенклатурная группа удалена',
  PRODUCT_DELETED: 'товар удален',
  PRODUCT_MISSED: 'товар не указан',
  COOKING_PLACE_EMPTY_FOR_SALE_DISH: 'товар продается. Тип места приготовления не может быть пустым',
  WRONG_NOMENCLATURE_TYPE: 'указан недопустимый тип номенклатуры',
  NOT_INCLUDED_IN_MENU_WITH_EXCLUDED_SECTIONS:
    'у блюда указаны отделения, в которых его нельзя продавать, в то время, как само блюдо не включено в меню по умолчанию',
  CHILD_MODIFIERS_NOT_ALLOWED: 'вложенные модификаторы не допускаются',
  MODIFIER_NOT_BELONGS_TO_GROUP: 'модификатор не принадлежит группе',
  NOT_MODIFIER: 'не является модификатором',
  WRONG_MIN_MAX_AMOUNT: 'не правильно указаны минимальное, максимальное значение',
  HAS_RESTRICTION_AND_DEFAULT_AMOUNT_OUT_OF_RANGE:
    'у родительского модификатора ВКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", но дефолтное значение у дочернего модификатора выходит за рамки мин. макс. значений',
  DEFAULT_AMOUNT_OUT_OF_RANGE: 'дефолтное значение выходит за рамки мин. макс. значений',
  NO_RESTRICTION_AND_MIN_MAX_NOT_ZERO:
    'у родительского модификатора ВЫКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", у дочернего мин. макс. количество не равно 0 (а должно)',
  REQUIRED_AND_WRONG_MIN_AMOUNT:
    'модификатор является обязательным, но мин. количество = 0, либо НЕ является обязательным и мин. количество != 0',
  FREE_OF_CHARGE_AMOUNT_MORE_THAN_MAX:
    'у группового или одиночного модификатора количество бесплатных больше чем максимальное',
  HAS_RESTRICTION_AND_FREE_OF_CHARGE_MORE_THAN_MAX:
    'у родительского модификатора ВКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", но бесплатное количество у дочернего модификатора больше максимального',
  HAS_RESTRICTION_AND_FREE_OF_CHARGE_MORE_THAN_PARENT:
    'у родительского модификатора ВКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", но бесплатное количество у дочернего модификатора больше чем у родительского',
  NO_RESTRICTION_AND_FREE_OF_CHARGE_AMOUNT_NOT_EQUAL_VALUE_IN_PARENT:
    'у родительского модификатора ВЫКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", но бесплатное количество у дочернего модификатора не равно бесплатному количеству в родительском',
  NO_RESTRICTION_AND_REQUIRED_SHOULD_BE_FALSE:
    'у родительского модификатора ВЫКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов", но дочерний модификатор является обязательным',
  NOT_GROUP_MODIFIER_HAS_CHILD_RESTRICTION:
    'у НЕ группового (одиночного, дочернего) модификатора ВКЛЮЧЕНО "Ограничение на минимум и максимум у дочерних модификаторов"',
  SINGLE_MODIFIER_HIDE_DEFAULT_AMOUNT: 'у одиночного модификатора "Скрывать, если кол-во по умолчанию"',
  PARENT_AMOUNT_BY_DEFAULT_NOT_EQUAL_SUM_OF_CHILDREN:
    'у родительского модификатора кол-во по умолчанию не равно сумме дефолтный значений дочерних элементов',
  IMAGE_NOT_FOUND: 'изображение не найдено',
  ACCOUNT_SHORTAGE_NOT_FOUND: 'счет недостачи не найден',
  EMPTY_FIELD: 'поле не заполнено',
};

/** A code in words, with the value it is about. */
export function describeImportError(code: string, value: string | null): string {
  const description = DESCRIPTIONS[code];
  const words = description === undefined ? code : `${description} (${code})`;
  return value === null ? words : `${value}: ${words}`;
}
