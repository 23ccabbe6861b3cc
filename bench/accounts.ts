/** An account that the sandbox plays and the bus calls, with its registers. */
export type Account = {
  readonly name: string;
  readonly kind: 'kassa24' | 'tsrv';
  readonly config: Readonly<Record<string, unknown>>;
  readonly devices: readonly Readonly<Record<string, unknown> & { token: string }>[];
};

/** An X report takes three calls: the register, then its shift and the figures at once. */
export function kassa24Account(name: string, registers: number): Account {
  const login = { login: '77010000001', password: 'Quiet-Evening-7' };
  const devices = Array.from({ length: registers }, (_, index) => ({
    token: `${name}-${index + 1}`,
    vendor: name,
    id_kkm: index + 1,
  }));
  return { name, kind: 'kassa24', config: { kind: 'kassa24', ...login, zone: 'Asia/Almaty' }, devices };
}

/** An X report is one call. */
export function tsrvAccount(name: string, registers: number): Account {
  const devices = Array.from({ length: registers }, (_, index) => ({
    token: `${name}-${index + 1}`,
    vendor: name,
  }));
  return { name, kind: 'tsrv', config: { kind: 'tsrv' }, devices };
}

export function tokensOf({ devices }: Account): string[] {
  return devices.map(({ token }) => token);
}
