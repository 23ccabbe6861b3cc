import type { Flow } from '#core/flow.ts';
import type { Message } from '#core/message.ts';
import type { Consumer, Registration, Respond } from './delivery.ts';

/** How messages between clients travel; services are not its business. */
export type Engine = {
  /** Adds a consumer at the end of the address's rotation. */
  register(address: string, consumer: Consumer): Registration;
  /** Every consumer registered at this moment gets the message. */
  publish(message: Message): void;
  /** One consumer gets the message, in rotation; false when there is none. */
  send(message: Message): boolean;
  /** As `send`; `respond` is called once: with the answer, "no handlers" at once, or the time-out in the flow's turn. */
  request(message: Message, timeoutMs: number, respond: Respond, flow?: Flow): void;
  /** Is anybody registered at the address? */
  has(address: string): boolean;
};
