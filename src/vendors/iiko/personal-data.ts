import { maskFreeText, maskFreeTexts } from '#domain/free-text.ts';
import { redact } from '#domain/redaction.ts';

/** `comment`, `editable_comment`: people write whom to call and whose card it was. */
const FREE_TEXT = /comment$/i;

/** What may leave the bus for a requester. */
export function shownTo<T>(answer: T, showPersonalData: boolean): T {
  const clean = redact(answer, showPersonalData);
  return (showPersonalData ? clean : maskFreeTexts(clean, (key) => FREE_TEXT.test(key))) as T;
}

/** Does a comment tell of a person: a phone, a card, an e-mail? */
export function tellsOfPerson(comment: string): boolean {
  return maskFreeText(comment) !== comment;
}

/** Is this how the comment is shown to those who may see nothing of persons? */
export function isShownAs(comment: string | null, shown: string): boolean {
  return comment !== null && shownTo({ comment }, false).comment === shown;
}
