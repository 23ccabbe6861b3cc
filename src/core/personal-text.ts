const EMAIL = /(?<![^\s@<>"'(),;:])[^\s@<>"'(),;:]+@[^\s@<>"'(),;:]+\.[^\s@<>"'(),;:]+/;

/** Ids and hashes, whose digits tell of nobody. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const HASH = /(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-z])/;

const INTERNATIONAL = /\+\d[\d\s()-]{8,20}\d/;
const DOMESTIC = /(?<!\d|\d[.,-])[78][\s-]?\(?\d{3}\)?[\s-]?\d{3}[\s-]?\d{2}[\s-]?\d{2}(?!\d|[.,-]\d)/;
const CARD = /(?<!\d|\d[.,-])\d{4}(?:[\s-]\d{4}){3}(?:[\s-]?\d{1,3})?(?!\d|[.,-]\d)/;

/** Not a part of a sum or of a longer number. */
const DIGITS = /(?<!\d|\d[.,])\d{10,19}(?!\d|[.,]\d)/;

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

/** ISO/IEC 7812-1: the check digit of a card's number. */
function isCardNumber(digits: string): boolean {
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
