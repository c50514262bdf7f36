import t from 'tap';
import type { ProblemPlace } from '../../store/runs/problems.ts';
import { replaceProblems } from '../../store/runs/problems.ts';
import { createTenant } from '../../store/tenants/system.ts';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { problemsNow, someProblemsNow } from './problems.ts';

const now = '2026-12-01T08:00:00.000Z';

t.test('parts by place come to the whole, whatever is asked for', async (t) => {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const contoso = { slug: 'contoso', name: 'Contoso', graphTenantId: '11111111-1111-4111-8111-111111111111' };
  const { id } = await store.system((scope) => createTenant(scope, contoso, new Date(now)));
  const of = (subject: string) =>
    ['MissingSourceValue', 'UserNameTaken'].map((code) => ({ subject, code, message: 'm', action: 'a' }));
  await store.withTenant(id, async (scope) => {
    await replaceProblems(scope, 'one', ['students:2', 'students:10', 'teachers:1'].flatMap(of), now);
    await replaceProblems(scope, 'two', ['students:10', 'students:3'].flatMap(of), now);
  });
  for (const wanted of [
    {},
    { profile: 'one' },
    { code: 'UserNameTaken' },
    { role: 'sis' as const },
    { code: 'None' },
  ]) {
    const { problems: whole } = await store.readTenant(id, (scope) => problemsNow(scope, wanted));
    const parts: typeof whole = [];
    for (let after: ProblemPlace | undefined; ; after = parts.at(-1)) {
      const part = await store.readTenant(id, (scope) => someProblemsNow(scope, wanted, { after, limit: 2 }));
      t.ok(part.isPart);
      parts.push(...part.problems);
      if (part.problems.length < 2) break;
    }
    t.same(parts, whole, JSON.stringify(wanted));
  }
  const all = await store.readTenant(id, (scope) => problemsNow(scope, {}));
  t.equal(all.problems.length, 10);
  t.match(Object.keys(all).sort(), ['failing', 'problems']);
});
