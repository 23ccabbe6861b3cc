/** Between `h` frames on an idle or busy connection; raw WebSockets have none. */
export const HEARTBEAT_MS = 25_000;

/** How long an HTTP session lives without a receiving request, and a WebSocket may take to close. */
export const DISCONNECT_DELAY_MS = 5_000;
