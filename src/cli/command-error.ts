/** What a command exits with, beside 0: the answer is no, or the question was wrong. */
export const EXIT = {
  /** The answer is an `error`, a fixture or a check failed, the bus cannot be reached. */
  failed: 1,
  /** Usage, or a missing file. */
  usage: 2,
} as const;

/** Ends a command with a message for the operator and an exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(kind: keyof typeof EXIT, message: string) {
    super(message);
    this.exitCode = EXIT[kind];
  }
}
