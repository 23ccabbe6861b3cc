import { parseJson } from '#core/json.ts';

/** The client's end of one connection to the bus. */
export type Peer = {
  readonly isOpen: boolean;
  /** Sends one JSON text. */
  send(text: string): void;
  close(): void;
};

export type PeerOptions = {
  readonly host: string;
  readonly port: number;
  onMessage(message: unknown): void;
  onClose(): void;
};

/** A message as it came; what is no JSON stays text, so that it shows up as a difference. */
export function readMessage(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
