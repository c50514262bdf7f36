/** Limits how often one program may press buttons: a person never reaches the limit, a runaway script does. */

/** How many presses are allowed at once; one more becomes available every three seconds. */
const mostPresses = 20;
const pressesPerMs = 1 / 3000;
/** How many programs are remembered; one computer has a handful. */
const mostClients = 100;

export class Presses {
  readonly #left = new Map<string, { presses: number; at: number }>();

  /** Returns false when it is one too many. */
  take(client: string, nowMs: number): boolean {
    const { presses, at } = this.#left.get(client) ?? { presses: mostPresses, at: nowMs };
    const left = Math.min(mostPresses, presses + Math.max(0, nowMs - at) * pressesPerMs);
    this.#left.delete(client);
    const [oldest] = this.#left.keys();
    if (this.#left.size >= mostClients && oldest !== undefined) this.#left.delete(oldest);
    this.#left.set(client, { presses: left < 1 ? left : left - 1, at: nowMs });
    return left >= 1;
  }
}
