import { openFramed, openRaw } from './bridge-clients.ts';

/** The reference runs its suite twice: inside SockJS frames, and over the raw WebSocket. */
export const TRANSPORTS = [
  ['framed WebSocket', openFramed],
  ['raw WebSocket', openRaw],
] as const;
