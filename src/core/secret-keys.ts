import { memoized } from './memo.ts';
import { snakeCase } from './snake-case.ts';

/** What makes a key one of a credential wherever it stands in it (`TokenCPCR` is one of Kassa24's). */
const SECRET_PART =
  /token|passw|passphrase|secret|authori[sz]ation|authentication|cookie|(?:api|private|access)[_-]?key|pin(?:code)?$/i;

/** What does so as a word of its own only: `pinHash`, not `shippingDate`. */
const SECRET_WORD = /^(?:pin|pass|pwd|puk)\d*$/;

/** In our own messages, logs and configuration these hold serials of registers. */
const SERIALS = /^tokens?(?:\.refresh)?$/i;

/** Headers have no other words for it: `X-Auth`, `X-Key`. A key that makes a call idempotent opens nothing. */
const SECRET_HEADER = /auth|(?<!idempotency-)key$/i;

/** Is what stands under this key of a vendor's a credential, in whatever spelling (`PinCode`, `pin_code`)? */
export const isSecretKey: (key: string) => boolean = memoized(
  (key) =>
    SECRET_PART.test(key) ||
    snakeCase(key)
      .split(/[^a-z0-9]+/)
      .some((word) => SECRET_WORD.test(word)),
);

/** The same for a key of ours, where `token` and `tokens` are serials of registers. */
export function isSecretKeyOfOurs(key: string): boolean {
  return isSecretKey(key) && !SERIALS.test(key);
}

/** Is the value of this HTTP header a credential? */
export function isSecretHeader(name: string): boolean {
  return isSecretKey(name) || SECRET_HEADER.test(name);
}
