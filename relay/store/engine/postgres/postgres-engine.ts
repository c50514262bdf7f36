/**
 * The database on a PostgreSQL server. Every transaction names its tenant, and row security (row-security.ts) lets it reach no other
 * rows. Writing transactions of one tenant follow one another, over all processes, by an advisory lock.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Durable, Engine, Serving, Whose, Work } from '../engine.ts';
import { turnOf } from '../sql/turn.ts';
import { readPostgresAddress } from './address.ts';
import { connect } from './connections.ts';
import { isLostConnection, reachable } from './faults.ts';
import { InOrder } from './in-order.ts';
import { checkRole, checkSchema } from './readiness.ts';
import { ServingLock } from './serving-lock.ts';

/**
 * How long a transaction waits for another one, and may stand still between two statements, milliseconds. Between the pages of a
 * district that is read, its plan is made.
 */
const limits = { lockMs: 30_000, idleMs: 10_000, idleReadingMs: 120_000 };

/** A setting or a lock, taken by the first statement of a transaction. */
type Part = RawBuilder<unknown>;

/** What all transactions across tenants have in common as their turn. */
const acrossTenants = '*';

/**
 * @param serving of the main thread: nobody else serves from the database meanwhile
 * @throws HallpassError STORE_IN_USE, STORE_ADDRESS_INVALID, STORE_UNAVAILABLE, STORE_NOT_MIGRATED, STORE_TOO_NEW, STORE_ROLE_UNSAFE
 */
export async function openPostgresEngine(text: string, serving?: Serving): Promise<Engine> {
  const address = await readPostgresAddress(text);
  const { name } = address;
  const db = connect(address);
  const lock = serving === 'main thread' ? new ServingLock(address) : undefined;
  try {
    await reachable(name, () =>
      db.connection().execute(async (connection) => {
        await checkSchema(connection, name);
        await checkRole(connection, name);
      }),
    );
    await lock?.hold();
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const order = new InOrder();
  /** Begins again where an idle connection turns out to be gone: nothing was done then. */
  const transact = async <T>(begin: () => ReturnType<typeof db.transaction>, parts: readonly Part[], work: Work<T>) => {
    for (let attempt = 1; ; attempt += 1) {
      let hasEntered = false;
      try {
        return await begin().execute(async (transaction) => {
          await sql`select ${sql.join(parts)}`.execute(transaction);
          hasEntered = true;
          return await work(transaction);
        });
      } catch (error) {
        if (hasEntered || attempt > address.connections || !isLostConnection(error)) throw error;
      }
    }
  };
  return {
    write: (whose, work, durable: Durable = 'at once') => {
      const turn = turnName(whose);
      const parts = [...settings(whose, limits.idleMs), ...settingsOfWriting(durable), turnOf(turn)];
      return order.after(turn, () =>
        reachable(name, async () => {
          await lock?.hold();
          return await transact(() => db.transaction(), parts, work);
        }),
      );
    },
    read: (whose, work) => {
      const begin = () => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
      return reachable(name, () => transact(begin, settings(whose, limits.idleReadingMs), work));
    },
    async close() {
      await lock?.release();
      await db.destroy();
    },
  };
}

function turnName(whose: Whose): string {
  return whose === 'every tenant' ? acrossTenants : whose.tenantId;
}

/** Of the transaction alone, so that they cannot reach another client through a pooler. */
function setting(name: string, value: string): Part {
  return sql`set_config(${name}, ${value}, true)`;
}

function settings(whose: Whose, idleMs: number): Part[] {
  return [
    whose === 'every tenant' ? setting('hallpass.across', 'on') : setting('hallpass.tenant', whose.tenantId),
    setting('idle_in_transaction_session_timeout', String(idleMs)),
  ];
}

function settingsOfWriting(durable: Durable): Part[] {
  const wait = setting('lock_timeout', String(limits.lockMs));
  // A later commit that waits for the disk waits for this one as well: the log is written in order.
  return durable === 'at once' ? [wait] : [wait, setting('synchronous_commit', 'off')];
}
