import fc from 'fast-check';
import t from 'tap';
import type { HoldRecord } from '../model/hold.ts';
import { asSchoolId, asSectionId, classKey, type SchoolId } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { type GuardSettings, guardSchema } from '../profile/guards.ts';
import { histories } from '../testing/histories.ts';
import { approvalsInForce, begunApprovals, nextStep } from './decisions.ts';
import { type GuardContext, guard, type Passed } from './guard.ts';
import { changesBy, earlierThan, hourOf, RecentChanges } from './recent-changes.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.parse('2026-11-24T08:13:00.000Z');
const schools = ['1', '2', '3'].map(asSchoolId);

const removal = (schoolId: SchoolId, number: number): Operation => {
  const sectionId = asSectionId(`${schoolId}-${number % 4}`);
  return { kind: 'removeMember', key: classKey(sectionId), sectionId, personKey: `students:${number}`, reason: '' };
};

interface Lost {
  schoolId: SchoolId;
  at: number;
  /** Whether neither it nor a later change of its kind was approved. */
  countsInSchool: boolean;
  countsInDistrict: boolean;
}

/**
 * A district that loses memberships, as relay/sync does it: through profiles with one or more schools each, sometimes
 * killed.
 */
class District {
  readonly settings: GuardSettings;
  readonly there: Map<SchoolId, number>;
  readonly lost: Lost[] = [];
  readonly wrong: string[] = [];
  now = start;
  recent = new RecentChanges();
  /** What is still to be removed, by school. */
  readonly #due = new Map<SchoolId, number>(schools.map((id) => [id, 0]));
  readonly #holds = new Map<number, HoldRecord[]>();
  #number = 0;

  constructor(settings: GuardSettings, there: readonly number[]) {
    this.settings = settings;
    this.there = new Map(schools.map((id, index) => [id, there[index] ?? 0]));
  }

  lose(schoolId: SchoolId, count: number): void {
    const due = this.#due.get(schoolId) ?? 0;
    this.#due.set(schoolId, Math.min(this.there.get(schoolId) ?? 0, due + count));
  }

  /** Approves everything that a profile holds. */
  approve(profile: number): void {
    const [at, until] = [this.#iso(), new Date(this.now + 7 * dayMs).toISOString()];
    const decided = { state: 'approved', decidedBy: 'kim', decidedAt: at, expiresAt: until } as const;
    const holds = (this.#holds.get(profile) ?? []).map((hold) => ({ ...hold, ...decided, decidedCount: hold.count }));
    this.#holds.set(profile, holds);
  }

  /** Restarts the process: it knows only what was stored. */
  restart(): void {
    const rows = this.recent.of('removeMember');
    this.recent = new RecentChanges(structuredClone(rows));
  }

  /** A run that is killed after this many operations. @param profile number of its schools */
  run(profile: number, killedAfter: number): void {
    const plan = schools.slice(...(profile === 0 ? [0, 1] : [1, 3])).flatMap((id) => {
      return Array.from({ length: this.#due.get(id) ?? 0 }, () => removal(id, ++this.#number));
    });
    const known = this.#holds.get(profile) ?? [];
    const context = this.#context(known);
    const { proceed, holds, approved, passed } = guard(plan, context);
    const step = (hold: (typeof holds)[number]) =>
      nextStep(
        known.find(({ key }) => key === hold.key),
        hold,
        this.#iso(),
        7,
      ).record;
    const found = [...holds, ...approved].map(step);
    const others = known.filter(({ key }) => !found.some((one) => one.key === key));
    const begun = begunApprovals(others, context.approvals, passed, this.#iso());
    const current = [...found, ...begun.map(({ record }) => ({ ...record }))];
    this.#holds.set(profile, current);
    const approvalOf = (group: Passed) =>
      group.approvedBy ?? begun.find(({ groups }) => groups.includes(group))?.record.key;
    const groupOf = new Map(passed.flatMap((group) => group.operations.map((one) => [one, group])));
    for (const operation of proceed.slice(0, killedAfter)) {
      const group = groupOf.get(operation);
      const approval = group && approvalOf(group);
      for (const hold of current) if (hold.key === approval) hold.carriedOut += 1;
      this.#carryOut(operation, approval === undefined ? group?.schoolId : undefined);
    }
    this.#check();
    if (killedAfter >= proceed.length) this.#settle(profile);
  }

  /** Approvals that were carried out end. */
  #settle(profile: number): void {
    const { true: used = [], false: rest = [] } = Object.groupBy(
      this.#holds.get(profile) ?? [],
      ({ state }) => `${state === 'approved'}` as const,
    );
    this.#holds.set(profile, rest);
    for (const { kind, schoolId, rule, decidedAt } of used) {
      const until = decidedAt ?? '';
      if (rule === 'total') this.recent.answerForDistrict(kind, until);
      else this.recent.answerForSchool(kind, schoolId, until);
      for (const one of this.lost) {
        if (hourOf(new Date(one.at).toISOString()) > until || (rule !== 'total' && one.schoolId !== schoolId)) continue;
        one.countsInDistrict = false;
        if (rule !== 'total') one.countsInSchool = false;
      }
    }
  }

  #context(known: readonly HoldRecord[]): GuardContext {
    const source = { counts: {}, yearId: undefined, sections: new Set<string>() };
    return {
      settings: this.settings,
      schoolOf: schoolIn,
      there: ({ schoolId }) => this.there.get(schoolId) ?? 0,
      changing: ({ operations }) => operations,
      source: () => source,
      lastGood: () => undefined,
      earlier: earlierThan(this.#iso(), this.recent, [], known),
      approvals: approvalsInForce(known, this.#iso()),
    };
  }

  #carryOut(operation: Operation, passedIn: SchoolId | undefined): void {
    const schoolId = schoolIn(operation);
    this.there.set(schoolId, (this.there.get(schoolId) ?? 0) - 1);
    this.#due.set(schoolId, (this.#due.get(schoolId) ?? 0) - 1);
    const counts = passedIn !== undefined;
    this.lost.push({ schoolId, at: this.now, countsInSchool: counts, countsInDistrict: counts });
    if (passedIn !== undefined) this.recent.add(changesBy([{ ...operation, passedIn }]), this.#iso());
  }

  /** Checks what was lost within any 24 hours that end now. */
  #check(): void {
    const since = this.lost.filter(({ at }) => at > this.now - dayMs);
    const { percent, above, total } = this.settings.removals;
    const inAll = since.filter(({ countsInDistrict }) => countsInDistrict).length;
    if (inAll > total) this.wrong.push(`${inAll} in all`);
    for (const id of schools) {
      const isOf = ({ schoolId }: Lost) => schoolId === id;
      const before = (this.there.get(id) ?? 0) + since.filter(isOf).length;
      const count = since.filter((one) => isOf(one) && one.countsInSchool).length;
      if (count > above && count * 100 > before * percent) this.wrong.push(`${count} of ${before} in ${id}`);
    }
  }

  #iso(): string {
    return new Date(this.now).toISOString();
  }
}

function schoolIn(operation: Operation): SchoolId {
  return asSchoolId('sectionId' in operation ? (operation.sectionId.split('-')[0] ?? '') : '');
}

const settings = fc
  .record({ percent: fc.nat(40), above: fc.nat(30), total: fc.integer({ min: 10, max: 150 }) })
  .map((removals) => ({ ...guardSchema.parse({}), removals }));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ lose: fc.constantFrom(...schools), count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 6, arbitrary: fc.record({ run: fc.nat(1), killedAfter: fc.constantFrom(0, 1, 5, 1000, 1000, 1000) }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 9 * hourMs }) }) },
  { weight: 1, arbitrary: fc.record({ approve: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
);
const steps = fc.array(step, { maxLength: 60 });
const stocks = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 3, maxLength: 3 });

function play(district: District, all: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]): void {
  for (const one of all) {
    if ('lose' in one) district.lose(one.lose, one.count);
    else if ('run' in one) district.run(one.run, one.killedAfter);
    else if ('wait' in one) district.now += one.wait;
    else if ('approve' in one) district.approve(one.approve);
    else district.restart();
  }
}

t.test('however a mass removal is sliced, no 24 hours lose more without approval than one plan may', async (t) => {
  const { numRuns, seed } = histories(t, []);
  const property = fc.property(settings, stocks, steps, (settings, there, all) => {
    const district = new District(settings, there);
    play(district, all);
    if (district.wrong.length > 0) throw new Error(district.wrong.join('\n'));
  });
  fc.assert(property, { numRuns: numRuns * 100, seed });
  t.pass('whoever cuts it');
});

t.test('slices more than a day apart do not count together', async (t) => {
  const property = fc.property(
    settings,
    fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 25 * hourMs, max: 90 * hourMs })), {
      maxLength: 12,
    }),
    (settings, slices) => {
      const district = new District(settings, [1000, 1000, 1000]);
      for (const [count, pause] of slices) {
        const alone = new District(settings, [...district.there.values()]);
        for (const one of [alone, district]) {
          one.lose(asSchoolId('1'), count);
          one.run(0, 1000);
        }
        const held = alone.lost.length === 0;
        if (held) district.approve(0);
        district.run(0, 1000);
        if (district.there.get(asSchoolId('1')) !== (alone.there.get(asSchoolId('1')) ?? 0) - (held ? count : 0))
          throw new Error(`${count} after ${district.lost.length}`);
        district.now += pause;
      }
    },
  );
  fc.assert(property, { numRuns: 200, seed: 1 });
  t.pass('each was judged alone');
});

t.test('a hold lists what is planned and what was done before, each by its kind', async (t) => {
  const of = (plan: Operation[], earlier: number, there: number) => {
    const [hold] = guard(plan, {
      settings: guardSchema.parse({}),
      schoolOf: () => asSchoolId('1'),
      there: () => there,
      changing: ({ operations }) => operations,
      source: () => ({ counts: {}, yearId: undefined, sections: new Set<string>() }),
      lastGood: () => undefined,
      earlier: { inSchool: () => earlier, inDistrict: () => 0 },
      approvals: new Map(),
    }).holds;
    return hold;
  };
  const many = (make: (number: number) => Operation) => Array.from({ length: 12 }, (_, number) => make(number));
  const removals = many((number) => removal(asSchoolId('1'), number));
  t.match(of(removals, 95, 905), {
    ...{ count: 12, there: 905, earlier: 95 },
    reason:
      '12 class memberships of the school would end, after 95 within 24 hours: 107 of 1000 (11 %); the limit is 10 %.',
  });
  t.equal(of(removals, 88, 912), undefined, 'what has ended is part of what was there');
  const sectionId = asSectionId('1-0');
  const added = many((number) => {
    const repair = { kind: 'addMembers', sectionId, people: [`students:${number}`], repair: true } as const;
    return { ...repair, key: classKey(sectionId), people: [...repair.people], reason: '' };
  });
  t.match(of(added, 95, 1000), {
    reason:
      'Somebody ended 12 class memberships of the school in Microsoft 365, after 95 within 24 hours: 107 of 1000 (11 %); the limit is 10 %.',
  });
  t.equal(of(added, 88, 1000), undefined, 'what was added again is there');
  const disabled = many((number) => {
    return { kind: 'disableUser', key: `students:${number}`, personKey: `students:${number}`, reason: '' };
  });
  t.equal(of(disabled, 88, 1000), undefined);
  t.ok(of(disabled, 89, 1000), 'a disabled account is still one of the school');
});
