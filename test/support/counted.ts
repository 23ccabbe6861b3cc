import { Cancellation } from '#core/cancellation.ts';

/** How many listeners it has. */
export class Counted extends Cancellation {
  listeners = 0;

  override addEventListener(type: 'abort', listener: () => void): void {
    this.listeners += 1;
    super.addEventListener(type, listener);
  }

  override removeEventListener(type: 'abort', listener: () => void): void {
    this.listeners -= 1;
    super.removeEventListener(type, listener);
  }
}
