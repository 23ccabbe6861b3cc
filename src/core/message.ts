/** Message headers; a name that was given several times (only Vert.x can) has several values. */
export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Headers of a message that has none. */
export const NO_HEADERS: Headers = Object.freeze({});

/** The one value of a header, the last one where there are several; undefined when absent. */
export function header(headers: Headers, name: string): string | undefined {
  if (!Object.hasOwn(headers, name)) return undefined;
  const value = headers[name];
  return typeof value === 'string' ? value : value?.at(-1);
}

/** One message inside the bus, whatever dialect it came in. */
export type Message = {
  readonly address: string;
  readonly headers: Headers;
  /** Any JSON value; null when absent. */
  readonly body: unknown;
};
