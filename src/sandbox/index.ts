export { iiko } from './iiko.ts';
export { kassa24 } from './kassa24.ts';
export { tsrv } from './tsrv.ts';
