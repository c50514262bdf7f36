/** Every problem that the catalog knows comes about, is reported with its next step, and vanishes when it is put right. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { fixers } from '../../shared/errors/entry.ts';
import type { graphErrors } from '../../shared/errors/graph.ts';
import { fixerOf } from '../model/problem.ts';
import { readProblems } from '../store/runs/problems.ts';
import { type Cause, reprofile } from '../testing/causes/cause.ts';
import { handCauses } from '../testing/causes/hand.ts';
import { microsoftCauses } from '../testing/causes/microsoft.ts';
import { rosterCauses, students } from '../testing/causes/roster.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { takesAll } from '../testing/histories.ts';

/**
 * Without a token, or a directory that can be read, there is no run, so nobody has a problem: see credentials.test.ts,
 * quarantine.test.ts and answer.test.ts.
 */
type OfTheRun = 'GRAPH_SIGN_IN_REFUSED' | 'GRAPH_CONSENT_MISSING' | 'GRAPH_ANSWER_UNKNOWN';

const causes: Record<Exclude<keyof typeof graphErrors, OfTheRun>, Cause> = {
  ...microsoftCauses,
  ...rosterCauses,
  ...handCauses,
};

for (const [at, [code, cause]] of Object.entries(causes).entries()) {
  // One of three: many of each list.
  if (!takesAll && at % 3 > 0) continue;
  t.test(`${code} comes, and goes`, async (t) => {
    const mode = cause.create ? 'create' : 'match';
    const accounts = mode === 'match';
    const district = await openDistrict({
      dir: t.testdir(),
      mode: { students: mode, teachers: mode },
      students,
      accounts,
    });
    t.teardown(() => district.close());
    reprofile(cause.profile ?? {})(district);
    cause.before?.(district);
    await district.commit((cause.roster ?? ((records) => records))(smallRoster(students)));
    const { store, tenantId, clock } = district;
    const problems = async () =>
      (await store.withTenant(tenantId, readProblems)).filter((problem) => problem.code === code);

    await district.run();
    for (const change of cause.after ?? []) {
      t.same(await problems(), [], 'not before there is a reason');
      await change(district);
      clock.advance(15 * 60_000);
      await district.run();
    }
    const [first] = await problems();
    t.match(first, { subject: /./, message: /[.}]$/, action: /[.)}]$/ });
    t.ok(fixers.includes(fixerOf(code)));

    // What Graph refuses is asked for again, with waits of its own.
    if (!(code in microsoftCauses)) {
      clock.advance(60_000);
      await district.run();
      t.ok((await problems()).length > 0, 'it stays for as long as its reason');
    }

    await cause.fix(district);
    clock.advance(15 * 60_000);
    await district.run();
    t.same(await problems(), []);
  });
}

t.test('every code has a chapter that says when it is normal', async (t) => {
  const docs = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  for (const code of Object.keys(causes)) t.match(docs, new RegExp(`^#+ .*${code}`, 'm'));
});
