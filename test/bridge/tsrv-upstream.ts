import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The register's own software, as far as these tests ask it: one open shift. */
const REPORT = {
  cashier: 'Иванов И.И.',
  close_date: null,
  company_name: 'ООО "Пример"',
  counters: [],
  device_id: 123,
  first_sale_number: null,
  last_sale_number: null,
  number: 7,
  open_date: '2021-09-01T10:00:00+03:00',
  sales_count: 0,
  tax_number: 123456789,
  uid: null,
};

/** Answers every Message with the report. */
export async function createSimulator(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ type: 'send', address: null, reply_address: null, data: REPORT, headers: null }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
