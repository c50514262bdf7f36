/** Migrates a database to this program's schema. Released migrations are never edited; every change is a new one. */
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { fail } from '../../../shared/errors.ts';
import { tenantsAndRoster } from './migrations/001-tenants-and-roster.ts';
import { provisioning } from './migrations/002-provisioning.ts';
import { holds } from './migrations/003-holds.ts';
import { accounts } from './migrations/004-accounts.ts';
import { profiles } from './migrations/005-profiles.ts';
import { teams } from './migrations/006-teams.ts';
import { adoption } from './migrations/007-adoption.ts';
import { drift } from './migrations/008-drift.ts';
import { control } from './migrations/009-control.ts';
import { uncertain } from './migrations/010-uncertain.ts';
import { departures } from './migrations/011-departures.ts';
import { schoolReadings } from './migrations/012-school-readings.ts';
import { deletedAccounts } from './migrations/013-deleted-accounts.ts';
import { apiTokens } from './migrations/014-api-tokens.ts';
import { door } from './migrations/015-door.ts';
import { agentHealth } from './migrations/017-agent-health.ts';
import { graphHabits } from './migrations/018-graph-habits.ts';
import { runSteps } from './migrations/019-run-steps.ts';
import { leftOutRows } from './migrations/020-left-out.ts';
import { accountTraits } from './migrations/021-account-traits.ts';
import { teamActivation } from './migrations/022-team-activation.ts';
import { sealedFor } from './migrations/023-sealed-for.ts';
import { appliedProfile } from './migrations/024-applied-profile.ts';
import { sourceServers } from './migrations/025-source-servers.ts';
import { accessRoles } from './migrations/030-access-roles.ts';
import { tokenScopes } from './migrations/031-token-scopes.ts';
import { deltaSelection } from './migrations/032-delta-selection.ts';
import { sealedAnswers } from './migrations/033-sealed-answers.ts';
import { recentChanges } from './migrations/034-recent-changes.ts';
import { carriedOut } from './migrations/035-carried-out.ts';
import { waiting } from './migrations/036-waiting.ts';
import { users } from './migrations/040-users.ts';
import { alerts } from './migrations/045-alerts.ts';
import { runCounts } from './migrations/046-run-counts.ts';
import { exemptAndBlackouts } from './migrations/048-exempt-and-blackouts.ts';
import { profileDrafts } from './migrations/050-profile-drafts.ts';
import { onePerson } from './migrations/058-one-person.ts';
import { recordByChange } from './migrations/060-record-by-change.ts';
import { microsoftAccess } from './migrations/062-microsoft-access.ts';
import type { Database } from './schema.ts';

const migrations: Record<string, Migration> = {
  '001-tenants-and-roster': tenantsAndRoster,
  '002-provisioning': provisioning,
  '003-holds': holds,
  '004-accounts': accounts,
  '005-profiles': profiles,
  '006-teams': teams,
  '007-adoption': adoption,
  '008-drift': drift,
  '009-control': control,
  '010-uncertain': uncertain,
  '011-departures': departures,
  '012-school-readings': schoolReadings,
  '013-deleted-accounts': deletedAccounts,
  '014-api-tokens': apiTokens,
  '015-door': door,
  '017-agent-health': agentHealth,
  '018-graph-habits': graphHabits,
  '020-left-out': leftOutRows,
  '021-account-traits': accountTraits,
  '023-sealed-for': sealedFor,
  '024-applied-profile': appliedProfile,
  '025-source-servers': sourceServers,
  '019-run-steps': runSteps,
  '030-access-roles': accessRoles,
  '022-team-activation': teamActivation,
  '031-token-scopes': tokenScopes,
  '032-delta-selection': deltaSelection,
  '033-sealed-answers': sealedAnswers,
  '034-recent-changes': recentChanges,
  '035-carried-out': carriedOut,
  '036-waiting': waiting,
  '040-users': users,
  '045-alerts': alerts,
  '046-run-counts': runCounts,
  '048-exempt-and-blackouts': exemptAndBlackouts,
  '050-profile-drafts': profileDrafts,
  '058-one-person': onePerson,
  '060-record-by-change': recordByChange,
  '062-microsoft-access': microsoftAccess,
};

/**
 * Runs the missing migrations, all or none on SQLite, one by one on PostgreSQL. Two processes that start at the same time do not
 * conflict: the migrator takes a lock before it checks.
 *
 * @param store the database's name, for people
 * @throws HallpassError STORE_TOO_NEW when the database holds migrations that this program does not know
 */
export async function migrate(db: Kysely<Database>, store: string): Promise<void> {
  if ((await missingMigrations(db, store)).length === 0) return;
  // Numbers are assigned before the work, which may be finished in another order: no migration depends on a later one.
  const allowUnorderedMigrations = true;
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations }, allowUnorderedMigrations });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** Names of the migrations that the database still needs. @throws HallpassError STORE_TOO_NEW as {@link migrate} */
export async function missingMigrations(db: Kysely<Database>, store: string): Promise<string[]> {
  const applied = await appliedMigrations(db);
  const unknown = applied.filter((name) => !Object.hasOwn(migrations, name));
  if (unknown.length > 0) throw fail('STORE_TOO_NEW', { store, reason: `it has ${unknown.join(', ')}` });
  return Object.keys(migrations).filter((name) => !applied.includes(name));
}

async function appliedMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map((row) => row.name);
}
