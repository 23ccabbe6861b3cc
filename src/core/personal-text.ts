const EMAIL = /(?<![^\s@<>"'(),;:])[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[^\s@<>"'(),;:]+/;

/** Ids and hashes, whose digits tell of nobody. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const HASH = /(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-z])/;

const INTERNATIONAL = /\+\d[\d\s()-]{8,20}\d/;
const DOMESTIC = /(?<!\d)[78][\s-]?\(?\d{3}\)?[\s-]?\d{3}[\s-]?\d{2}[\s-]?\d{2}(?!\d)/;
const CARD = /(?<!\d)\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d)/;

/** Not a part of a longer number, and no sum. */
const DIGITS = /(?<!\d)\d{10,19}(?!\d|[.,]\d{1,4}(?!\d))/;

const PERSONAL = new RegExp(
  [EMAIL, UUID, HASH, INTERNATIONAL, CARD, DOMESTIC, DIGITS].map(({ source }) => source).join('|'),
  'gi',
);

const FEWEST_DIGITS = 10;
/** The longest phone (E.164); whatever is longer is a card or nothing. */
const MOST_PHONE_DIGITS = 15;

function masked(text: string): string {
  const characters = [...text];
  return characters.map((character, index) => (index < characters.length - 4 ? '*' : character)).join('');
}

/** Of a card of the payment systems, mistyped or not. */
const ISSUED = /^[2-6]\d{15}$/;

/** By its look or by its check digit (ISO/IEC 7812-1). */
function isCardNumber(digits: string): boolean {
  if (ISSUED.test(digits)) return true;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function isPersonal(found: string, fewestDigits: number): boolean {
  if (found.includes('@')) return true;
  if (/[a-f]/i.test(found) || UUID.test(found)) return false;
  const digits = found.replace(/\D/g, '');
  if (digits.length < fewestDigits) return false;
  return digits.length <= MOST_PHONE_DIGITS || isCardNumber(digits);
}

/**
 * A text with the phones, cards and e-mails in it masked: all but their last four characters become `*`. What has
 * fewer digits than `fewestDigits` is no phone.
 */
export function maskPersonalText(text: string, fewestDigits: number = FEWEST_DIGITS): string {
  return text.replace(PERSONAL, (found) => (isPersonal(found, fewestDigits) ? masked(found) : found));
}
