import type { Register } from '#domain/directory.ts';
import type { TokenInformation } from '#domain/token-information.ts';

/** What the configuration says of a register. */
export function configuredInformation({ token, account, device }: Register): TokenInformation {
  return {
    serial: token,
    device_id: null,
    organization: device.company_name ?? null,
    unp: device.tax_number ?? null,
    is_registered: null,
    name: null,
    label: null,
    manufacturer: null,
    version: null,
    type: null,
    vendor: account.kind,
    account: account.name,
  };
}

/** What the vendor told, over what is configured; the vendor may know more than we have a name for. */
export function toldInformation(register: Register, told: Partial<TokenInformation>): TokenInformation {
  const configured = configuredInformation(register);
  const known = Object.fromEntries(
    Object.entries(told).filter(([name, value]) => value !== null || !(name in configured)),
  );
  return { ...configured, ...known, vendor: configured.vendor, account: configured.account };
}
