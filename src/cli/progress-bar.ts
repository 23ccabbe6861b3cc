/** The part of a terminal that a progress bar needs. */
export type Terminal = {
  readonly columns?: number;
  write(text: string): unknown;
};

const WIDTH = 30;
const DEFAULT_COLUMNS = 80;

/** Back to the beginning of the line, which is empty then (ECMA-48: CR, EL 2). */
const CLEAR = '\r\u001b[2K';

/** What is known of a job while it runs. */
export type Progress = {
  readonly state: string;
  /** 0-1; null when nobody knows. */
  readonly progress: number | null;
  /** Since it was ordered. */
  readonly seconds: number;
};

/** One line: `[#########.....................]  30 %  running, 12 s`. Where nobody knows, a mark moves instead. */
export function progressLine({ state, progress, seconds }: Progress): string {
  const filled = Math.round((progress ?? 0) * WIDTH);
  const bar =
    progress === null
      ? '.'
          .repeat(WIDTH)
          .split('')
          .fill('#', seconds % WIDTH, (seconds % WIDTH) + 1)
          .join('')
      : '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
  const share = progress === null ? '   ' : `${Math.round(progress * 100)}`.padStart(3);
  return `[${bar}] ${share} ${progress === null ? ' ' : '%'}  ${state}, ${seconds} s`;
}

/** A line that is written over again and again, and gone in the end. */
export class ProgressBar {
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(progress: Progress): void {
    const { columns = DEFAULT_COLUMNS } = this.#terminal;
    this.#terminal.write(`${CLEAR}${progressLine(progress).slice(0, columns - 1)}`);
  }

  end(): void {
    this.#terminal.write(CLEAR);
  }
}
