/** Comparing and judging without a directory: a difference is found however it was reported. */

import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { GroupChanges } from '../graph/group-delta.ts';
import { nothingApplied } from '../model/applied-state.ts';
import { asSchoolId, asSectionId } from '../model/keys.ts';
import type { PersonKey } from '../model/person-key.ts';
import type { DesiredState } from '../plan/desired.ts';
import { driftSchema } from '../profile/drift.ts';
import { compareGroups, compareObjects, compareSchool, type Known } from './compare.ts';
import { type JudgeFacts, judge, settleMs } from './judge.ts';
import { type Drift, DriftLedger, driftKey } from './ledger.ts';
import { markDrift } from './marks.ts';
import { driftProblems } from './report.ts';
import { tidy } from './tidy.ts';

const now = '2026-11-24T12:00:00.000Z';
const accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
/** The last two belong to nobody in the roster. */
const people = new Map<PersonKey, string>(accounts.slice(0, 4).map((account) => [`students:${account}`, account]));
const relations = ['members', 'owners'] as const;

type Tenant = Record<(typeof relations)[number], Set<string>>[];

const membership = fc.record({
  section: fc.nat(2),
  relation: fc.constantFrom(...relations),
  account: fc.constantFrom(...accounts),
});

/** What was done: classes 0, 1 and 2, and their members. */
function known(memberships: readonly { section: number; relation: 'members' | 'owners'; account: string }[]): Known {
  const applied = nothingApplied();
  for (const section of ['0', '1', '2']) {
    applied.classes.set(asSectionId(section), { objectId: `group-${section}`, body: { displayName: 'Art' } });
    applied.members.set(asSectionId(section), new Set());
    applied.owners.set(asSectionId(section), new Set());
  }
  for (const { section, relation, account } of memberships) {
    if (people.has(`students:${account}`)) applied[relation].get(asSectionId(`${section}`))?.add(`students:${account}`);
  }
  return { applied, accounts: people, taken: new Map([...people].map(([person, account]) => [account, person])) };
}

function full(tenant: Tenant): GroupChanges {
  const flags = (ids: Set<string>) => new Map([...ids].map((id) => [id, true]));
  const groups = tenant.map(({ members, owners }, at) => {
    return [`group-${at}`, { displayName: 'Art', members: flags(members), owners: flags(owners) }] as const;
  });
  return { full: true, groups: new Map(groups), deletes: new Set(), deltaLink: '', selected: '' };
}

/** A naive implementation of the rule. */
function expected({ applied, taken }: Known, tenant: Tenant): string[] {
  const found: string[] = [];
  for (const [at, there] of tenant.entries()) {
    for (const relation of relations) {
      const ours = applied[relation].get(asSectionId(`${at}`)) ?? new Set();
      const theirs = new Set([...there[relation]].map((account) => taken.get(account) ?? `account:${account}`));
      const item = (person: string) => `${relation.slice(0, -1)}:${person}`;
      for (const person of ours.difference(theirs)) found.push(`missing|class:${at}|${item(person)}`);
      for (const person of theirs.difference(ours)) found.push(`foreign|class:${at}|${item(person)}`);
    }
  }
  return found.sort();
}

const keysOf = (ledger: DriftLedger) => [...ledger.values()].map(driftKey).sort();

t.test('a complete reading and any later changes, replayed or not, leave exactly what differs', async (t) => {
  fc.assert(
    fc.property(
      fc.array(membership, { maxLength: 20 }),
      fc.array(membership, { maxLength: 20 }),
      fc.array(fc.array(membership, { maxLength: 6 }), { maxLength: 5 }),
      fc.boolean(),
      (ours, theirs, rounds, replay) => {
        const tenant: Tenant = [0, 1, 2].map(() => ({ members: new Set(), owners: new Set() }));
        for (const { section, relation, account } of theirs) tenant[section]?.[relation].add(account);
        const state = known(ours);
        let ledger = new DriftLedger([], now);
        compareGroups(ledger, full(tenant), state);
        assert.deepEqual(keysOf(ledger), expected(state, tenant));
        let before: GroupChanges | undefined;
        for (const round of rounds) {
          const changes: GroupChanges = {
            full: false,
            groups: new Map(),
            deletes: new Set(),
            deltaLink: '',
            selected: '',
          };
          for (const { section, relation, account } of round) {
            // An edit toggles the membership.
            const memberships = tenant[section]?.[relation] ?? new Set();
            if (!memberships.delete(account)) memberships.add(account);
            const none = { displayName: undefined, members: new Map(), owners: new Map() };
            const group = changes.groups.get(`group-${section}`) ?? none;
            group[relation].set(account, memberships.has(account));
            changes.groups.set(`group-${section}`, group);
          }
          // As it is stored and loaded between two comparisons.
          ledger = new DriftLedger(JSON.parse(JSON.stringify([...ledger.values()])) as Drift[], now);
          if (replay && before !== undefined) compareGroups(ledger, before, state);
          compareGroups(ledger, changes, state);
          before = changes;
          if (!replay) assert.deepEqual(keysOf(ledger), expected(state, tenant));
        }
        compareGroups(ledger, full(tenant), state);
        assert.deepEqual(keysOf(ledger), expected(state, tenant));
      },
    ),
  );
  t.pass('it holds');
});

t.test('notices deleted and restored classes, names and values', async (t) => {
  const state = known([]);
  const tenant: Tenant = [0, 1, 2].map(() => ({ members: new Set(), owners: new Set() }));
  const everything = full(tenant);
  everything.groups.delete('group-1');
  const ledger = new DriftLedger([], now);
  compareGroups(ledger, everything, state);
  t.same(keysOf(ledger), ['deleted|class:1|group-1']);
  const back = { displayName: 'Ours', members: new Map(), owners: new Map() };
  const changes = {
    full: false,
    groups: new Map([['group-1', back]]),
    deletes: new Set(['group-2']),
    deltaLink: '',
    selected: '',
  };
  compareGroups(ledger, changes, state);
  t.same(keysOf(ledger), ['changed|class:1|displayName', 'deleted|class:2|group-2']);

  state.applied.classes.set(asSectionId('0'), {
    objectId: 'group-0',
    body: { classCode: 'A', course: { displayName: 'Art' } },
  });
  const seen = (course: object | undefined) => ({
    full: false,
    properties: ['classCode', 'course', 'term'],
    objects: new Map([['group-0', { classCode: 'A', course }]]),
    deletes: new Set<string>(),
  });
  compareObjects(ledger, 'class', seen({ displayName: 'Art', subject: 'theirs to fill' }), state.applied);
  t.notOk(keysOf(ledger).includes('changed|class:0|course'), 'what we did not write does not count');
  compareObjects(ledger, 'class', seen(undefined), state.applied);
  const cleared = [...ledger.values()].find(({ item }) => item === 'course');
  t.match(cleared, { ours: { displayName: 'Art' }, theirs: { displayName: null } });
});

t.test('a complete reading of a school ends differences that it no longer shows', async (t) => {
  const state = known([]);
  state.applied.schoolUsers.set(asSchoolId('1'), new Set(['students:a', 'students:b', 'students:without account']));
  state.applied.schoolClasses.set(asSchoolId('1'), new Set(['0', '1'].map(asSectionId)));
  const ledger = new DriftLedger([], now);
  compareSchool(
    ledger,
    asSchoolId('1'),
    { users: new Set(['a', 'e']), classes: new Set(['group-0', 'group-9']) },
    state,
  );
  t.same(keysOf(ledger), [
    'foreign|school:1|schoolClass:object:group-9',
    'foreign|school:1|schoolUser:account:e',
    'missing|school:1|schoolClass:1',
    'missing|school:1|schoolUser:students:b',
  ]);
  ledger.differs({ kind: 'deleted', object: 'class:1', item: 'group-1' });
  ledger.differs({ kind: 'missing', object: 'school:2', item: 'schoolUser:students:b' });
  compareSchool(ledger, asSchoolId('1'), { users: new Set(['a', 'b']), classes: new Set(['group-0']) }, state);
  t.same(keysOf(ledger), ['deleted|class:1|group-1', 'missing|school:2|schoolUser:students:b'], 'a class that is gone');
});

const noGroups: DesiredState['groups'] = {
  ...{ people: new Set(), groups: new Set(), schools: new Set(), leavers: 'remove', isWanted: false },
  ...{ looksAfter: () => false, placesOf: () => undefined, nameOf: () => undefined, names: () => false },
};
const nobody: DesiredState = {
  allSchools: new Set(),
  schools: new Map(),
  users: new Map(),
  licenses: new Map(),
  classes: new Map(),
  members: new Map(),
  owners: new Map(),
  waiting: new Map(),
  leavers: {
    students: { dropped: 'remove', termEnded: 'remove' },
    teachers: { dropped: 'keep', termEnded: 'keep' },
  },
  over: new Map(),
  finished: new Map(),
  schoolUsers: new Map(),
  groups: noGroups,
  createTeams: false,
  problems: new Map(),
};
const drift = (change: Partial<Drift>): Drift => ({
  ...{ kind: 'missing', object: 'class:0', item: 'member:students:a', state: 'open', verdict: 'waiting', repairs: 0 },
  ...{ firstAt: now, lastAt: now, ...change },
});
const facts = (change: Partial<JudgeFacts> & { drift?: object }): JudgeFacts => ({
  policy: driftSchema.parse(change.drift),
  enabled: true,
  desired: { ...nobody, members: new Map([[asSectionId('0'), new Set<PersonKey>(['students:a'])]]) },
  writtenAt: undefined,
  nowMs: 1e9,
  ...change,
});

t.test('judges by what should be, by the policy, and by certainty', async (t) => {
  const judged = (change: Partial<Drift>, of: Parameters<typeof facts>[0] = {}) => judge(drift(change), facts(of));
  t.equal(judged({}), 'repair');
  t.equal(judged({}, { drift: { memberships: 'report' } }), 'reported');
  t.equal(judged({}, { drift: { memberships: 'ignore' } }), 'kept');
  t.equal(judged({}, { writtenAt: 1e9 - settleMs + 1 }), 'waiting', 'our own write may not show yet');
  t.equal(judged({}, { writtenAt: 1e9 - settleMs }), 'repair');
  t.equal(judged({}, { enabled: false }), 'waiting', 'a preview repairs nothing');
  t.equal(judged({}, { desired: nobody }), 'accept', 'a person who left meanwhile is not missed');
  t.equal(judged({ repairs: 1 }), 'repair');
  t.equal(judged({ repairs: 2 }), 'contended');

  t.equal(judged({ kind: 'foreign' }), 'accept', 'and a person who belongs there is accepted');
  const stranger = { kind: 'foreign', item: 'member:account:x' } as const;
  t.equal(judged(stranger), 'kept');
  t.equal(judged(stranger, { drift: { foreignMembers: 'report' } }), 'reported');
  const removing = { drift: { foreignMembers: 'remove' } };
  const seenAt = (ms: number) => ({ ...stranger, firstAt: new Date(ms).toISOString() });
  t.equal(judged(seenAt(1e9 - settleMs), removing), 'repair');
  t.equal(judged(seenAt(1e9 - settleMs + 1), removing), 'waiting', 'the next run may find out whose account it is');
  const visitor = { kind: 'foreign', object: 'school:1', item: 'schoolUser:account:x' } as const;
  t.equal(judged(visitor), 'kept');
  t.equal(judged(visitor, { drift: { foreignMembers: 'remove' } }), 'reported', 'nobody is removed from a school');
  const students = { ...nobody, schoolUsers: new Map([[asSchoolId('1'), new Set<PersonKey>(['students:a'])]]) };
  const lost = { object: 'school:1', item: 'schoolUser:students:a' } as const;
  t.equal(judged(lost, { desired: students }), 'repair');
  t.equal(judged({ ...lost, kind: 'foreign' }, { desired: students }), 'accept');
  t.equal(
    judged({ ...lost, item: 'schoolClass:0' }, { desired: students }),
    'accept',
    'the section belongs to no school',
  );
  const waiting = { ...nobody, waiting: new Map([[asSectionId('0'), new Set<PersonKey>(['students:a'])]]) };
  t.equal(judged({ kind: 'foreign' }, { desired: waiting, drift: { foreignMembers: 'remove' } }), 'kept');

  const art = { schoolId: asSchoolId('1'), body: { displayName: 'Art' }, creation: {} };
  const named = { ...nobody, classes: new Map([[asSectionId('0'), art]]) };
  const renamed = { kind: 'changed', item: 'displayName', ours: 'Old', theirs: 'Ours' } as const;
  t.equal(judged(renamed, { desired: named }), 'reported');
  t.equal(judged(renamed, { desired: named, drift: { attributes: 'repair' } }), 'repair');
  t.equal(judged({ ...renamed, theirs: 'Art' }, { desired: named }), 'accept', 'PowerSchool has the same value by now');
  t.equal(judged(renamed, { drift: { attributes: 'repair' } }), 'kept', 'the name is theirs to choose');

  const deleted = { kind: 'deleted', item: 'group-0' } as const;
  t.equal(judged(deleted, { desired: named }), 'reported');
  t.equal(judged(deleted, { desired: named, drift: { deletedObjects: 'recreate' } }), 'repair');
  t.equal(judged(deleted), 'accept', 'nobody needs it anymore');
});

t.test('our own writes and time end differences; a repair is remembered for a week', async (t) => {
  const state = known([{ section: 0, relation: 'members', account: 'a' }]);
  const after = (drifts: Drift[], at = now) => {
    const ledger = new DriftLedger(drifts, at);
    tidy(ledger, state, at);
    return [...ledger.values()];
  };
  t.equal(after([drift({})]).length, 1);
  t.same(after([drift({ item: 'member:students:b' })]), [], 'removed by us meanwhile');
  t.same(after([drift({ kind: 'foreign' })]), [], 'added by us meanwhile');
  t.match(after([drift({ state: 'repairing', repairs: 1 })]), [{ state: 'repaired', repairs: 1 }]);
  t.match(after([drift({ kind: 'foreign', item: 'member:account:b' })]), [{ item: 'member:students:b' }]);
  t.same(after([drift({ state: 'repaired' })], '2026-12-02T12:00:00.000Z'), []);
  const held = drift({ state: 'repairing', item: 'member:students:b' });
  t.same(after([held], '2026-12-24T12:00:00.000Z'), [held], 'however long it is held');
  t.same(after([drift({ kind: 'deleted', item: 'an older one' })]), []);
});

t.test('marks show what is still to be repaired, and reports whose problem it is', async (t) => {
  const state = known([{ section: 0, relation: 'members', account: 'a' }]);
  const gone = drift({ kind: 'deleted', object: 'class:1', item: 'group-1', verdict: 'reported' });
  markDrift(state.applied, [
    drift({ state: 'repairing' }),
    drift({ state: 'repairing', item: 'member:students:b' }),
    gone,
    drift({ ...gone, object: 'class:2', verdict: 'waiting' }),
  ]);
  t.same([...state.applied.drifted], ['member:0:students:b'], 'the other one is there again');
  t.same([...state.applied.gone], ['class:1']);
  const changed = drift({ kind: 'changed', verdict: 'reported' });
  t.match(
    driftProblems([
      drift({ verdict: 'reported' }),
      drift({ verdict: 'contended', repairs: 2, item: 'owner:students:b' }),
      { ...changed, item: 'displayName' },
      { ...changed, item: 'course' },
      gone,
    ]),
    [
      { subject: 'class:0/students:a', code: 'MemberRemovedByHand' },
      { subject: 'class:0/students:b', code: 'DriftContended', message: /added the owner again 2 times/ },
      { subject: 'class:0', code: 'ChangedByHand', message: /displayName, course/ },
      { subject: 'class:1', code: 'DeletedByHand' },
    ],
  );
});
