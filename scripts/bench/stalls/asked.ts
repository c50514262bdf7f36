/**
 * A district in which nearly everything is done and everybody has a problem and a first password that waits, and every question that
 * the API answers about it.
 */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { personKey } from '../../../relay/model/person-key.ts';
import { parseProfile } from '../../../relay/profile/profile.ts';
import { openVault } from '../../../relay/secrets/key-file.ts';
import { storeFile } from '../../../relay/settings/settings.ts';
import { addPasswords } from '../../../relay/store/accounts/initial-passwords.ts';
import { setProfile } from '../../../relay/store/profiles/profiles.ts';
import { openStore } from '../../../relay/store/store.ts';
import { createToken } from '../../../relay/store/tenants/api-tokens.ts';
import { purposeOf } from '../../../relay/sync/apply/new-accounts.ts';
import { profileDocument } from '../memory/district.ts';
import { fill, tenantId } from '../memory/fill.ts';

const slug = 'bench';
/** By its DCID, which the relay finds by key, and by its number, for which it looks at everybody. */
const student = { dcid: '500123', number: '4000123' };

const paths = [
  ...['status', 'schools', 'properties', 'profiles', 'agents', 'tokens', 'holds', 'runs', 'audit', 'drift'],
  ...['problems', 'problems?limit=100', 'problems?format=csv', `problems?person=${student.number}`],
  ...['links', 'links?limit=100', 'passwords', 'passwords?limit=100', 'teams', 'teams?format=csv'],
  ...[`explain?student=${student.dcid}`, `explain?student=${student.number}`],
  ...['plan?limit=100', 'plan?format=csv'],
];

/** @param home state folder without a database @returns a token of it */
export async function addAskedDistrict(home: string, students: number): Promise<string> {
  await fill(fileURLToPath(new URL('../../..', import.meta.url)), storeFile(home), students);
  const store = await openStore(storeFile(home));
  try {
    return await store.withTenant(tenantId, async (scope) => {
      const now = new Date();
      // Paused: it is planned when somebody asks, and not besides.
      await setProfile(scope, parseProfile({ ...profileDocument, state: 'paused' }, 'bench'), now);
      const people = await scope.db.selectFrom('link').select(['role', 'person_id']).execute();
      await scope.db.updateTable('link').set({ rule: 'created' }).execute();
      const vault = openVault(home, undefined);
      const at = now.toISOString();
      for (let from = 0; from < people.length; from += 1000) {
        const rows = people.slice(from, from + 1000).map(({ role, person_id }) => ({
          ...{ tenant_id: tenantId, profile: 'bench', subject: `${role}:${person_id}`, code: 'UnmatchedEntry' },
          ...{ message: 'No account fits this person.', action: 'Create one, or link it.', first_at: at, last_at: at },
        }));
        await scope.db.insertInto('problem').values(rows).execute();
        const passwords = people.slice(from, from + 1000).map(async ({ role, person_id: personId }) => {
          const sealed = await vault.seal('Quiet-River-77', purposeOf(tenantId, personKey(role, personId)));
          return { role, personId, userPrincipalName: `${personId}@bench.example`, sealed };
        });
        await addPasswords(scope, await Promise.all(passwords), at);
      }
      return (await createToken(scope, { name: 'bench', days: 1, by: 'bench', role: 'admin' }, now)).token;
    });
  } finally {
    await store.close();
  }
}

export interface Answered {
  path: string;
  ms: number;
  bytes: number;
}

/** One question after another. @throws when one is refused */
export async function askEverything(url: string, token: string): Promise<Answered[]> {
  const answers: Answered[] = [];
  const district = (path: string) => `tenants/${slug}/${path}`;
  const exporting = { method: 'POST', path: district('passwords/export') };
  // The last time, the same answer is given again.
  const key = randomUUID();
  const asked = [...paths.map(district), 'fleet', 'tenants'].map((path) => ({ method: 'GET', path }));
  for (const { method, path } of [...asked, exporting, exporting]) {
    const from = performance.now();
    const headers = { authorization: `Bearer ${token}`, ...(method === 'POST' && { 'idempotency-key': key }) };
    const answer = await fetch(`${url}/api/v1/${path}`, { method, headers });
    const { byteLength: bytes } = await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    answers.push({ path, ms: performance.now() - from, bytes });
  }
  return answers;
}
