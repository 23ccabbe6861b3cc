import type { Respond } from '#bus/delivery.ts';
import type { Services } from '#bus/services.ts';
import type { Signal } from '#core/cancellation.ts';
import { NO_HEADERS } from '#core/message.ts';

/** Services that answer when they are told to: what waits, in its order, and how it is answered. */
export function createHeldAnswers() {
  const waiting: { respond: Respond; signal: Signal }[] = [];
  const services: Partial<Services> = {
    serves: () => true,
    permits: () => true,
    handle({ signal }, respond) {
      waiting.push({ respond, signal });
    },
  };
  return {
    services,
    waiting,
    answer(index: number) {
      waiting[index]?.respond({ body: `answer ${index}`, headers: NO_HEADERS });
    },
  };
}
