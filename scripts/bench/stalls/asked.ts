/** A district in which nearly everything is done and everybody has a problem, and every question that the API answers about it. */
import { fileURLToPath } from 'node:url';
import { parseProfile } from '../../../relay/profile/profile.ts';
import { storeFile } from '../../../relay/settings/settings.ts';
import { setProfile } from '../../../relay/store/profiles/profiles.ts';
import { openStore } from '../../../relay/store/store.ts';
import { createToken } from '../../../relay/store/tenants/api-tokens.ts';
import { profileDocument } from '../memory/district.ts';
import { fill, tenantId } from '../memory/fill.ts';

const slug = 'bench';
/** By its DCID, which the relay finds by key, and by its number, for which it looks at everybody. */
const student = { dcid: '500123', number: '4000123' };

const paths = [
  ...['status', 'schools', 'properties', 'profiles', 'agents', 'tokens', 'holds', 'runs', 'audit', 'drift'],
  ...['problems', 'problems?limit=100', 'problems?format=csv', `problems?person=${student.number}`],
  ...['links', 'links?limit=100', 'passwords', 'teams', 'teams?format=csv'],
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
      const at = now.toISOString();
      for (let from = 0; from < people.length; from += 1000) {
        const rows = people.slice(from, from + 1000).map(({ role, person_id }) => ({
          ...{ tenant_id: tenantId, profile: 'bench', subject: `${role}:${person_id}`, code: 'UnmatchedEntry' },
          ...{ message: 'No account fits this person.', action: 'Create one, or link it.', first_at: at, last_at: at },
        }));
        await scope.db.insertInto('problem').values(rows).execute();
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
  for (const path of [...paths.map((one) => `tenants/${slug}/${one}`), 'fleet', 'tenants']) {
    const from = performance.now();
    const answer = await fetch(`${url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
    const { byteLength: bytes } = await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    answers.push({ path, ms: performance.now() - from, bytes });
  }
  return answers;
}
