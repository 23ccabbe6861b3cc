/** Who waits: turns go round among the groups, among the requesters of each, and among the requests of each of those. */
export type Flow = {
  /** With whom the requester counts as one at first: strangers among named clients. On its own without one. */
  readonly group?: string | undefined;
  /** A client's name; of nobody in particular its connection, in a form that no client is named. */
  readonly requester: string;
  /** Tells it from the requester's others. */
  readonly request: string | number;
};
