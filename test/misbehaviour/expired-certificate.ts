import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AUTHORITY = `
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = anybody
x509_extensions = names
[anybody]
commonName = supplied
[names]
subjectAltName = DNS:localhost,IP:127.0.0.1
[req]
distinguished_name = nobody
[nobody]
`;

/** A self-signed certificate of 2020 for `localhost` and 127.0.0.1, PEM. `openssl req` only makes ones that last. */
export function createExpiredCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'expired-certificate-'));
  const openssl = (line: string) =>
    execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'ignore' });
  try {
    writeFileSync(join(folder, 'authority.cnf'), AUTHORITY);
    writeFileSync(join(folder, 'index.txt'), '');
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem';
    openssl(`req -new -config authority.cnf ${key} -subj /CN=localhost -out request.pem`);
    const dates = '-startdate 20200101000000Z -enddate 20200102000000Z';
    const files = '-keyfile key.pem -in request.pem -out certificate.pem';
    openssl(`ca -config authority.cnf -selfsign -batch -notext ${dates} ${files}`);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { key: read('key.pem'), cert: read('certificate.pem') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
