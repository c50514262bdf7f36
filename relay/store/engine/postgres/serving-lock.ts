/** One serving relay per database, by a lock of a session of its own: the server releases it when that connection ends. */
import pg from 'pg';
import { fail } from '../../../../shared/errors.ts';
import type { PostgresAddress } from './address.ts';
import { driverOptions } from './connections.ts';
import { reachable } from './faults.ts';

/** Any number that nobody else uses as an advisory lock in this database. */
const servingLock = '4851120717';

export class ServingLock {
  readonly #address: PostgresAddress;
  #client: pg.Client | undefined;
  #taking: Promise<void> | undefined;

  constructor(address: PostgresAddress) {
    this.#address = address;
  }

  /**
   * Takes the lock, or again after its connection was lost. To be called before every write.
   *
   * @throws HallpassError STORE_IN_USE, STORE_UNAVAILABLE
   */
  async hold(): Promise<void> {
    if (this.#client !== undefined) return;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    await this.#taking;
  }

  async release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  async #take(): Promise<void> {
    const client = new pg.Client(driverOptions(this.#address));
    const lost = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', lost);
    client.on('end', lost);
    const isTaken = await reachable(this.#address.name, async () => {
      await client.connect();
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
        servingLock,
      ]);
      return rows[0]?.taken === true;
    });
    if (!isTaken) {
      await client.end();
      throw fail('STORE_IN_USE', { store: this.#address.name });
    }
    this.#client = client;
  }
}
