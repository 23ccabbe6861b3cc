/**
 * What `serve --sandbox` runs with when there is no configuration file: an account a vendor, with one register where
 * the vendor has any, and a back office for one of them. The vendors are simulators, so the credentials open nothing.
 */
export const defaultSandboxConfig = {
  vendors: {
    minsk: { kind: 'tsrv' },
    almaty: {
      kind: 'kassa24',
      login: 'simulated-cashier',
      password: 'simulated-password',
      zone: 'Asia/Almaty',
    },
    moscow: {
      kind: 'iiko',
      login: 'simulated-user',
      password: 'simulated-password',
      zone: 'Europe/Moscow',
      currency: 'RUB',
    },
    office: {
      kind: 'iiko',
      login: 'simulated-office-user',
      password: 'simulated-password',
      zone: 'Asia/Almaty',
      currency: 'KZT',
    },
    ofd: {
      kind: 'ofd-ru',
      login: 'simulated-user',
      password: 'simulated-password',
      inn: '7841465198',
      kpp: '772501001',
    },
    ws: { kind: 'white-server', token: 'simulated-token', object_id: 199_990_001 },
  },
  devices: [
    { token: 'AVQ11031010703', vendor: 'minsk' },
    {
      token: 'KZ77505',
      vendor: 'almaty',
      id_kkm: 77505,
      backoffice: { vendor: 'office', cash_register: 77 },
    },
    { token: 'IIKO12', vendor: 'moscow', cash_register: 12 },
  ],
  groups: { all: ['AVQ11031010703', 'KZ77505', 'IIKO12'] },
} as const;
