/** The cable between agent and relay: it can be cut after any number of bytes in either direction, and reconnected at once. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `acks`: what the relay says no longer arrives; `batches`: what the agent says. */
export type Direction = 'acks' | 'batches';

export class Line {
  /** Where it leads; nowhere while the relay is down. */
  port: number | undefined;
  readonly #server = createServer((socket) => this.#join(socket));
  readonly #open = new Set<Socket>();
  #cut: { direction: Direction; bytes: number } | undefined;

  async open(): Promise<URL> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  /** Everything is cut once so many bytes have passed in this direction. */
  cutAfter(direction: Direction, bytes: number): void {
    this.#cut = { direction, bytes };
  }

  /** Takes back a cut that has not happened. */
  fix(): void {
    this.#cut = undefined;
  }

  async close(): Promise<void> {
    this.#hangUp();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.port === undefined) {
      near.destroy();
      return;
    }
    const far = connect(this.port, '127.0.0.1');
    for (const [from, to, direction] of [
      [near, far, 'batches'],
      [far, near, 'acks'],
    ] as const) {
      this.#open.add(from);
      from.setNoDelay();
      from.on('data', (chunk) => {
        if (!this.#passes(direction, chunk.length)) this.#hangUp();
        else if (to.writable) to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#open.delete(from);
        to.destroy();
      });
    }
  }

  #passes(direction: Direction, bytes: number): boolean {
    if (this.#cut?.direction !== direction) return true;
    this.#cut.bytes -= bytes;
    if (this.#cut.bytes > 0) return true;
    this.#cut = undefined;
    return false;
  }

  #hangUp(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
