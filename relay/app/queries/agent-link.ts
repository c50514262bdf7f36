/** What the agents' endpoint asks of the store, and what it answers an agent's check. */
import { setImmediate } from 'node:timers/promises';
import { type CheckAnswer, protocolVersion } from '../../../shared/link.ts';
import type { Bucket } from '../../../shared/roster.ts';
import { hallpassVersion } from '../../../shared/version.ts';
import { slices } from '../../store/engine/slices.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { manifest } from '../../store/roster/mirror.ts';
import type { Store } from '../../store/store.ts';
import { findAgent, findTenant, type KnownAgent, revokedAmong } from '../../store/tenants/system.ts';
import type { StoreContext } from '../perform.ts';
import { wantedOf } from './welcome.ts';

/** The agent with this id; the id alone proves nothing yet. */
export async function knownAgent(store: Store, agentId: string): Promise<KnownAgent | undefined> {
  // Beside the writers: a fleet that returns is looked up while others are greeted.
  return await store.readSystem((scope) => findAgent(scope, agentId));
}

/** Of the agents connected here, those that any process has revoked or removed with their district. */
export async function revokedOf(store: Store, agentIds: readonly string[]): Promise<string[]> {
  const revoked: string[] = [];
  for (const some of slices(agentIds)) {
    revoked.push(...(await store.readSystem((scope) => revokedAmong(scope, some))));
    await setImmediate();
  }
  return revoked;
}

/** Ids and hashes of one bucket, after the given id. */
export async function manifestOf(store: Store, tenantId: string, bucket: Bucket, after: string, limit: number) {
  return await store.readTenant(tenantId, (scope) => manifest(scope, bucket, after, limit));
}

/** @throws HallpassError PROFILE_INVALID when a stored profile no longer fits its schema */
export async function checkAnswer({ store, clock }: StoreContext, tenantId: string): Promise<CheckAnswer> {
  const { name } = await store.system((scope) => findTenant(scope, tenantId));
  const profiles = await store.readTenant(tenantId, readProfiles);
  return {
    type: 'checked',
    protocol: protocolVersion,
    relayVersion: hallpassVersion,
    tenantId,
    tenantName: name,
    serverTime: new Date(clock.now()).toISOString(),
    fields: wantedOf(profiles).fields,
  };
}
