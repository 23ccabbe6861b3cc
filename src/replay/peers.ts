import type { Activity } from './activity.ts';
import type { Via } from './fixture.ts';
import { openHttpPeer } from './http-peer.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { Peer, PeerOptions } from './peer.ts';
import type { ReplayableApp } from './replayable.ts';
import { openTcpPeer } from './tcp-peer.ts';
import { openWebSocketPeer } from './websocket-peer.ts';

const OPEN = {
  http: openHttpPeer,
  websocket: openWebSocketPeer,
  tcp: openTcpPeer,
} as const satisfies Record<Via, (options: PeerOptions) => Promise<Peer>>;

/** The clients of a conversation: one connection a transport, kept until the bus is killed. */
export type Peers = {
  /** The connection, made if there is none; rejects when the bus does not accept it. */
  open(via: Via): Promise<Peer>;
  inbox(via: Via): Inbox;
  /** Lets go of every connection; what has come in stays. */
  close(): void;
};

/** `app` tells the bus that runs at the moment. */
export function createPeers(app: () => ReplayableApp, activity: Activity): Peers {
  const peers = new Map<Via, Peer>();
  const inboxes: Record<Via, Inbox> = {
    http: createInbox(),
    websocket: createInbox(),
    tcp: createInbox(),
  };

  async function connect(via: Via): Promise<Peer> {
    const { http, avqTcp } = app().listening;
    const address = via === 'tcp' ? avqTcp : http;
    if (!address) throw new Error(`the bus has no listener for ${via}`);
    const inbox = inboxes[via];
    const peer = await OPEN[via]({
      ...address,
      onMessage(message) {
        activity.note();
        inbox.deliver(message);
      },
      onClose: () => inbox.setOpen(false),
    });
    inbox.setOpen(true);
    peers.set(via, peer);
    return peer;
  }

  return {
    open(via) {
      const known = peers.get(via);
      return known?.isOpen ? Promise.resolve(known) : connect(via);
    },
    inbox: (via) => inboxes[via],
    close() {
      for (const peer of peers.values()) peer.close();
      peers.clear();
    },
  };
}
