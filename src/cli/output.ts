/** One line, or several, to stdout: what was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** To stderr: what a person should know beside it. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A value in one line, for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value));
}

/**
 * A reader of stdout that has seen enough (`… | head -1`) ends the program, and that is no error. Where nobody reads
 * stderr there is nobody to tell.
 */
export function endWithReader(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

/** Columns beside each other, as wide as their widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(width(column)))
      .join('  ')
      .trimEnd(),
  );
}
