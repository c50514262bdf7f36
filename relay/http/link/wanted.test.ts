/** The relay refuses and does not store what no profile asks for, whatever an agent sends. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { closeCodes } from '../../../shared/link.ts';
import type { Bucket, Kind } from '../../../shared/roster.ts';
import { parseProfile } from '../../profile/profile.ts';
import { setProfile } from '../../store/profiles/profiles.ts';
import { changedSince, readRecords } from '../../store/roster/mirror.ts';
import { connected, setUp, testProfile } from '../../testing/relay-double.ts';

const oneSchool = parseProfile({ ...testProfile, schools: ['12'] }, 'test');
const students = (schoolId: string): Bucket => ({ kind: 'student', schoolId });
const term = { id: '1', name: 'Year', yearId: '36', startDate: '2026-08-20', endDate: '2027-06-10' };
const school = { id: '12', name: 'Oak', schoolNumber: '12' };

t.test('a batch with a field, school or bucket that nobody asked for is refused as a whole', async (t) => {
  const { relay, tenant, agent } = await setUp(t, { profile: oneSchool });
  const double = await connected(relay, agent);
  await double.hello();
  await double.acked(double.begin(randomUUID()));
  const unwanted: [Bucket, Record<string, unknown>, RegExp][] = [
    [students('12'), { id: '1', surname: 'Lovelace' }, /sent surname of students, which no profile asks for/],
    [students('12'), { id: '1', secondaryEmail: 'ada@example.org' }, /secondaryEmail/],
    [students('12'), { id: '1', preRegistered: true }, /preRegistered/],
    [students('13'), { id: '1' }, /the students of school 13/],
    [students('district'), { id: '1' }, /the students of the district/],
    [{ kind: 'term', schoolId: '13' }, term, /the terms of school 13/],
    [{ kind: 'school', schoolId: '12' }, school, /the schools of school 12/],
    [{ kind: 'school', schoolId: 'district' }, { ...school, principalEmail: 'oak@example.org' }, /principalEmail/],
    [
      { kind: 'section', schoolId: '12' },
      { id: '1', termId: '1', sectionNumber: '1', courseNumber: 'M', courseName: 'Math', period: '2' },
      /period/,
    ],
  ];
  for (const [bucket, record, message] of unwanted) {
    double.batch(bucket, [{ id: '99' }, record].slice(bucket.kind === 'student' ? 0 : 1), [], 2);
    t.match(await double.next('error'), { code: 'RECORDS_NOT_WANTED', message });
  }
  t.same(await relay.store.withTenant(tenant.id, (scope) => changedSince(scope, 0)), [], 'nothing is stored');
  await double.acked(double.batch(students('12'), [{ id: '1', grade: '9', studentNumber: '4000' }], [], 2));
  await double.acked(double.batch({ kind: 'term', schoolId: '12' }, [term]));
  await double.acked(double.batch({ kind: 'school', schoolId: 'district' }, [school]));
  for (let last = ''; last !== 'LINK_LIMIT_EXCEEDED'; ) {
    for (let at = 0; at < 30; at++) double.batch(students('13'), [{ id: '1' }], [], 5);
    last = (await double.next('error')).code;
  }
  t.equal(await double.closed, closeCodes.protocol, 'an agent that continues is disconnected');
});

t.test('a district without a profile is asked only for its schools', async (t) => {
  const { relay, tenant, agent } = await setUp(t);
  const double = await connected(relay, agent);
  await double.hello();
  await double.acked(double.begin(randomUUID()));
  const rest: [Kind, Record<string, unknown>][] = [
    ['term', term],
    ['student', { id: '1' }],
    ['teacher', { id: '1' }],
    ['studentEnrollment', { id: '1', sectionId: '1', studentId: '1' }],
  ];
  for (const [kind, record] of rest) {
    double.batch({ kind, schoolId: '12' }, [record], [], 2);
    t.match(await double.next('error'), { code: 'RECORDS_NOT_WANTED' });
  }
  await double.acked(double.batch({ kind: 'school', schoolId: 'district' }, [school], [], 2));
  const kept = await relay.store.withTenant(tenant.id, (scope) => changedSince(scope, 0));
  t.match(kept, [{ kind: 'school', id: '12' }]);
  t.equal(kept.length, 1);
});

t.test('an agent follows its welcome until its next hello, and then deletes what is no longer wanted', async (t) => {
  let now = Date.now();
  const clock: Clock = { now: () => now, sleep: (ms, signal) => systemClock.sleep(ms, signal) };
  const { relay, tenant, agent } = await setUp(t, { profile: testProfile, clock });
  const early = await connected(relay, agent);
  await early.hello();
  await early.acked(early.begin(randomUUID()));
  await early.acked(early.batch(students('13'), [{ id: '1', grade: '9' }]));
  const set = (change: object) =>
    relay.store.withTenant(tenant.id, (scope) =>
      setProfile(scope, parseProfile({ ...testProfile, ...change }, 'test'), new Date()),
    );
  await set({ schools: ['12'], properties: {} });
  t.equal((await early.next('command')).name, 'settings');
  await early.acked(early.batch(students('13'), [{ id: '2', grade: '9' }]));
  t.equal(early.pending('error'), 0, 'a change of settings in flight is not counted as misuse');
  now += 61_000;
  t.equal(await early.closed, 1001, 'an agent that continues as before is made to reconnect');

  const later = await connected(relay, agent);
  t.same((await later.hello()).wanted.schools, ['12']);
  await later.acked(later.begin(randomUUID()));
  later.send({ type: 'manifest.get', bucket: students('13') });
  const gone = (await later.next('manifest')).entries.map(([id]) => id);
  t.same(gone, ['1', '2']);
  await later.acked(later.batch(students('13'), [], gone));
  t.same(await relay.store.withTenant(tenant.id, (scope) => readRecords(scope, 'student')), []);
});
