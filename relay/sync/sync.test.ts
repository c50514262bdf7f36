/** The sync engine against the Microsoft simulator, over real HTTPS and on a virtual clock. */
import t, { type Test } from 'tap';
import { RawClient } from '../../scripts/simulators/microsoft/contract/raw-client.ts';
import type { RosterRecord } from '../../shared/roster.ts';
import { type District, type Dump, type Mode, openDistrict, smallRoster } from '../testing/district.ts';

const match: Mode = { students: 'match', teachers: 'match' };
const create: Mode = { students: 'create', teachers: 'create' };
const students = 30;

async function open(t: Test, mode: Mode): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode, students, accounts: mode.students === 'match' });
  t.teardown(() => district.close());
  await district.commit(smallRoster(students));
  return district;
}

/** Membership by names that both modes and every repetition agree on: class externalId → members and owners. */
function memberships(dump: Dump): Record<string, { members: string[]; owners: string[] }> {
  const stamp = new Map(
    dump.user.map((user) => [user.id, user.student?.externalId ?? user.teacher?.externalId ?? '?']),
  );
  const named = (ids: string[] | undefined) => (ids ?? []).map((id) => stamp.get(id) ?? '?').sort();
  return Object.fromEntries(
    dump.class.map((one) => [one.externalId ?? '', { members: named(one.members), owners: named(one.owners) }]),
  );
}

function expectWhole(t: Test, dump: Dump, records: readonly RosterRecord[] = smallRoster(students)): void {
  t.same(dump.school.map((school) => school.displayName).sort(), ['School 1', 'School 2']);
  t.equal(dump.class.length, 6, 'six classes, none twice');
  t.equal(dump.user.length, students + 4, 'nobody twice');
  const expected: Record<string, { members: string[]; owners: string[] }> = {};
  for (const record of records) {
    if (record.kind === 'section') expected[record.id] = { members: [], owners: [] };
  }
  for (const record of records) {
    if (record.kind === 'studentEnrollment') expected[record.sectionId]?.members.push(record.studentId);
    if (record.kind === 'teacherRoster') {
      expected[record.sectionId]?.members.push(record.teacherId);
      expected[record.sectionId]?.owners.push(record.teacherId);
    }
  }
  for (const one of Object.values(expected)) one.members.sort();
  t.same(memberships(dump), expected);
}

t.test('matched accounts get classes with the fewest writes, and a second run writes nothing', async (t) => {
  const district = await open(t, match);
  const report = await district.run();
  t.match(report, { state: 'success', failed: 0, problems: 0 });
  expectWhole(t, await district.dump());
  // 2 schools, 34 people, 6 classes; 6 + 34 school relations; 6 owners; 15 students and a teacher fit into one request.
  t.equal(district.microsoft.stats.writes, 2 + 34 + 6 + 6 + 34 + 6 + 6);

  const { requests, writes } = district.microsoft.stats;
  t.match(await district.run(), { state: 'success', done: 0 });
  t.equal(district.microsoft.stats.writes, writes);
  t.equal(district.microsoft.stats.requests - requests, 1, 'one delta request');
});

t.test('accounts are created with a name, a license and a stamp', async (t) => {
  const district = await open(t, create);
  t.match(await district.run(), { state: 'success', failed: 0, problems: 0 });
  const dump = await district.dump();
  expectWhole(t, dump);
  const teacher = dump.user.find((user) => user.userPrincipalName === 'teacher0@contoso.edu');
  t.match(teacher, { displayName: "Kim O'Neil 0", primaryRole: 'teacher', teacher: { externalId: '90' } });
  t.ok(
    dump.user.every((user) => user.licenses?.length === 1),
    'everybody has the license',
  );
});

t.test('edits become the operations that they need', async (t) => {
  const district = await open(t, match);
  await district.run();
  const before = district.microsoft.stats.writes;
  const edited = smallRoster(students).flatMap((record): RosterRecord[] => {
    if (record.kind === 'studentEnrollment' && record.id === '301') return [];
    if (record.kind === 'section' && record.id === '50') return [{ ...record, courseName: 'Algebra' }];
    if (record.kind === 'teacherRoster' && record.id === '70') return [];
    return [record];
  });
  await district.commit([
    ...edited,
    { kind: 'studentEnrollment', id: '399', schoolId: '1', sectionId: '51', studentId: '10' },
  ]);
  t.match(await district.run(), { state: 'success', done: 3 });
  t.equal(district.microsoft.stats.writes - before, 3);
  const dump = await district.dump();
  t.equal(dump.class.find((one) => one.externalId === '50')?.displayName, 'Algebra - 1');
  const members = memberships(dump);
  t.ok(members['51']?.members.includes('10'));
  t.notOk(members['52']?.members.includes('10'), 'the dropped student is removed');
  t.ok(members['50']?.owners.includes('90'), 'the teacher who left stays');
});

t.test('whatever answers are lost, nothing is made twice and nothing is missing', async (t) => {
  for (const mode of [match, create]) {
    const district = await open(t, mode);
    for (const path of ['/education/schools', '/education/classes', '/education/users', '/groups/', '\\$ref']) {
      district.microsoft.faults.add({ match: { path }, kind: 'lost-answer', times: 2, skip: 1, delay: 0 });
    }
    district.microsoft.faults.add({
      match: { method: 'POST', path: '/education/' },
      kind: '503',
      times: 3,
      skip: 9,
      delay: 0,
    });
    t.match(await district.run(), { state: 'success', failed: 0 });
    t.same(district.microsoft.faults.waiting(), [], 'every fault was met');
    expectWhole(t, await district.dump());
  }
});

t.test('throttling slows down and loses nothing', async (t) => {
  const district = await open(t, match);
  district.microsoft.faults.add({
    match: { method: 'PATCH' },
    kind: '429',
    retryAfter: 17,
    times: 30,
    skip: 2,
    delay: 0,
  });
  const start = district.clock.now();
  t.match(await district.run(), { state: 'success', failed: 0 });
  t.ok(district.clock.now() - start >= 17_000, 'Retry-After was honored');
  expectWhole(t, await district.dump());
});

t.test('a run killed anywhere is finished by the next one, without doubles', async (t) => {
  for (const writesUntilKill of [1, 3, 20, 41, 60, 80]) {
    const district = await open(t, create);
    const kill = new AbortController();
    const { stats } = district.microsoft;
    const watch = setInterval(() => {
      if (stats.writes >= writesUntilKill) kill.abort(new Error('killed'));
    }, 1);
    await district.run({ signal: kill.signal }).catch(() => undefined);
    clearInterval(watch);
    t.match(await district.run(), { state: 'success', failed: 0 }, `killed after ${writesUntilKill} writes`);
    expectWhole(t, await district.dump());
    await district.run();
    t.match(await district.run(), { done: 0 }, 'and then there is nothing left to do');
  }
});

t.test('a relay that lost its database adopts what is there', async (t) => {
  for (const mode of [match, create]) {
    const district = await open(t, mode);
    await district.run();
    await district.forget();
    await district.commit(smallRoster(students));
    t.match(await district.run(), { state: 'success', failed: 0 });
    expectWhole(t, await district.dump());
  }
});

t.test('an account that was deleted while the changes could not be followed ends the link too', async (t) => {
  const district = await open(t, match);
  await district.run();
  await using client = new RawClient(district.microsoft);
  await client.control('DELETE', '/users/student0@contoso.edu');
  await client.control('POST', '/delta/expire');
  district.clock.advance(60_000);
  t.match(await district.run(), { state: 'errors', problems: 1 });
});

t.test('a deleted account ends the link, and the person is a problem until there is another', async (t) => {
  const district = await open(t, match);
  await district.run();
  const path = `${district.microsoft.baseUrl}/_sim/users/student0@contoso.edu`;
  const { fetch, Agent } = await import('undici');
  const dispatcher = new Agent({ connect: { ca: district.microsoft.ca } });
  t.teardown(() => dispatcher.close());
  await fetch(path, { method: 'DELETE', dispatcher });
  t.match(await district.run(), { state: 'errors', problems: 1 });
  await fetch(`${district.microsoft.baseUrl}/_sim/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ userPrincipalName: 'new@contoso.edu', mailNickname: '4000', displayName: 'New' }),
    dispatcher,
  });
  t.match(await district.run(), { state: 'success', problems: 0 });
  expectWhole(t, await district.dump());
});

t.test('a token that Graph takes no longer is replaced, in the middle of a run', async (t) => {
  const district = await open(t, match);
  await district.run();
  const { tokens } = district.microsoft.stats;
  district.clock.advance(2 * 3_600_000);
  const moved = smallRoster(students).filter(({ id }) => id !== '301');
  await district.commit(moved);
  t.match(await district.run(), { state: 'success', done: 1, failed: 0 });
  t.equal(district.microsoft.stats.tokens - tokens, 1);
});

t.test('an application without consent is told which roles are missing', async (t) => {
  const district = await open(t, match);
  district.microsoft.app.roles = ['User.Read.All'];
  await t.rejects(district.run(), { code: 'GRAPH_CONSENT_MISSING', message: /EduRoster\.ReadWrite\.All/ });
});
