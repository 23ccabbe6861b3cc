import type { OperationRequest } from '#operations/operations.ts';

/** The message that is asked again after the kill. */
export const OPENING: OperationRequest = {
  client: 'pos-1',
  address: 'ik.service.token.shift',
  action: 'open_shift',
  account: 'almaty',
  token: 'KZ1',
  operationId: 'op-1',
  data: { tag: 'op-1' },
  showPersonalData: false,
};
