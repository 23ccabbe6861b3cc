/** The vendor kinds, one line each. */
export { iiko } from './iiko/vendor.ts';
export { kassa24 } from './kassa24/vendor.ts';
export { ofdRu } from './ofd-ru/vendor.ts';
export { tsrv } from './tsrv/vendor.ts';
export { whiteServer } from './white-server/vendor.ts';
