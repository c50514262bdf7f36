import { beat } from '../../store/agents/used-tokens.ts';
import type { StoreContext } from '../perform.ts';

/**
 * Writes as much as a small batch. @throws HallpassError STORE_UNAVAILABLE when the disk is full, read-only or broken
 */
export async function proveWritable({ store, clock }: StoreContext): Promise<void> {
  await store.system((scope) => beat(scope, new Date(clock.now())));
}
