import { defineVendorJob } from '#domain/action.ts';
import { BillOfBalance, BillOfBalanceRequest } from './bill-of-balance.ts';
import type { Storehouse } from './storehouse.ts';

/** 003_… 'Запрос отчета «Ведомость остатков»': minutes long, so a job. */
export const getBillOfBalance = defineVendorJob<Storehouse>()({
  address: 'white_server.storehouse',
  action: 'get_bill_of_balance',
  target: { account: 'white-server' },
  request: BillOfBalanceRequest,
  result: BillOfBalance,
  job: ({ vendor }) => vendor.billOfBalance,
});
