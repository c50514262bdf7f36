/**
 * People and objects that are gone from PowerSchool: since when, whose they were, and what the profile does about them.
 */

import fc from 'fast-check';
import t from 'tap';
import { type AppliedState, nothingApplied, uncertainKey } from '../model/applied-state.ts';
import { asSchoolId, asSectionId, classKey, idIn, type Keys, noKeys } from '../model/keys.ts';
import { personKey } from '../model/person-key.ts';
import { endings } from '../profile/life.ts';
import { type Profile, parseProfile } from '../profile/profile.ts';
import { scopeOf } from '../profile/scope.ts';
import { applyAll, desire, profile, type Roster, small, today } from '../testing/planning.ts';
import { allHeld, type Departures, departedBy, lookForDepartures } from './departures.ts';
import { makePlan } from './plan.ts';

const withPolicies = (policies: object, name = 'test', more: object = {}): Profile =>
  parseProfile({ ...profile, name, policies, ...more }, name);
const everything = { studentGone: 'disable', teacherGone: 'disable', sectionGone: [...endings], goneForDays: 10 };
const nobody: Roster = { ...small, section: [], student: [], teacher: [], studentEnrollment: [], teacherRoster: [] };
const keys: Keys = {
  ...noKeys(),
  people: new Set(['students:10', 'teachers:20']),
  sections: new Set([asSectionId('5')]),
};
const all: Departures = new Map([...keys.people, classKey(asSectionId('5'))].map((key) => [key, '2026-11-14']));

function done(): AppliedState {
  const applied = nothingApplied();
  applyAll(makePlan(desire(small).desired, applied), applied);
  return applied;
}

function departed(
  applied: AppliedState,
  by: Profile,
  { gone = all, date = today, others = [] as Profile[] }: { gone?: Departures; date?: string; others?: Profile[] } = {},
) {
  const roster = { people: new Map(), sections: new Map() };
  return departedBy({ profile: by, scope: scopeOf(by, [by, ...others]), roster, applied }, gone, keys, date);
}

t.test('a policy acts once the days have passed, and not before', async (t) => {
  const applied = done();
  const by = withPolicies(everything);
  t.same([...departed(applied, by, { date: '2026-11-23' }).people], []);
  const due = departed(applied, by, { date: '2026-11-24' });
  t.same([...due.people.keys()], ['students:10', 'teachers:20']);
  t.same(due.classes.get(asSectionId('5')), { since: '2026-11-14', endings: [...endings] });
  t.same(departed(applied, withPolicies({})).people.size, 0, 'nothing without a policy');
});

t.test("this profile does not retire a person who was in another profile's school", async (t) => {
  const applied = done();
  const by = withPolicies(everything, 'test', { schools: ['2'] });
  t.same([...departed(applied, by).people], []);
  const both = withPolicies(everything, 'test', { schools: ['1'] });
  applied.schoolUsers.set(asSchoolId('3'), new Set(['students:10']));
  const other = withPolicies({}, 'other', { schools: ['3'] });
  t.same([...departed(applied, both, { others: [other] }).people.keys()], ['teachers:20']);
});

t.test('retires everything once, with its reason, and teachers stay in their class', async (t) => {
  const applied = done();
  const retire = () => makePlan(desire(nobody).desired, applied, departed(applied, withPolicies(everything)), today);
  const plan = retire();
  t.match(plan, [
    { kind: 'removeMember', personKey: 'students:10' },
    { kind: 'disableUser', key: 'students:10', reason: 'the person has been gone from PowerSchool since 2026-11-14' },
    { kind: 'disableUser', key: 'teachers:20' },
    { kind: 'expireClass', before: { displayName: 'Math - 2' }, body: { displayName: 'Exp1126_Math - 2' } },
    { kind: 'archiveTeam', key: 'class:5' },
  ]);
  applyAll(plan, applied);
  t.same(retire(), []);
  applied.uncertain.add(uncertainKey('retired', 'disabled', 'students:10'));
  t.match(retire(), [{ kind: 'disableUser', key: 'students:10' }], 'again if the answer was lost');
});

t.test('signs out a person whose account is disabled once, if the profile says so', async (t) => {
  const applied = done();
  const retire = (policies: object) =>
    makePlan(desire(nobody).desired, applied, departed(applied, withPolicies(policies)), today).map(
      ({ kind, key }) => `${kind} ${key}`,
    );
  const disables = { studentGone: 'disable', goneForDays: 0 };
  const signsOut = { ...disables, revokeSessions: true };
  t.same(retire({ revokeSessions: true }), [], 'signs out nobody whose account stays in use');
  t.same(retire(signsOut), ['disableUser students:10', 'revokeSessions students:10']);
  applyAll(makePlan(desire(nobody).desired, applied, departed(applied, withPolicies(disables)), today), applied);
  t.same(retire(disables), []);
  t.same(retire(signsOut), ['revokeSessions students:10'], 'later, if the option was off before');
  applyAll(makePlan(desire(nobody).desired, applied, departed(applied, withPolicies(signsOut)), today), applied);
  t.same(retire(signsOut), []);
});

t.test('marks the name that someone gave the class by hand', async (t) => {
  const applied = done();
  applied.renamed.set(asSectionId('5'), 'Math with Kim');
  const by = withPolicies({ sectionGone: ['markExpired'], goneForDays: 0 });
  t.match(makePlan(desire(nobody).desired, applied, departed(applied, by), today), [
    { body: { displayName: 'Exp1126_Math with Kim' } },
  ]);
});

t.test('for any policies and any moment, coming back undoes every retirement', async (t) => {
  // A new policy has to define its random values here.
  const policies = fc.record<{ [name in keyof Profile['policies']]: unknown }>({
    ...{ studentLeftClass: fc.constant('remove'), teacherLeftClass: fc.constant('keep') },
    ...{ studentTermEnded: fc.constant(null), teacherTermEnded: fc.constant(null), schoolGone: fc.constant('keep') },
    studentGone: fc.constantFrom('keep', 'disable'),
    teacherGone: fc.constantFrom('keep', 'disable'),
    sectionGone: fc.oneof(fc.constant('keep'), fc.subarray([...endings], { minLength: 1 })),
    revokeSessions: fc.boolean(),
    goneForDays: fc.nat(20),
  });
  const classes = fc.constantFrom({}, { displayName: 'create-only' });
  fc.assert(
    fc.property(policies, classes, fc.subarray([...all.keys()]), (chosen, classOptions, gone) => {
      const by = parseProfile({ ...profile, policies: chosen, classes: classOptions }, 'test');
      const [start, applied] = [nothingApplied(), nothingApplied()];
      for (const state of [start, applied]) applyAll(makePlan(desire(small, by).desired, state), state);
      const left = new Map([...all].filter(([key]) => gone.includes(key)));
      const away = departed(applied, by, { gone: left });
      applyAll(makePlan(desire(nobody, by).desired, applied, away, today), applied);
      const back = makePlan(desire(small, by).desired, applied);
      applyAll(back, applied);
      t.same(
        [...applied.retired.values()].flatMap((items) => [...items]),
        [],
      );
      t.same([...applied.classes], [...start.classes]);
      t.same(
        [...applied.members].map(([id, people]) => [id, new Set(people)]),
        [...start.members].map(([id, people]) => [id, new Set(people)]),
      );
      t.same(makePlan(desire(small, by).desired, applied), []);
    }),
  );
});

t.test('notices departures both by what changed and by looking at everything', async (t) => {
  const { classes } = done();
  const accounts = new Map([...keys.people].map((key) => [key, `object-${key}`]));
  const rosterOf = (world: Roster) => ({
    people: new Map([...world.student, ...world.teacher].map((one) => [personKey(`${one.kind}s`, one.id), one])),
    sections: new Map(world.section.map((one) => [one.id, one])),
  });
  fc.assert(
    fc.property(fc.subarray(['10', '20', '5']), fc.subarray([...all.keys()]), (here, known) => {
      const world = {
        ...small,
        student: small.student.filter(({ id }) => here.includes(id)),
        teacher: small.teacher.filter(({ id }) => here.includes(id)),
        section: small.section.filter(({ id }) => here.includes(id)),
      };
      const held = { roster: rosterOf(world) as never, accounts, applied: { classes } };
      const departures: Departures = new Map(known.map((key) => [key, today]));
      const news = lookForDepartures(departures, allHeld(held, departures), held);
      t.same(lookForDepartures(departures, keys, held), news);
      const now = new Set(known).union(new Set(news.gone)).difference(new Set(news.back));
      const missing = [...all.keys()].filter((key) => !here.includes(idIn(key)));
      t.same(now, new Set(missing));
    }),
  );
});
