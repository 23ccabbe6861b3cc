import type { DialectLimits } from '#protocol/frame.ts';
import { type Refusal, refusal } from '#protocol/refusal.ts';

/** Is there room for one more registration or request beside `held`? */
export function handlersRefusal(held: number, { maxHandlers }: DialectLimits): Refusal | undefined {
  if (held < maxHandlers) return undefined;
  return refusal('too-many-handlers', `адресов и запросов без ответа у соединения уже ${maxHandlers}`);
}

/** Is the address to be registered short enough? */
export function addressRefusal(address: string, { maxAddressLength }: DialectLimits): Refusal | undefined {
  if (address.length <= maxAddressLength) return undefined;
  return refusal('address-too-long', `адрес длиннее ${maxAddressLength} знаков`);
}

/** Is the reply address short enough? */
export function replyAddressRefusal(
  replyAddress: string | null,
  { maxReplyAddressLength }: DialectLimits,
): Refusal | undefined {
  if (replyAddress === null || replyAddress.length <= maxReplyAddressLength) return undefined;
  return refusal('reply-address-too-long', `адрес для ответа длиннее ${maxReplyAddressLength} знаков`);
}
