/** A relay's state folder as an operator of many districts has it: one of them large, and all of them with a history. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { longestMs } from '../../../relay/app/commands/sessions.ts';
import { withGraph } from '../../../relay/app/microsoft.ts';
import { readUserChanges } from '../../../relay/graph/directory.ts';
import { isRelayRole, type UserRole } from '../../../relay/model/user-role.ts';
import { saveSettings, storeFile } from '../../../relay/settings/settings.ts';
import { addDraft } from '../../../relay/store/profiles/drafts.ts';
import { setProfile } from '../../../relay/store/profiles/profiles.ts';
import { openStore, type Store } from '../../../relay/store/store.ts';
import { createTenant } from '../../../relay/store/tenants/system.ts';
import { beginSession } from '../../../relay/store/users/sessions.ts';
import { giveGrant, noteSignIn } from '../../../relay/store/users/users.ts';
import { profile } from '../../../relay/testing/planning.ts';
import { systemClock } from '../../../shared/clock.ts';
import { type MicrosoftSimulator, startMicrosoftSimulator } from '../../simulators/microsoft/server.ts';
import { objectIdOf, profileDocument } from '../memory/district.ts';
import { tenantId } from '../memory/fill.ts';
import { addAskedDistrict } from '../stalls/asked.ts';

const runs = 100;
const operations = 50_000;
const holds = 300;
const auditEntries = 5000;
const skuId = '314c4481-f395-4525-be8b-2ec4bb1e9d91';

export interface Filled {
  microsoft: MicrosoftSimulator;
  /** Of a draft in the large district. */
  draft: string;
  /** The cookie of somebody in a role. */
  sessions: Readonly<Record<UserRole, string>>;
}

/** @param people of the large district, students and teachers together @param districts in all */
export async function fillConsole(
  home: string,
  { people, districts }: { people: number; districts: number },
): Promise<Filled> {
  // A twentieth as many teachers as students.
  await addAskedDistrict(home, Math.round(people / 1.05));
  const microsoft = await microsoftFor(home);
  const store = await openStore(storeFile(home));
  try {
    await rememberPosition(home, store);
    const others = await addDistricts(store, districts - 1);
    addHistory(storeFile(home), others);
    const now = new Date();
    const draft = await store.withTenant(tenantId, (scope) => {
      // Students are matched, so that rules are compared.
      const students = [{ source: 'username', suffix: 'students.contoso.edu', target: 'userPrincipalName' }];
      const asked = { mode: { students: 'match', teachers: 'create' }, identity: { students } };
      const document = { ...profileDocument, ...asked, name: 'everybody' };
      return addDraft(scope, { profile: null, seen: null, document, done: [] }, { by: 'bench', now });
    });
    const roles: readonly UserRole[] = ['operator', 'observer', 'admin', 'viewer', 'schoolViewer', 'registrar'];
    const sessions = await Promise.all(roles.map(async (role) => [role, await sessionOf(store, role, now)] as const));
    return { microsoft, draft, sessions: Object.fromEntries(sessions) as Filled['sessions'] };
  } finally {
    await store.close();
  }
}

/** Without accounts: the mirror has them, and Microsoft says that nothing changed since. */
async function microsoftFor(home: string): Promise<MicrosoftSimulator> {
  const domains = [{ id: 'contoso.edu', isDefault: true }, { id: 'students.contoso.edu' }];
  const skus = [{ skuId, skuPartNumber: 'STANDARDWOFFPACK_STUDENT', enabled: 500_000 }];
  const directory = { tenant: { displayName: 'Bench', domains, skus }, users: [] };
  const microsoft = await startMicrosoftSimulator({ tenantId: objectIdOf('tenant'), directory });
  const [secretFile, caFile] = [join(home, 'secret'), join(home, 'ca.pem')];
  await writeFile(secretFile, microsoft.clientSecret ?? '');
  await writeFile(caFile, microsoft.ca);
  const { baseUrl, clientId } = microsoft;
  await saveSettings(home, { graph: { baseUrl, authority: baseUrl, clientId, secretFile, caFile } });
  return microsoft;
}

async function rememberPosition(home: string, store: Store): Promise<void> {
  const context = { home, clock: systemClock, signal: AbortSignal.timeout(60_000) };
  const read = await withGraph(context, { graph_tenant_id: objectIdOf('tenant') }, ({ client }) =>
    readUserChanges(client, undefined),
  );
  const { deltaLink, selected } = read;
  await store.withTenant(tenantId, async ({ db }) => {
    await db.updateTable('directory_state').set({ users_delta_link: deltaLink, users_selected: selected }).execute();
  });
}

/** With a profile each; paused, so that nothing runs besides. */
async function addDistricts(store: Store, count: number): Promise<string[]> {
  const now = new Date();
  const ids: string[] = [];
  await store.system(async (scope) => {
    for (let index = 0; index < count; index += 1) {
      const graphTenantId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      const name = `${['Oak', 'River', 'Summit', 'Valley'][index % 4]} Unified School District ${index}`;
      ids.push((await createTenant(scope, { slug: `district-${index}`, name, graphTenantId }, now)).id);
    }
  });
  for (const id of ids) await store.withTenant(id, (scope) => setProfile(scope, { ...profile, state: 'paused' }, now));
  return ids;
}

function addHistory(file: string, others: readonly string[]): void {
  const db = new DatabaseSync(file);
  const insert = (table: string, columns: string): ((...values: SQLInputValue[]) => void) => {
    const statement = db.prepare(
      `insert into ${table} (tenant_id, ${columns}) values (?, ${columns.replace(/\w+/g, '?')})`,
    );
    return (...values) => {
      statement.run(...values);
    };
  };
  const agent = insert('agent', 'id, name, public_key, version, created_at, last_seen_at');
  const run = insert('run', 'id, seq, profile, started_at, finished_at, state, planned, done, failed, held, problems');
  const problem = insert('problem', 'profile, subject, code, message, action, first_at, last_at');
  const operation = insert('operation', 'id, seq, run_id, kind, key, reason, before, after, state, at');
  const counted = insert('run_count', 'run_id, kind, done, failed');
  const hold = insert(
    'hold',
    'profile, key, kind, school_id, rule, count, there, reason, effect, sample, state, first_seen, last_seen',
  );
  const audit = insert('audit', 'id, seq, at, who, action, detail');
  const now = Date.now();
  const at = (hoursAgo: number) => new Date(now - hoursAgo * 3_600_000).toISOString();
  db.exec('PRAGMA synchronous = OFF; begin');
  for (const id of [tenantId, ...others]) {
    const isLarge = id === tenantId;
    const name = isLarge ? 'bench' : profile.name;
    agent(id, `agent-${id}`, 'sis', `key-${id}`, '0.3.0', at(2000), at(0));
    for (let seq = 1; seq <= runs; seq += 1) {
      const done = isLarge && seq === runs ? operations : seq % 40;
      const began = at((runs - seq) * 6 + 1);
      run(
        id,
        `run-${id}-${seq}`,
        seq,
        name,
        began,
        at((runs - seq) * 6),
        'errors',
        `{"updateUser":${done}}`,
        done,
        0,
        0,
        300,
      );
      if (done > 0) counted(id, `run-${id}-${seq}`, 'updateUser', done, 0);
    }
    for (let number = 0; number < 300 && !isLarge; number += 1) {
      problem(id, name, `students:${number}`, 'UnmatchedEntry', 'No account fits.', 'Correct it.', at(50), at(1));
    }
  }
  for (let number = 0; number < operations; number += 1) {
    const key = `students:${500_000 + number}`;
    const values = [`{"displayName":"Ana ${number}"}`, `{"displayName":"Ana Lee ${number}"}`];
    operation(
      tenantId,
      `operation-${number}`,
      number + 1,
      `run-${tenantId}-${runs}`,
      'updateUser',
      key,
      'changed in PowerSchool',
      ...values,
      'done',
      at(0),
    );
  }
  const sample = JSON.stringify(
    [0, 1, 2, 3, 4].map((at) => ({
      key: `class:${200_000 + at}`,
      person: `students:${500_000 + at}`,
      reason: 'no longer enrolled',
    })),
  );
  for (let number = 0; number < holds; number += 1) {
    const school = `${1000 + (number % 160)}`;
    const [kind, rule] = number < 160 ? ['removeMember', 'share'] : ['removeOwner', 'share'];
    hold(
      tenantId,
      'bench',
      `${kind}:${school}:${rule}`,
      kind,
      school,
      rule,
      900 + number,
      4800,
      '40 % would end.',
      'Ends memberships.',
      sample,
      'waiting',
      at(5),
      at(0),
    );
  }
  for (let number = 0; number < auditEntries; number += 1) {
    audit(
      tenantId,
      randomUUID(),
      number + 1,
      at(auditEntries - number),
      'kim',
      'hold.approved',
      '{"count":12,"hold":"removeMember:12:share"}',
    );
  }
  db.exec('commit; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

async function sessionOf(store: Store, role: UserRole, now: Date): Promise<string> {
  return await store.system(async (scope) => {
    const identity = { authority: 'https://login.example.org', subject: role };
    const { id } = await noteSignIn(scope, { ...identity, name: `Sam the ${role}`, email: null }, now);
    const schools = role === 'schoolViewer' ? ['1000', '1001'] : null;
    await giveGrant(scope, id, { role, tenantId: isRelayRole(role) ? 'all' : tenantId, schools }, { by: 'bench', now });
    return await beginSession(scope, { userId: id, name: `Sam the ${role}`, lastsMs: longestMs }, now);
  });
}
