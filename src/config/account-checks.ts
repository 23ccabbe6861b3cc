import { isTimeZone } from '#domain/time.ts';
import type { Complain, ConfigPath } from './complaint.ts';
import { asRecord, asText } from './lenient.ts';
import { loadPem } from './pem.ts';

/** What a schema cannot say of accounts: addresses, time zones, certificates. Normalises what it checks. */
export function checkAccounts(root: unknown, folder: string, complain: Complain): void {
  for (const [name, value] of Object.entries(asRecord(asRecord(root).vendors))) {
    const account = asRecord(value);
    const path = ['vendors', name];
    checkBaseUrl(account, [...path, 'baseUrl'], complain);
    const zone = asText(account.zone);
    if (zone !== undefined && !isTimeZone(zone)) {
      complain([...path, 'zone'], 'expected a time zone of the IANA database, such as Asia/Almaty');
    }
    if (account.ca !== undefined) loadPem(account, ['ca'], { path, folder, complain });
  }
}

function checkBaseUrl(account: Record<string, unknown>, path: ConfigPath, complain: Complain): void {
  const text = asText(account.baseUrl);
  if (!text) return;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    complain(path, 'expected an address that begins with http:// or https://');
  } else if (/[?#]/.test(text)) {
    complain(path, 'expected an address without query and fragment');
  } else if (url.username !== '' || url.password !== '') {
    complain(path, 'expected an address without login and password; an account has keys for them');
  }
  account.baseUrl = text.replace(/\/+$/, '');
}
