export { iiko } from './iiko.ts';
export { kassa24 } from './kassa24.ts';
export { ofdRu } from './ofd-ru.ts';
export { tsrv } from './tsrv.ts';
export { whiteServer } from './white-server.ts';
