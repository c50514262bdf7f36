/** Who is told to resolve another problem first finds it in the list. */
import fc from 'fast-check';
import t from 'tap';
import type { Entry } from '../../../shared/errors/entry.ts';
import { catalog, type ErrorCode } from '../../../shared/errors.ts';
import type { LeftOutRow } from '../../../shared/left-out.ts';
import { openDistrict, smallRoster } from '../../testing/district.ts';
import { replaceLeftOut } from '../roster/left-out.ts';
import { readProblems } from './problems.ts';

const referral = /Resolve the problem (\w+) of (\S+) first/;

t.test('only one entry of the catalog refers to another problem, and names one that there is', async (t) => {
  const entries: [string, Entry][] = Object.entries(catalog);
  const referring = entries.filter(([, { sentence, action }]) => /resolve the problem/i.test(`${sentence} ${action}`));
  t.same(
    referring.map(([code]) => code),
    ['MemberRowLeftOut' satisfies ErrorCode],
  );
  const [, code = ''] = referral.exec(referring[0]?.[1].action ?? '') ?? [];
  t.ok(Object.hasOwn(catalog, code), code);
});

t.test('a person whom a class names and nobody provisions: their own row, or why they are in no school', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const roster = smallRoster(6);
  const people = roster.filter(({ kind }) => kind === 'student' || kind === 'teacher');
  const subjectOf = ({ kind, id }: { kind: string; id: string }) => `${kind}s:${id}`;
  const rowOf = ({ kind, id, schoolId }: (typeof people)[number]): LeftOutRow => {
    return { kind, id, schoolId, field: 'surname', fault: 'control character' };
  };
  const anybody = fc.subarray(people);
  // Each is there, gone, gone with a row that is left out, or there with the record of before.
  const property = fc.asyncProperty(anybody, anybody, async (gone, leftOut) => {
    district.clock.advance(60_000);
    await district.commit(
      roster.filter((record) => !gone.some(({ id, kind }) => id === record.id && kind === record.kind)),
    );
    await district.run();
    const { store, tenantId } = district;
    const problems = await store.withTenant(tenantId, async (scope) => {
      const rows = leftOut.map(rowOf);
      await replaceLeftOut(scope, { count: rows.length, rows }, '2026-11-30T00:00:00.000Z');
      return await readProblems(scope);
    });
    const listed = new Set(problems.map(({ code, subject }) => `${code} ${subject}`));
    const isOut = new Set(leftOut.map(subjectOf));
    for (const { code, subject, action, message } of problems) {
      const [, other, whom] = referral.exec(action) ?? [];
      if (code === 'MemberRowLeftOut' && !listed.has(`${other} ${whom}`)) throw new Error(`${subject}: ${action}`);
      if (code !== 'InvalidLookupReference') continue;
      const [, reference = ''] = / names (\S+?), /.exec(message) ?? [];
      if (isOut.has(reference)) throw new Error(`${subject}: ${message}`);
    }
    const named = problems.filter(({ code }) => code === 'MemberRowLeftOut').map(({ message }) => message);
    const expected = gone.map(subjectOf).filter((key) => isOut.has(key));
    for (const key of expected)
      if (!named.some((message) => message.includes(key))) throw new Error(`nothing on ${key}`);
  });
  await t.resolves(fc.assert(property, { numRuns: 12 }));
  // A co-teacher of the district office: current staff of no school, and no row of theirs is wrong.
  const office = { kind: 'teacherRoster', id: '799', schoolId: '1', sectionId: '50', teacherId: '960' } as const;
  await district.commit([...roster, office]);
  await district.run();
  const { store, tenantId } = district;
  await store.withTenant(tenantId, (scope) =>
    replaceLeftOut(scope, { count: 0, rows: [] }, '2026-11-30T00:00:00.000Z'),
  );
  const [problem] = await store.withTenant(tenantId, readProblems);
  t.match(problem, {
    ...{ subject: 'teacherRoster:799', code: 'InvalidLookupReference' },
    message:
      /teachers:960, who is not current staff of any synced school \(the district office, SchoolID 0, is not a school\)/,
    action: /Give the person an active assignment at a school that is synced, or end the teacher assignment/,
  });
});
