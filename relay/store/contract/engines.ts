/** The engines that have to keep the same promises. */
import { join } from 'node:path';
import type { Test } from 'tap';
import { folderOf } from '../../../shared/testing/folder.ts';
import { freshDatabase, noPostgres } from '../../testing/fresh-postgres.ts';
import { placeFreshStore } from '../../testing/fresh-store.ts';
import { openStore, type Store } from '../store.ts';

export interface TestEngine {
  name: 'SQLite' | 'PostgreSQL';
  /** Why it cannot be tested here. */
  skip: string | false;
  /** A database without rows, opened twice, as by two processes. */
  open(t: Test): Promise<[store: Store, other: Store]>;
}

export const engines: readonly TestEngine[] = [
  {
    name: 'SQLite',
    skip: false,
    async open(t) {
      const file = join(folderOf(t), 'relay.db');
      await placeFreshStore(file);
      return await both(t, file, async () => {});
    },
  },
  {
    name: 'PostgreSQL',
    skip: await noPostgres(),
    async open(t) {
      const database = await freshDatabase();
      return await both(t, database.serving, database.drop);
    },
  },
];

async function both(t: Test, address: string, after: () => Promise<void>): Promise<[Store, Store]> {
  const [store, other] = [await openStore(address), await openStore(address)];
  t.teardown(async () => {
    await Promise.all([store.close(), other.close()]);
    await after();
  });
  return [store, other];
}
