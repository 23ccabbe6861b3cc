/** One thing that is wrong with a configuration. Never holds a configured value. */
export type Complaint = {
  /** Where, as `vendors.almaty.zone` or `devices[2].pin`; empty for the file as a whole. */
  readonly path: string;
  /** Where in the file, counted from 1; absent when there is no file. */
  readonly line?: number;
  /** Given for syntax only. */
  readonly column?: number;
  /** English, for the operator: what was expected, what to write. */
  readonly message: string;
};

/** Says something about a place in the configuration. */
export type Complain = (path: ConfigPath, message: string) => void;

/** Keys and indexes from the root down. */
export type ConfigPath = readonly (string | number)[];

/** The configuration cannot be used: there is none (`missing`), or something is wrong with it (`invalid`). */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly kind: 'missing' | 'invalid';
  /** Everything that is wrong, in the file's order; empty when there is no file. */
  readonly complaints: readonly Complaint[];

  constructor(kind: 'missing' | 'invalid', message: string, complaints: readonly Complaint[] = []) {
    super([message, ...complaints.map(formatComplaint)].join('\n'));
    this.kind = kind;
    this.complaints = complaints;
  }
}

/** `line 12: vendors.almaty.zone: expected …`. */
export function formatComplaint({ path, line, column, message }: Complaint): string {
  const place = line === undefined ? '' : `line ${line}${column === undefined ? '' : `, column ${column}`}`;
  return [place, path, message].filter((part) => part !== '').join(': ');
}

/** What keys are made of; with a space or a colon in it, it may be a key and a value that nothing keeps apart. */
const KEY = /^[\p{L}\p{M}\p{N}_.-]{0,64}/u;

/** As {@link formatPath}, for people: of what does not look like a key only the beginning, since the rest may be a secret. */
export function formatPlace(path: ConfigPath): string {
  const told = path.map((step) => {
    const [beginning = ''] = KEY.exec(String(step)) ?? [];
    return typeof step === 'number' || beginning === step ? step : `${beginning}…`;
  });
  return formatPath(told);
}

/** `['devices', 2, 'pin']` → `devices[2].pin`. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
