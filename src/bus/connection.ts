let last = 0;

/** One connection of the network, which is one session, or over HTTP one for every request. */
export class Connection {
  /** Tells it from all others; begins with a space, which no client's name does. */
  readonly name = ` ${++last}`;
  #inFlight = 0;

  /** Takes one of so many places for what is not answered yet; false when there is none left. */
  enter(max: number): boolean {
    if (this.#inFlight >= max) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }
}
