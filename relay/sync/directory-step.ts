/**
 * Step one of a run: knowing the tenant's directory. Accounts are mirrored by delta; what Hallpass (before a restore) or
 * School Data Sync made already is adopted once; creations whose answer was lost are looked up.
 */
import type { Clock } from '../../shared/clock.ts';
import type { GraphClient } from '../graph/client.ts';
import { type DirectoryChanges, readStamped, readStampedPeople, readUserChanges } from '../graph/directory.ts';
import type { Profile, Role } from '../profile.ts';
import { type Applied, forgetValues, markUncertain, record } from '../store/applied.ts';
import { applyDirectoryChanges, markAdopted, readDirectoryState } from '../store/directory-mirror.ts';
import { giveUpIntent, type Intent, type JournalEntry, readIntents } from '../store/journal.ts';
import { addLinks, type Link, readLinks, removeLinks } from '../store/links.ts';
import type { Store, TenantScope } from '../store/store.ts';
import { type Creation, findCreated } from './verify.ts';

const roles = ['students', 'teachers'] as const satisfies Role[];

export interface DirectoryStep {
  store: Store;
  tenantId: string;
  client: GraphClient;
  clock: Clock;
  signal: AbortSignal;
}

export interface DirectoryNews {
  changes: DirectoryChanges;
  /** Links that ended because their account was deleted. */
  ended: Link[];
}

/**
 * Brings the mirror of the accounts up to date. A link ends only when the directory reports its account as deleted: an
 * account that we have just made may be missing from a reading for a while.
 */
export async function refreshDirectory({ store, tenantId, client, clock }: DirectoryStep): Promise<DirectoryNews> {
  const { deltaLink } = await store.withTenant(tenantId, readDirectoryState);
  const changes = await readUserChanges(client, deltaLink);
  const gone = new Set(changes.deletes);
  const ended = await store.withTenant(tenantId, async (scope) => {
    await applyDirectoryChanges(scope, changes, isoNow(clock));
    if (gone.size === 0) return [];
    const links = (await readLinks(scope)).filter((link) => gone.has(link.objectId));
    await removeLinks(scope, links);
    return links;
  });
  return { changes, ended };
}

/**
 * Takes over, once per tenant, the schools and classes that carry the stamp of a roster record, and where a profile creates
 * accounts those too: otherwise a relay that lost its database would make everything a second time.
 */
export async function adoptExisting(step: DirectoryStep, profiles: readonly Profile[]): Promise<void> {
  const { store, tenantId, client, clock } = step;
  const { adopted } = await store.withTenant(tenantId, readDirectoryState);
  if (adopted) return;
  const schools = await readStamped(client, 'schools');
  const classes = await readStamped(client, 'classes');
  const creating = new Set(profiles.flatMap(({ mode }) => roles.filter((role) => mode[role] === 'create')));
  const people = creating.size > 0 ? await readStampedPeople(client) : [];
  // An empty body: the first plan writes the properties, whatever they are now.
  const objects = [
    ...schools.map(
      ({ externalId, objectId }): Applied => ({ object: { kind: 'school', key: externalId, objectId, body: {} } }),
    ),
    ...classes.map(
      ({ externalId, objectId }): Applied => ({ object: { kind: 'class', key: externalId, objectId, body: {} } }),
    ),
  ];
  const links = people
    .filter(({ role }) => creating.has(role))
    .map(({ role, externalId, objectId }) => ({ role, personId: externalId, objectId, rule: 'adopted' }));
  await store.withTenant(tenantId, async (scope) => {
    await record(scope, objects, [], isoNow(clock));
    await addLinks(scope, links, isoNow(clock));
    await markAdopted(scope, isoNow(clock));
  });
}

/**
 * Deals with what an earlier run announced and never saw answered. What was to be made is looked for. Of memberships and
 * values it need not be known whether they are there: they are planned again, whatever is desired by now.
 *
 * @returns whether there was anything: what a run had in memory is out of date then
 */
export async function settleIntents({ store, tenantId, client, clock, signal }: DirectoryStep): Promise<boolean> {
  const intents = await store.withTenant(tenantId, readIntents);
  const creations = intents.filter(isOfCreation).map((intent): Creation & { id: string } => ({
    id: intent.id,
    kind: intent.kind,
    key: intent.key,
    body: typeof intent.after === 'object' && intent.after !== null ? intent.after : {},
  }));
  const found = await findCreated(creations, { client, clock, signal });
  await store.withTenant(tenantId, async (scope) => {
    for (const creation of creations) {
      const object = found.get(creation);
      if (object === undefined || !('objectId' in object)) await giveUpIntent(scope, creation.id);
      else await record(scope, [adoptedCreation(creation, object.objectId)], [settled(creation)], isoNow(clock));
    }
    for (const intent of intents.filter((one) => !isOfCreation(one))) {
      await doubt(scope, intent);
      await giveUpIntent(scope, intent.id);
    }
  });
  return intents.length > 0;
}

function isOfCreation({ kind }: Intent): boolean {
  return kind === 'createSchool' || kind === 'createClass' || kind === 'createUser';
}

/** Whatever nothing can ever take away again (relations to schools, licences) is simply added again where it is desired. */
async function doubt(scope: TenantScope, { kind, key, after }: Intent): Promise<void> {
  const id = key.slice(key.indexOf(':') + 1);
  const people = Array.isArray(after) ? after.map(String) : [];
  const values = Object.keys(typeof after === 'object' && after !== null ? after : {});
  switch (kind) {
    case 'addMembers':
    case 'removeMember':
      return await markUncertain(scope, 'member', id, people);
    case 'addOwners':
    case 'removeOwner':
      return await markUncertain(scope, 'owner', id, people);
    case 'updateSchool':
      return await forgetValues(scope, 'school', id, values);
    case 'updateClass':
      return await forgetValues(scope, 'class', id, values);
    case 'updateUser':
      return await forgetValues(scope, 'user', key, values);
  }
}

function adoptedCreation({ kind, key }: Creation, objectId: string): Applied {
  const [prefix, id = ''] = key.split(':');
  if (kind === 'createSchool') return { object: { kind: 'school', key: id, objectId, body: {} } };
  if (kind === 'createClass') return { object: { kind: 'class', key: id, objectId, body: {} } };
  const role = prefix === 'students' ? 'students' : 'teachers';
  return { link: { role, personId: id, objectId, rule: 'created' } };
}

/** The outcome of a journal entry whose other columns stay as they are. */
function settled(creation: Creation & { id: string }): JournalEntry {
  return {
    id: creation.id,
    runId: '',
    kind: creation.kind,
    key: creation.key,
    reason: '',
    before: undefined,
    after: creation.body,
    state: 'done',
  };
}

function isoNow(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
