/** What is said about people who left: account and memberships, by policy and date. */

import t from 'tap';
import type { RosterRecord } from '../../shared/roster.ts';
import { asSectionId } from '../model/keys.ts';
import { parseProfile } from '../profile/profile.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { openDistrict, smallRoster } from '../testing/district.ts';
import { noGuards } from '../testing/small-world.ts';
import { explain } from './explain.ts';
import { readFacts } from './facts.ts';

t.test('says what happens to the account and memberships of a person who left, by policy and date', async (t) => {
  const teacherRecord = { role: 'teachers', personId: '90' } as const;
  const student = { role: 'students', personId: '10' } as const;
  const gone = new Set(['10', '300', '301', '302', '90', '70', '74']);
  const left = smallRoster(8).filter((one) => !(gone.has(one.id) && one.kind !== 'section' && one.kind !== 'school'));
  const cases = [
    [{}, 'stays as it is, by policy', 'stays as it is, by policy'],
    [{ studentGone: 'disable', teacherGone: 'disable' }, 'is disabled from \\d{4}-', 'is disabled from \\d{4}-'],
    [
      { studentGone: 'disable', teacherGone: 'disable', goneForDays: 0 },
      'is disabled until the person is back',
      'is disabled until the person is back',
    ],
    [
      { studentGone: 'disable', revokeSessions: true, goneForDays: 0 },
      'is disabled until the person is back, and was signed out everywhere',
      'stays as it is, by policy',
    ],
  ] as const;
  for (const [policies, ofStudent, ofTeacher] of cases) {
    const mode = { students: 'match', teachers: 'match' } as const;
    const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts: true });
    district.profile = parseProfile({ ...district.profile, policies }, 'test');
    const { store, tenantId } = district;
    await store.withTenant(tenantId, (scope) => setProfile(scope, district.profile, new Date()));
    await district.commit(smallRoster(8));
    await district.run();
    await district.commit(left);
    const ask = async (question: { role: 'students' | 'teachers'; personId: string }, sectionId: string) => {
      const facts = await store.withTenant(tenantId, (scope) =>
        readFacts(scope, { ...question, sectionId: asSectionId(sectionId) }, district.clock.now()),
      );
      return explain(facts);
    };
    const of = (steps: ReturnType<typeof explain>, stage: string) => steps.find((one) => one.stage === stage);
    t.match(of(await ask(student, '50'), 'Membership'), { fact: /removes people who left/ }, 'before the run');
    await district.run();
    await district.run();
    const steps = await ask(student, '50');
    t.match(of(steps, 'PowerSchool'), { status: 'stopped', fact: /no longer active there/ });
    t.match(of(steps, 'Account'), { fact: new RegExp(ofStudent) });
    t.match(of(steps, 'Membership'), { status: 'ok', fact: /are not a member/ });
    const staff = await ask(teacherRecord, '50');
    t.match(of(staff, 'Account'), { fact: new RegExp(ofTeacher) });
    t.match(of(staff, 'Membership'), { status: 'ok', fact: /stay one: .*"teacherLeftClass": "keep"/ });
    await district.close();
  }
});

t.test('says who stays where when a section and a school are gone', async (t) => {
  for (const sectionGone of ['keep', ['removeStudents', 'archiveTeam']] as const) {
    const mode = { students: 'match', teachers: 'match' } as const;
    const district = await openDistrict({ dir: t.testdir(), mode, students: 8, accounts: true });
    const policies = { sectionGone, goneForDays: 7 };
    const given = { ...district.profile, policies, classes: { createTeam: true } };
    district.profile = parseProfile(given, 'test');
    const { store, tenantId } = district;
    await store.withTenant(tenantId, (scope) => setProfile(scope, district.profile, new Date()));
    await district.commit(smallRoster(8));
    await district.run();
    const rest = smallRoster(8).filter((one) => one.schoolId !== '2' && one.id !== '2');
    await district.commit(rest);
    await district.run();
    const steps = async (personId: string, sectionId: string) =>
      explain(
        await store.withTenant(tenantId, (scope) =>
          readFacts(scope, { role: 'students', personId, sectionId: asSectionId(sectionId) }, district.clock.now()),
        ),
      );
    const before = await steps('11', '51');
    t.match(before.find(({ stage }) => stage === 'School')?.fact, /no longer has school 2, .*stays in it/);
    t.match(before.find(({ stage }) => stage === 'Section')?.fact, /no section 51/);
    const isKept = sectionGone === 'keep';
    t.match(
      before.find(({ stage }) => stage === 'Membership')?.fact,
      isKept ? /stay a member .* by policy/ : /until students are removed from it, from \d{4}-\d\d-\d\d on/,
    );
    district.clock.advance(8 * 86_400_000);
    await district.run();
    if (!isKept) {
      const held = (await steps('11', '51')).find(({ stage }) => stage === 'Membership');
      t.match(held, { status: 'waiting', fact: /still a member of the class: this is held/, next: /holds approve/ });
      district.profile = parseProfile({ ...given, guards: noGuards }, 'test');
    }
    await district.run();
    const after = await steps('11', '51');
    t.match(
      after.find(({ stage }) => stage === 'Membership')?.fact,
      isKept ? /stay a member/ : /are not a member of the class/,
    );
    if (!isKept) t.match(after.find(({ stage }) => stage === 'Section')?.fact, /Its team is archived/);
    await district.close();
  }
});

t.test('explains people who are known only from the past', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 3, accounts: true });
  t.teardown(() => district.close());
  const { store, tenantId } = district;
  const nobody = { kind: 'student', id: '777', schoolId: '1', studentNumber: '1' } as RosterRecord;
  await district.commit([...smallRoster(3), nobody]);
  await district.run();
  await district.commit(smallRoster(3));
  await district.run();
  const steps = explain(
    await store.withTenant(tenantId, (scope) =>
      readFacts(scope, { role: 'students', personId: '777', sectionId: undefined }, district.clock.now()),
    ),
  );
  t.match(steps[0], { stage: 'PowerSchool', fact: /was in PowerSchool and is no longer active there/ });
  const account = steps.find(({ stage }) => stage === 'Account');
  t.match(account, { status: 'ok', fact: /They have no account, and Hallpass creates none for a person who left/ });
});
