import { Pool } from 'undici';
import type { Account } from './accounts.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

/** What a bus with the default `concurrency` of an account uses. */
const POOL = { connections: 16, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 };

type Asked = { readonly method: 'GET' | 'POST'; readonly path: string; readonly body?: unknown };

/** The vendor calls of an X report as undici alone does them: sent, and the answers parsed. */
export class BareCalls {
  readonly #account: Account;
  readonly #pool: Pool;
  readonly #headers: Record<string, string> = {};

  private constructor(account: Account, baseUrl: string) {
    this.#account = account;
    this.#pool = new Pool(baseUrl, POOL);
  }

  static async open(account: Account, baseUrl: string): Promise<BareCalls> {
    const calls = new BareCalls(account, baseUrl);
    if (account.kind === 'kassa24') await calls.#logIn();
    return calls;
  }

  /** Of the register with this index. */
  async xReport(index: number): Promise<void> {
    const device = this.#account.devices[index % this.#account.devices.length];
    if (this.#account.kind === 'tsrv') {
      const headers = { action: 'get_x_report', token: device?.token };
      const message = { type: 'send', address: 'ik.service.token.shift', reply_address: null, data: null };
      await this.#ask({ method: 'POST', path: '/tsrv', body: { ...message, headers } });
      return;
    }
    const { Data } = (await this.#ask({ method: 'GET', path: `/kkms/${device?.id_kkm}` })) as {
      Data: { Kkm: { IdShift: number } };
    };
    const path = `/shifts/${Data.Kkm.IdShift}`;
    await Promise.all([
      this.#ask({ method: 'GET', path }),
      this.#ask({ method: 'POST', path: `${path}/x`, body: {} }),
    ]);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #logIn(): Promise<void> {
    const { login, password } = this.#account.config;
    const answer = await this.#ask({
      method: 'POST',
      path: '/auth',
      body: { Login: login, Password: password },
    });
    this.#headers.authorization = `Bearer ${(answer as { Data: { Token: string } }).Data.Token}`;
  }

  async #ask({ method, path, body }: Asked): Promise<unknown> {
    const response = await this.#pool.request({
      method,
      path,
      headers: body === undefined ? this.#headers : { ...this.#headers, ...JSON_TYPE },
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (response.statusCode !== 200) throw new Error(`${method} ${path}: ${response.statusCode}`);
    return response.body.json();
  }
}
