/** Deciding what a run does is a function of the state, and does not change it. */
import { inspect } from 'node:util';
import t from 'tap';
import type { Section } from '../../shared/roster.ts';
import { newAdoption } from '../adoption/open.ts';
import type { Link } from '../model/account-link.ts';
import type { DirectoryUser } from '../model/directory-user.ts';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import type { Profile } from '../profile/profile.ts';
import { applyAll, changesOf, profile, type Roster, small, today } from '../testing/planning.ts';
import { type Decided, decide } from './decide.ts';
import { type ProfileState, TenantState } from './state/tenant-state.ts';
import { takeDecision } from './take-decision.ts';

const school = asSchoolId('1');
const section = asSectionId('5');

function account(mailNickname: string, rest: Partial<DirectoryUser> = {}): DirectoryUser {
  const userPrincipalName = `${mailNickname}@contoso.edu`;
  return { id: `object-${mailNickname}`, userPrincipalName, mail: null, mailNickname, onPremises: false, ...rest };
}

function open(
  world: Roster,
  by: Profile = profile,
  { accounts = [], links = [] }: { accounts?: DirectoryUser[]; links?: Link[] } = {},
): { tenant: TenantState; state: ProfileState } {
  const tenant = new TenantState([by]);
  for (const one of accounts) tenant.directory.add(one);
  for (const link of links) tenant.addLink(link);
  tenant.takeRoster(changesOf(world));
  tenant.planEverything();
  const state = tenant.profiles.get(by.name);
  if (state === undefined) throw new TypeError(by.name);
  return { tenant, state };
}

/** Everything observable in the state. */
function written(state: ProfileState): string {
  const names = [...state.tenant.roster.people.keys()].map((key) => state.tenant.names.namesOf(key));
  const { people, sections, schools, terms } = state.tenant.roster;
  return inspect([state, names, people, sections, schools, terms], {
    depth: 12,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: 120,
  });
}

const student: Link = {
  role: 'students',
  personId: '10',
  objectId: 'object-4711',
  rule: 'studentNumber = mailNickname',
};
const without = (...kinds: (keyof Roster)[]): Roster => ({
  ...small,
  ...Object.fromEntries(kinds.map((kind) => [kind, []])),
});
const emptied = { ...profile, policies: { ...profile.policies, studentGone: 'disable' as const, goneForDays: 0 } };
const teams = { ...profile, classes: { ...profile.classes, createTeam: true } };

const states: Record<string, () => { state: ProfileState; says(decided: Decided): unknown }> = {
  'a first run, which links one account and creates another': () => {
    const { state } = open(small, profile, { accounts: [account('4711')] });
    return { state, says: ({ newLinks, plan }) => newLinks.length === 1 && plan.length > 3 };
  },
  'existing objects': () => {
    const { tenant, state } = open(small, profile, { accounts: [account('4711')], links: [student] });
    tenant.applied.classes.set(section, { objectId: 'group-5', body: {} });
    const stamp = { claims: [], bySds: true, hints: {} };
    const body = { displayName: 'Math - 2' };
    const related = { members: ['object-4711'], schools: [] };
    tenant.adoption = newAdoption([{ kind: 'class', objectId: 'group-5', stamp, body, related }]);
    return { state, says: ({ there }) => there.length === 2 };
  },
  'a class that cannot have a team': () => {
    const { state } = open(without('teacher', 'teacherRoster'), teams, {
      accounts: [account('4711')],
      links: [student],
    });
    return { state, says: ({ rosterProblems }) => rosterProblems.get(section)?.[0]?.code === 'ClassWithoutOwner' };
  },
  'a former student whose account is mastered in Active Directory': () => {
    const accounts = [account('4711', { onPremises: true })];
    const { tenant, state } = open(without('student', 'studentEnrollment'), emptied, { accounts, links: [student] });
    tenant.applied.schoolUsers.set(school, new Set(['students:10']));
    tenant.noteDepartures('2026-11-01');
    return { state, says: ({ rosterProblems }) => rosterProblems.get('students:10')?.[0]?.code === 'LeaverOnPremises' };
  },
  'an account that moved to another record': () => {
    const [record] = small.student;
    if (record === undefined) throw new TypeError('nobody');
    const world = { ...small, student: [{ ...record, id: '11' }], studentEnrollment: [] };
    const { tenant, state } = open(world, profile, { accounts: [account('4711')], links: [student] });
    tenant.applied.users.set('students:10', {
      objectId: 'object-4711',
      body: { student: { studentNumber: '4711', externalId: '10' } },
    });
    tenant.applied.members.set(section, new Set(['students:10']));
    return { state, says: ({ handovers, pending }) => handovers.length === 1 && pending.sections.has(section) };
  },
  'no changes since the last run': () => {
    const { tenant, state } = open(small, profile, { accounts: [account('4711')], links: [student] });
    const first = decide(state, today);
    takeDecision(state, first);
    applyAll(first.plan, tenant.applied);
    state.donePlanning();
    return { state, says: ({ plan, pending }) => plan.length === 1 && pending.sections.size < 2 };
  },
};

for (const [name, make] of Object.entries(states)) {
  t.test(`${name}: deciding changes nothing, and its result is repeatable`, async (t) => {
    const { state, says } = make();
    const before = written(state);
    const decided = decide(state, today);
    t.ok(says(decided), 'it is the case that its name says');
    t.equal(written(state), before);
    t.same(decide(state, today), decided);
    takeDecision(state, decided);
    t.not(written(state), before, 'only taking the decision changes the state');
    t.same(decide(state, today).plan, decided.plan, 'and the plan stays the same');
  });
}

t.test('problems of replanned objects replace the earlier ones', async (t) => {
  const { state } = open(without('teacher', 'teacherRoster'), teams, { accounts: [account('4711')], links: [student] });
  state.refusals.set('class:5', []);
  state.rosterProblems.set('students:10', []);
  takeDecision(state, decide(state, today));
  t.same([...state.rosterProblems.keys()], ['5']);
  t.same([...state.refusals.keys()], []);
  const [record] = small.section;
  const others: Section[] = record === undefined ? [] : [{ ...record, id: '6' }];
  state.tenant.takeRoster(others.map((one) => ({ kind: 'section', schoolId: one.schoolId, id: one.id, record: one })));
  takeDecision(state, decide(state, '2026-11-25'));
  t.same([...state.rosterProblems.keys()].sort(), ['5', '6']);
});
