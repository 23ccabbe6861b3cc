import { Failure } from '#core/failure.ts';
import { isJsonObject } from '#core/json.ts';
import type { Change } from '#domain/change.ts';

/**
 * What becomes of the next change:
 * - `answered`: it is done and answered
 * - `lost`: it is done, the answer is lost
 * - `unreadable`: it is done, the answer cannot be read
 * - `broken`: it is done, and the code that reads the answer has a mistake
 * - `vanished`: it is not done, and there is no answer
 * - `late`: it is done only when {@link ModelRegister.land} is called, and there is no answer
 * - `unavailable`: it never left
 */
export type Fate = 'answered' | 'lost' | 'unreadable' | 'broken' | 'vanished' | 'late' | 'unavailable';

export type Kind = 'open' | 'close';

const LOST = () => new Failure('VENDOR_OUTCOME_UNKNOWN', { description: 'ответ потерян' });

/** A register with shifts at a vendor whose answers may be lost. It counts what was really done. */
export class ModelRegister {
  isOpen = false;
  /** The number of the last shift that was opened. */
  shift = 0;
  /** Which tags were done, in order. */
  readonly done: string[] = [];
  /** Which tags reached the vendor, done or refused. */
  readonly seen: string[] = [];
  fates: Fate[] = [];
  isDown = false;
  /** What its state tells when it is read to settle. */
  isSilent = false;
  settlings = 0;
  /** Resolves before a change is answered. */
  pause: Promise<void> | undefined;
  /** Told of what is done late, instead of waiting for {@link land}. */
  onLate: ((land: () => void) => void) | undefined;
  #late: (() => void) | undefined;

  /** A vendor does what it has got, and refuses what it cannot do any more. */
  land(): void {
    const late = this.#late;
    this.#late = undefined;
    late?.();
  }

  read(): { isOpen: boolean; shift: number } {
    if (this.isDown) throw new Failure('VENDOR_UNAVAILABLE', { description: 'не отвечает' });
    return { isOpen: this.isOpen, shift: this.shift };
  }

  /** Does it, or throws the refusal. */
  execute(kind: Kind, tag: string): { shift: number } {
    this.seen.push(tag);
    if (kind === 'open' && this.isOpen) throw new Failure('AVQFR_SHIFT_IS_OPENED');
    if (kind === 'close' && !this.isOpen) throw new Failure('AVQFR_SHIFT_IS_CLOSED');
    this.isOpen = kind === 'open';
    if (this.isOpen) this.shift += 1;
    this.done.push(tag);
    return { shift: this.shift };
  }

  async send(kind: Kind, tag: string): Promise<{ shift: number }> {
    await this.pause;
    const fate = this.isDown ? 'unavailable' : (this.fates.shift() ?? 'answered');
    if (fate === 'unavailable') throw new Failure('VENDOR_UNAVAILABLE');
    if (fate === 'vanished') throw LOST();
    if (fate === 'late') {
      this.#late = () => void this.execute(kind, tag);
      this.onLate?.(this.#late);
      throw LOST();
    }
    const answer = this.execute(kind, tag);
    if (fate === 'lost') throw LOST();
    if (fate === 'unreadable') throw new Failure('VENDOR_BAD_RESPONSE');
    if (fate === 'broken') throw new TypeError('not an object');
    return answer;
  }
}

type Data = { readonly tag: string };
type Evidence = { readonly isOpen: boolean; readonly shift: number };
type Answer = { readonly shift: number };

export function tagOf(data: unknown): string {
  return isJsonObject(data) ? String(data.tag) : '';
}

/** A shift change as a vendor declares it. */
export function shiftChange(register: ModelRegister, kind: Kind): Change<Data, Evidence, Answer> {
  return {
    prepare: async () => ({ evidence: register.read() }),
    send: (data) => register.send(kind, tagOf(data)),
    async settle(evidence) {
      register.settlings += 1;
      const now = register.read();
      if (register.isSilent) return 'undecidable';
      const isDone =
        kind === 'open' ? now.shift !== evidence.shift : !now.isOpen && now.shift === evidence.shift;
      const wasPossible = kind === 'open' ? !evidence.isOpen : evidence.isOpen;
      return isDone && wasPossible ? { answer: { shift: now.shift } } : 'not_done';
    },
  };
}
