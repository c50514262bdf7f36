import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import type { HoldRecord } from '../model/hold.ts';
import { type Hold, otherSchools } from '../model/hold.ts';
import { asSchoolId, asSectionId, classKey } from '../model/keys.ts';
import { type Operation, type Plan, weightOf } from '../model/operation.ts';
import { personKey } from '../model/person-key.ts';
import { guardSchema } from '../profile/guards.ts';
import { addDays, approvalsInForce, nextStep } from './decisions.ts';
import { type GuardContext, guard } from './guard.ts';
import { nextLastGood, type SchoolSource } from './source-guard.ts';

const defaults = guardSchema.parse({});
const now = '2026-11-24T08:00:00.000Z';

/** Sections are named after their school: `3-7`. */
const schoolOf = (operation: Operation) =>
  'sectionId' in operation
    ? asSchoolId(operation.sectionId.split('-')[0] ?? '')
    : 'schoolId' in operation
      ? operation.schoolId
      : asSchoolId('1');

function removals(school: string, count: number): Operation[] {
  return Array.from({ length: count }, (_, index) => {
    const sectionId = asSectionId(`${school}-${index % 4}`);
    const common = { key: classKey(sectionId), reason: 'the student is no longer in the section' };
    return { kind: 'removeMember', sectionId, personKey: `students:${index}`, ...common };
  });
}

function updates(count: number): Operation[] {
  return Array.from({ length: count }, (_, index) => {
    const key = personKey('students', `${index}`);
    return { kind: 'updateUser', key, personKey: key, before: { grade: '8' }, body: { grade: '9' }, reason: 'changed' };
  });
}

const addition: Operation = {
  kind: 'addMembers',
  key: 'class:1-1',
  sectionId: asSectionId('1-1'),
  people: ['students:1'],
  reason: '',
};

function source(change: Partial<SchoolSource> & { enrollments?: number } = {}): SchoolSource {
  const { enrollments = 1000, ...rest } = change;
  const counts = { student: 200, teacher: 20, section: 40, studentEnrollment: enrollments, teacherRoster: 40 };
  return { counts, yearId: '36', sections: new Set(numbered(40)), ...rest };
}

function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, index) => String(from + index));
}

/** A school of 1,000 memberships and 200 people that is as it was. */
function context(change: Partial<GuardContext> = {}): GuardContext {
  return {
    settings: defaults,
    schoolOf,
    there: ({ kind }) => (kind === 'removeMember' ? 1000 : 200),
    changing: ({ operations }) => operations,
    earlier: { inSchool: () => 0, inDistrict: () => 0 },
    source: () => source(),
    lastGood: () => source(),
    approvals: new Map(),
    ...change,
  };
}

/** Members of one class who are added again. */
const repair = (school: string, people: number): Operation => ({
  kind: 'addMembers',
  key: `class:${school}-0`,
  sectionId: asSectionId(`${school}-0`),
  people: numbered(people).map((id) => personKey('students', id)),
  reason: '',
  repair: true,
});

const weightOfAll = (operations: Plan) => operations.reduce((sum, one) => sum + weightOf(one), 0);

const heldBy = (plan: Plan, change: Partial<GuardContext> = {}) =>
  guard(plan, context(change)).holds.map((one) => one.key);

t.test('for any plan, settings and approvals', async (t) => {
  const settings = fc.record({
    removals: fc.record({ percent: fc.nat(100), above: fc.nat(30), total: fc.nat(60) }),
    repairs: fc.record({ percent: fc.nat(100), above: fc.nat(30), total: fc.nat(60) }),
    updates: fc.record({ percent: fc.nat(100), population: fc.nat(100) }),
    newAccounts: fc.record({ percent: fc.nat(100), population: fc.nat(100) }),
    sourceDrop: fc.record({ percent: fc.nat(100), above: fc.nat(50) }),
    emptySource: fc.record({ population: fc.nat(50) }),
    rollover: fc.record({ percent: fc.nat(100), population: fc.nat(50) }),
    quarantine: fc.constant({ problems: 15_000, failures: 10, hours: 24 }),
    expiryDays: fc.constant(7),
  });
  const operation = fc.oneof(
    fc.tuple(fc.nat(3), fc.nat(5), fc.nat(9)).map(([school, section, person]): Operation => {
      const sectionId = asSectionId(`${school}-${section}`);
      return {
        kind: 'removeMember',
        key: `class:${sectionId}`,
        sectionId,
        personKey: `students:${person}`,
        reason: '',
      };
    }),
    fc.nat(9).map((id): Operation => updates(id + 1)[id] ?? addition),
    fc.constant(addition),
    fc.tuple(fc.nat(3), fc.nat(9)).map(([school, people]) => repair(`${school}`, people + 1)),
    fc.nat(3).map(
      (id): Operation => ({
        kind: 'createSchool',
        key: `school:${id}`,
        schoolId: asSchoolId(`${id}`),
        body: {},
        reason: '',
      }),
    ),
  );
  // Numbered, so that no two are alike.
  const plans = fc
    .array(operation, { maxLength: 80 })
    .map((plan) => plan.map((one, index) => ({ ...one, reason: `${index}` })));
  const sources = fc.record({
    counts: fc.record({ student: fc.nat(100), studentEnrollment: fc.nat(300), section: fc.nat(30) }),
    yearId: fc.constantFrom('35', '36', undefined),
    sections: fc.nat(60).chain((from) => fc.nat(40).map((count) => new Set(numbered(count, from)))),
  });
  const keys = fc.constantFrom(
    ...['rollover', 'emptySource', 'sourceDrop', 'share'].flatMap((rule) =>
      ['0', '1', '2', '3'].map((school) => `removeMember:${school}:${rule}`),
    ),
    `removeMember:${otherSchools}:total`,
    'updateUser:1:share',
  );
  const contexts = fc.record({
    settings,
    there: fc.nat(200),
    before: fc.option(sources, { nil: undefined }),
    after: sources,
    approvals: fc.array(fc.tuple(keys, fc.nat(60))).map((pairs) => new Map(pairs)),
  });
  fc.assert(
    fc.property(plans, contexts, (plan, { settings, there, before, after, approvals }) => {
      const given = context({
        settings,
        approvals,
        there: () => there,
        source: () => after,
        lastGood: () => before,
      });
      const { proceed, held, holds, approved, passed } = guard(plan, given);

      // Nothing is lost or doubled, and the order is the plan's.
      const waits = new Set(held);
      const goes = plan.filter((one) => !waits.has(one));
      if (waits.size !== held.length || !isDeepStrictEqual(goes, proceed)) return false;
      // A type of operation in a school waits as a whole or proceeds as a whole.
      const group = (one: Operation) => `${one.kind}:${schoolOf(one)}:${one.repair ?? false}`;
      const waiting = new Set(held.map(group));
      if (proceed.some((one) => waiting.has(group(one)))) return false;
      // Holds speak of what waits, all of it; no approval that covers its hold leaves anything waiting.
      if (holds.reduce((sum, hold) => sum + hold.count, 0) !== weightOfAll(held)) return false;
      if (holds.some((hold) => (approvals.get(hold.key) ?? 0) >= hold.count)) return false;
      if (approved.some((hold) => (approvals.get(hold.key) ?? 0) < hold.count)) return false;
      // Additions never wait, and the same input gives the same answer.
      if (held.some((one) => one.repair !== true && (one.kind === 'addMembers' || one.kind === 'createSchool')))
        return false;
      return JSON.stringify(guard(plan, given)) === JSON.stringify({ proceed, held, holds, approved, passed });
    }),
    { numRuns: 300 },
  );
  t.pass('nothing is lost, and nothing of a held kind and school proceeds');
});

t.test('more than 10 % and more than 20 removals of a school wait; the rest goes on', async (t) => {
  const plan = [addition, ...removals('1', 101), ...removals('2', 100), ...updates(3)];
  const { proceed, held, holds } = guard(plan, context());
  t.equal(held.length, 101);
  t.equal(proceed.length, 104);
  t.match(holds, [
    {
      key: 'removeMember:1:share',
      count: 101,
      there: 1000,
      reason: /101 of 1000 class memberships .*10 %.*limit is 10 %/,
      effect: /101 class memberships end, of 101 people in 4 classes/,
      sample: [{ key: 'class:1-0', person: 'students:0' }],
    },
  ]);
  t.same(heldBy(removals('1', 20), { there: () => 20 }), [], 'a handful never waits');
});

t.test('members whom somebody removed are added again, up to 20 or 10 % of a school; who is new never waits', (t) => {
  const newStudent: Operation = {
    kind: 'addMembers',
    key: 'class:1-0',
    sectionId: asSectionId('1-0'),
    people: ['students:9'],
    reason: '',
  };
  const there = () => 100;
  t.same(heldBy([repair('1', 20)], { there }), []);
  const { held, proceed, holds } = guard(
    [repair('1', 20), repair('1', 1), newStudent, repair('2', 5)],
    context({ there }),
  );
  t.same([held.length, proceed.length], [2, 2]);
  t.match(holds, [
    {
      key: 'addMembers:1:share',
      count: 21,
      there: 100,
      reason: /Somebody ended 21 of 100 class memberships of the school in Microsoft 365 .*limit is 10 %/,
      effect: '21 class memberships are added again, as PowerSchool has them.',
    },
  ]);
  const everywhere = numbered(30).map((id) => repair(id, 20));
  t.same(heldBy(everywhere, { there: () => 1000 }), ['addMembers:district:total'], 'and up to 500 in all');
  t.end();
});

t.test('more than 500 removals in all wait, without those that wait for a reason of their own', async (t) => {
  const schools = (count: number) => numbered(count).flatMap((id) => removals(id, 100));
  t.same(heldBy(schools(5)), []);
  t.same(heldBy(schools(6)), ['removeMember:district:total']);
  t.same(heldBy([...schools(5), ...removals('9', 300)]), ['removeMember:9:share']);
});

t.test('updates wait from 75 % of 100 objects up, new accounts from 20 % of 100 people up', async (t) => {
  t.same(heldBy(updates(150)), []);
  t.same(heldBy(updates(151)), ['updateUser:1:share']);
  t.match(guard(updates(151), context()).holds, [{ effect: /151 accounts receive new values of grade/ }]);
  t.same(heldBy(updates(99), { there: () => 99 }), [], 'too small a school');
  t.same(heldBy(updates(151), { changing: ({ operations }) => operations.slice(0, 10) }), [], 'most were due anyway');
});

t.test('a source that lost a quarter, or a kind, holds the removals of that school alone', async (t) => {
  const plan = [...removals('1', 1), ...removals('2', 1), ...updates(1)];
  const only = (now: SchoolSource) => ({ source: (school: string) => (school === '1' ? now : source()) });
  t.same(heldBy(plan, only(source({ enrollments: 750 }))), []);
  t.same(heldBy(plan, only(source({ enrollments: 749 }))), ['removeMember:1:sourceDrop']);
  t.same(heldBy(plan, only(source({ enrollments: 0 }))), ['removeMember:1:emptySource']);
  t.same(heldBy(plan, { ...only(source({ enrollments: 0 })), lastGood: () => undefined }), [], 'a first run');
});

t.test('another school year, or most sections replaced, looks like a rollover', async (t) => {
  const plan = removals('1', 1);
  const [hold] = guard(plan, context({ source: () => source({ yearId: '37' }) })).holds;
  t.match(hold, { key: 'removeMember:1:rollover', reason: /looks like a year rollover.*2026-27 to 2027-28/ });
  const replaced = (count: number) => ({ source: () => source({ sections: new Set(numbered(40, count)) }) });
  t.same(heldBy(plan, replaced(20)), []);
  t.same(heldBy(plan, replaced(21)), ['removeMember:1:rollover']);
});

t.test('what the next run compares with keeps what is missing altogether', async (t) => {
  const summer: SchoolSource = { counts: { student: 10, section: 0 }, yearId: undefined, sections: new Set() };
  t.match(nextLastGood(source(), summer), {
    counts: { student: 10, section: 40, studentEnrollment: 1000 },
    yearId: '36',
  });
  t.same(nextLastGood(source(), source({ enrollments: 5 })), source({ enrollments: 5 }));
});

t.test('decisions', async (t) => {
  const found = (count: number): Hold => ({
    ...{
      key: 'removeMember:1:share',
      kind: 'removeMember',
      schoolId: asSchoolId('1'),
      rule: 'share',
      there: 1000,
      earlier: 0,
    },
    ...{ count, reason: 'r', effect: 'e', sample: [] },
  });
  const opened = nextStep(undefined, found(200), now, 7);
  t.match(opened, { news: 'opened', record: { state: 'waiting', firstSeen: now, expiresAt: addDays(now, 7) } });
  const decided = (state: 'approved' | 'rejected'): HoldRecord => ({
    ...opened.record,
    ...{ state, decidedBy: 'kim', decidedAt: now, decidedCount: 200 },
    expiresAt: state === 'approved' ? addDays(now, 1) : null,
  });

  t.test('one that nobody decides is reported again after a week, and again', async (t) => {
    t.match(nextStep(opened.record, found(210), addDays(now, 6), 7), { news: undefined, record: { count: 210 } });
    const expired = nextStep(opened.record, found(200), addDays(now, 7), 7);
    t.match(expired, { news: 'expired', record: { state: 'expired', firstSeen: now } });
    t.equal(nextStep(expired.record, found(200), addDays(now, 13), 7).news, undefined);
    t.equal(nextStep(expired.record, found(200), addDays(now, 14), 7).news, 'expired');
  });
  t.test('an approval covers a tenth more, until its time', async (t) => {
    const approval = decided('approved');
    t.same([...approvalsInForce([approval, opened.record, decided('rejected')], now)], [['removeMember:1:share', 220]]);
    t.same([...approvalsInForce([{ ...approval, carriedOut: 150 }], now)], [['removeMember:1:share', 70]]);
    t.same([...approvalsInForce([approval], addDays(now, 1))], []);
    t.match(nextStep(approval, found(220), now, 7), { news: undefined, record: { state: 'approved' } });
    t.equal(nextStep({ ...approval, carriedOut: 150 }, found(70), now, 7).record.state, 'approved');
    t.equal(nextStep({ ...approval, carriedOut: 150 }, found(71), now, 7).news, 'reopened');
    t.match(nextStep(approval, found(221), now, 7), {
      news: 'reopened',
      record: { state: 'waiting', decidedBy: null },
    });
    t.match(nextStep(approval, found(5), addDays(now, 1), 7), { news: 'expired', record: { state: 'expired' } });
    const plan = removals('1', 220);
    const approvals = new Map([['removeMember:1:share', 220]]);
    t.match(guard(plan, context({ approvals })), { holds: [], approved: [{ count: 220 }], proceed: plan });
    t.same(heldBy(removals('1', 221), { approvals }), ['removeMember:1:share']);
  });
  t.test('a rejection is silent for as long as it is about the same', async (t) => {
    t.match(nextStep(decided('rejected'), found(180), addDays(now, 30), 7), {
      news: undefined,
      record: { state: 'rejected' },
    });
    t.match(nextStep(decided('rejected'), found(221), now, 7), { news: 'reopened', record: { state: 'waiting' } });
    t.match(nextStep(decided('rejected'), found(179), now, 7), { news: 'reopened', record: { state: 'waiting' } });
  });
});
