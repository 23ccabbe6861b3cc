/**
 * What the fiscal device itself refuses (iKassa, device errors AVQFR_*): its own numeric code, which a Vert.x
 * client gets as `failureCode`, and its text as tsrv 1.x prints it, with a small first letter.
 */
export const DEVICE_FAILURES = {
  AVQFR_INVALID_COMMAND: {
    code: 5,
    description: 'подана команда с неизвестным кодом или нарушен порядок подачи команд',
  },
  AVQFR_UNSUPPORTED_VERSION: {
    code: 6,
    description: 'версия протокола взаимодействия с устройством не поддерживается',
  },
  AVQFR_ACCESS_DENIED: {
    code: 8,
    description: 'неверно указана роль при авторизации (отличная от PIN, PUK или REG)',
  },
  AVQFR_BAD_SERIAL_NUMBER: { code: 9, description: 'неверно задан серийный номер устройства' },
  AVQFR_BAD_DEVICE_MODE: {
    code: 10,
    description: 'команда не может быть выполнена в текущем режиме устройства',
  },
  AVQFR_INTERNAL_ERROR: { code: 11, description: 'внутренняя ошибка (возможная причина - аппаратный сбой)' },
  AVQFR_TIMEOUT: { code: 12, description: 'превышено время ожидания ответа при синхронизации времени' },
  AVQFR_BAD_FW_UPGRADE_KEY: {
    code: 13,
    description: 'отсутствует ключ обновления прошивки или его целостность нарушена',
  },
  AVQFR_NOT_ACTUAL_KEY: { code: 17, description: 'срок действия ключа не наступил или истек' },
  AVQFR_BAD_SIGN: { code: 18, description: 'подпись не верна' },
  AVQFR_INCORRECT_PARAM_SIZE: {
    code: 19,
    description: 'неверный размер параметра (один из параметров команды имеет неверную длину)',
  },
  AVQFR_BAD_SYNC_REQUEST_ID: {
    code: 20,
    description: 'неверный идентификатор запроса синхронизации времени',
  },
  AVQFR_BAD_FILE_INDEX: {
    code: 21,
    description: 'недопустимое имя файла (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_NO_DATA: {
    code: 22,
    description: 'запрашиваемые данные отсутствуют (попытка получить внутренний или отсутствующий документ)',
  },
  AVQFR_INTEGRITY_ERROR: {
    code: 24,
    description: 'нарушение целостности данных, хранящихся в устройстве (устройство неисправно)',
  },
  AVQFR_PRNG_NOT_INITIALIZED: {
    code: 25,
    description: 'генератор СЧП не инициализирован, инициализация устройства не завершена',
  },
  AVQFR_BAD_SIGN_CTR: { code: 26, description: 'неверное значение счетчика подписей' },
  AVQFR_BAD_STATUS_CODE: {
    code: 27,
    description: 'неверное значение кода завершения обработки запроса сервером',
  },
  AVQFR_INVALID_MODE: {
    code: 28,
    description: 'неверно задан режим алгоритма (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_INCORRECT_PARAM: {
    code: 29,
    description: 'один из переданных параметров имеет недопустимое значение',
  },
  AVQFR_SELF_TEST_FAILURE: { code: 30, description: 'ошибка самотестирования (устройство неисправно)' },
  AVQFR_SHIFT_IDLE_TIMEOUT: {
    code: 31,
    description: 'превышено время бездействия, требуется синхронизация времени',
  },
  AVQFR_BAD_KEY_AUTH_DATA: {
    code: 32,
    description: 'неверные данные для авторизации сессии (неверное значение PIN, PUK или REG)',
  },
  AVQFR_INVALID_ATTR_ID: {
    code: 33,
    description: 'неверный идентификатор атрибута устройства (атрибут, не поддерживается устройством)',
  },
  AVQFR_BAD_KEY_TOKEN: { code: 34, description: 'токен ключа сформирован некорректно' },
  AVQFR_FILE_BACKUP_ERROR: {
    code: 35,
    description: 'ошибка дублирования файла (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_BAD_KEY_ID: { code: 36, description: 'идентификатор ключа отсутствует или имеет неверный размер' },
  AVQFR_BAD_KEY: {
    code: 37,
    description: 'ключ отсутствует, имеет неверный размер или неверный формат набора ключей',
  },
  AVQFR_ASN1_PARSE_ERROR: {
    code: 38,
    description: 'невозможно разобрать ASN1-структуру (нарушена структура сертификата или ответа сервера)',
  },
  AVQFR_INCORRECT_DATA_SIZE: {
    code: 39,
    description: 'неверный общий размер данных команды (передана команда неподдерживаемой длины)',
  },
  AVQFR_SESSIONS_LIMIT_EXCEEDED: { code: 40, description: 'слишком много одновременно открытых сессий' },
  AVQFR_INVALID_SESSION_ID: { code: 41, description: 'неверный идентификатор сессии' },
  AVQFR_SHIFT_IS_PENDING: { code: 42, description: 'необходимо закрыть смену' },
  AVQFR_RECEIPT_IS_PENDING: {
    code: 43,
    description: 'в устройстве присутствуют кассовые документы, которые необходимо передать на сервер',
  },
  AVQFR_RECEIPT_SUM_OVERFLOW: { code: 44, description: 'переполнение счетчиков, необходимо закрыть смену' },
  AVQFR_RECEIPT_NEGATIVE_VALUE: { code: 45, description: 'задано отрицательное значение суммы' },
  AVQFR_NEGATIVE_SHIFT_BALANCE: { code: 46, description: 'получен отрицательный сменный баланс' },
  AVQFR_SESSION_ALREADY_AUTHORIZED: {
    code: 47,
    description: 'сессия уже авторизована (попытка повторной авторизации уже авторизованной сессии)',
  },
  AVQFR_SESSION_NOT_AUTHORIZED: {
    code: 48,
    description: 'сессия не авторизована (команда требует обязательной авторизации)',
  },
  AVQFR_SESSION_EXISTS: {
    code: 49,
    description: 'имеется открытая сессия (выполнение команды возможно только в монопольном режиме)',
  },
  AVQFR_SHIFT_IS_OPENED: {
    code: 50,
    description: 'смена открыта (команда возможна только при закрытой смене)',
  },
  AVQFR_SHIFT_IS_CLOSED: {
    code: 51,
    description: 'смена закрыта (команда возможна только при открытой смене)',
  },
  AVQFR_BAD_DATE_TIME: {
    code: 52,
    description: 'неверный формат или значение даты или времени (операция выполняется "задним" числом)',
  },
  AVQFR_BAD_CASHREG_NUMBER: { code: 53, description: 'неверный номер кассового аппарата (номер КСА в СККО)' },
  AVQFR_BAD_CURRENCY_NAME: { code: 54, description: 'неверное наименование кода валюты' },
  AVQFR_BAD_RECEIPT_TYPE: { code: 55, description: 'неверный тип кассового документа' },
  AVQFR_BAD_RECEIPT_NUMBER: {
    code: 56,
    description: 'номер кассового документа отличается от значения внутренего счетчика кассовых документов',
  },
  AVQFR_BAD_RECEIPT_COST: { code: 57, description: 'рассогласование по полю "Итого общая стоимость"' },
  AVQFR_BAD_RECEIPT_DISCOUNT: { code: 58, description: 'рассогласование по полю "Сумма скидки (надбавки)"' },
  AVQFR_BAD_RECEIPT_TOTAL: { code: 59, description: 'рассогласование по полю "Итого к оплате"' },
  AVQFR_BAD_RECEIPT_CENTS: { code: 60, description: 'неправильное значение дробной части денежного поля' },
  AVQFR_BAD_TAXPAYER_NUMBER: { code: 61, description: 'задан неверный УНП' },
  AVQFR_BAD_CORRECTION_VALUE: {
    code: 62,
    description: 'задана ненулевая сумма коррекции при отсутствии коррекций',
  },
  AVQFR_TOTAL_TRADE_OVERFLOW: { code: 63, description: 'переполнение счетчика суммарного торгового оборота' },
  AVQFR_NOT_MOUNTED: {
    code: 101,
    description: 'файловая система не смонтирована (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_NOT_FORMATED: {
    code: 102,
    description: 'носитель не отформатирован (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_INSUFFICIENT_SPACE: { code: 103, description: 'недостаточно места для записи данных' },
  AVQFR_FILE_IS_TOO_BIG: {
    code: 104,
    description: 'превышен размер файла (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_FILE_NOT_EXIST: { code: 105, description: 'файл не найден, необходимые данные отсутствуют' },
  AVQFR_FILE_ALREADY_EXISTS: {
    code: 106,
    description: 'файл уже имеется (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_INVALID_OFFSET: {
    code: 107,
    description: 'неверное смещение (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_PROGRAM_ERROR: {
    code: 108,
    description: 'ошибка записи во флеш-память (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_BAD_ADDRESS: {
    code: 109,
    description: 'неверно задан адрес блока памяти (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_ERASE_ERROR: {
    code: 110,
    description: 'ошибка стирания флеш-памяти (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_NO_CIPHER_CALLBACKS: {
    code: 111,
    description: 'функции шифрования файловой системы недоступны (внутренняя ошибка, устройство неисправно)',
  },
  AVQFR_MAC_NOT_FOUND: {
    code: 112,
    description: 'у файла отсутствует имитовставка (внутренняя ошибка, устройство неисправно)',
  },
} as const;
