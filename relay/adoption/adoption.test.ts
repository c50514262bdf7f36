/** Whose an object is: what its stamps say, and what adoption decides from them. */
import fc from 'fast-check';
import t from 'tap';
import { commonPart } from '../model/body.ts';
import type { StampedObject } from '../model/stamp.ts';
import { decideAdoption, type Unadopted } from './decide.ts';
import { classStamp, schoolStamp, userStamp } from './stamp.ts';

const section = (id: string, more: Partial<Unadopted> = {}): Unadopted => ({
  key: `class:${id}`,
  kind: 'class',
  dcid: id,
  sisId: id,
  facts: { schoolId: '1', courseNumber: `C${id}` },
  ...more,
});
const student = (id: string, more: Partial<Unadopted> = {}): Unadopted => ({
  key: `students:${id}`,
  kind: 'students',
  dcid: id,
  sisId: id,
  facts: { number: `40${id}`, userName: `student${id}`, surname: 'Ito' },
  ...more,
});

function stamped(objectId: string, stamp: StampedObject['stamp'] | undefined): StampedObject[] {
  return stamp === undefined ? [] : [{ objectId, stamp }];
}

const group = (objectId: string, anchor: string | undefined, more: Record<string, string> = {}) => {
  const { mailNickname, externalId, externalSource, ...sds } = more;
  return stamped(
    objectId,
    classStamp(
      { mailNickname, externalId, externalSource },
      { ...(anchor === undefined ? {} : { AnchorId: anchor }), ...sds },
    ),
  );
};

const decide = (objects: StampedObject[], unadopted: Unadopted[], schools = ['1', '2']) => {
  const { adopted, conflicts } = decideAdoption(objects, unadopted, new Set(schools));
  const codes = [...conflicts.values()].map(({ key, code }) => `${key} ${code}`).sort();
  return { adopted: Object.fromEntries(adopted), codes };
};

t.test('finds a class by its anchor, its section id, its external id, or its address alone', async (t) => {
  const unadopted = ['1', '2', '3', '4'].map((id) => section(id));
  const objects = [
    ...group('a', 'Section_1'),
    ...group('b', undefined, { SyncSource_SectionId: '2' }),
    ...group('c', undefined, { externalId: '3', externalSource: 'sis' }),
    ...group('d', undefined, { mailNickname: 'Section_4' }),
    ...group('e', undefined, { externalId: '1', externalSource: 'manual' }),
    ...group('f', undefined, { mailNickname: 'chess' }),
    ...group('g', 'Section_99'),
  ];
  t.same(decide(objects, unadopted), {
    adopted: { 'class:1': 'a', 'class:2': 'b', 'class:3': 'c', 'class:4': 'd' },
    codes: [],
  });
});

t.test('an expired class belongs to nobody, whichever mark says that it expired', async (t) => {
  const objects = [
    ...group('a', 'Exp0625_Section_1'),
    ...group('b', 'Section_1', { Status: 'Expired' }),
    ...group('c', 'Section_1', { mailNickname: 'Exp0625_Section_1' }),
    ...group('d', undefined, { SyncSource_SectionId: 'Exp0625_1' }),
  ];
  t.same(objects, []);
  t.equal(classStamp({ externalId: 'Exp0625_1', externalSource: 'sis' }, {}), undefined);
});

t.test('contradictory stamps are a conflict for every record concerned', async (t) => {
  const unadopted = [section('1'), section('2')];
  const both = ['class:1 ContradictoryStamp', 'class:2 ContradictoryStamp'];
  const other = { externalId: '2', externalSource: 'sis' };
  t.same(decide(group('a', 'Section_1', other), unadopted), { adopted: {}, codes: both });
  t.same(decide(group('a', 'Section_1', { SyncSource_SectionId: '2' }), unadopted), { adopted: {}, codes: both });
  const unknown = { externalId: '77', externalSource: 'sis' };
  t.same(decide(group('a', 'Section_1', unknown), unadopted).codes, ['class:1 ContradictoryStamp']);
  const twin = [...group('a', 'Section_1'), ...group('b', 'Section_1')];
  t.same(decide(twin, unadopted), { adopted: {}, codes: ['class:1 DuplicateStamps'] });
  const { conflicts } = decideAdoption([...twin, ...group('c', 'Section_1', other)], unadopted, new Set());
  t.match(conflicts.get('class:1'), { objects: ['a', 'b', 'c'], reason: 'it is stamped for class 1 and class 2' });
});

t.test("does not take another column's id for ours when anything else tells them apart", async (t) => {
  const unadopted = [section('1')];
  const codes = ['class:1 ContradictoryStamp'];
  t.same(decide(group('a', 'Section_1', { CourseNumber: 'X9' }), unadopted), { adopted: {}, codes });
  t.same(decide(group('a', 'Section_1', { SyncSource_SchoolId: '2' }), unadopted), { adopted: {}, codes });
  t.same(decide(group('a', 'Section_1', { SyncSource_SchoolId: '555' }), unadopted).adopted, { 'class:1': 'a' });
  t.same(decide(group('a', 'Section_1', { CourseNumber: 'c1', SyncSource_SchoolId: '1' }), unadopted).codes, []);
});

t.test('our own stamp is no proof when a number or name shows that it comes from another server', async (t) => {
  const own = (student: object, more: object = {}) => ({
    externalSource: 'sis',
    student: { externalId: '12', ...student },
    ...more,
  });
  const found = (user: object, facts: Unadopted['facts']) => {
    const stamp = userStamp(user, {});
    const unadopted: Unadopted = { key: 'students:12', kind: 'students', dcid: '12', sisId: undefined, facts };
    return decide(stamp === undefined ? [] : [{ objectId: 'a', stamp }], [unadopted]);
  };
  const theirs = { adopted: { 'students:12': 'a' }, codes: [] };
  const nobodys = { adopted: {}, codes: ['students:12 ContradictoryStamp'] };
  const facts = { number: '4711', userName: 'ana.simic', surname: 'Šimić' };
  t.same(found(own({ studentNumber: '4711' }), facts), theirs);
  t.same(found(own({ studentNumber: '9001' }), facts), nobodys, 'number 12 on another server');
  const renamed = { userPrincipalName: 'a.marić@contoso.edu', surname: 'Marić' };
  t.same(found(own({ studentNumber: '4711' }, renamed), facts), theirs, 'the number decides');
  t.same(found(own({}, renamed), facts), nobodys, 'without a number, two differing names');
  t.same(found(own({}, { ...renamed, surname: 'šimić' }), facts), theirs, 'one name may change');
  t.same(found(own({ studentNumber: '4711' }), {}), theirs, 'when nothing is known about the person');

  const ownClass = (courseNumber: string) => {
    const stamp = classStamp({ externalId: '1', externalSource: 'sis', courseNumber }, {});
    return decide(stamp === undefined ? [] : [{ objectId: 'a', stamp }], [section('1')]);
  };
  t.same(ownClass('c1').adopted, { 'class:1': 'a' });
  t.same(ownClass('X9'), { adopted: {}, codes: ['class:1 ContradictoryStamp'] });
});

t.test('finds an account in both forms of the anchor, and requires something besides it', async (t) => {
  const teacher: Unadopted = { ...student('7'), key: 'teachers:7', kind: 'teachers' };
  const unadopted = [student('7'), teacher, student('8')];
  const user = (objectId: string, name: string, sds: Record<string, string>) =>
    stamped(objectId, userStamp({ userPrincipalName: `${name}@contoso.edu` }, sds));
  const objects = [
    ...user('v1', 'STUDENT7', { ObjectType: 'Student', AnchorId: 'Student_7' }),
    ...user('v2', 'student7', { ObjectType: 'Teacher', AnchorId: 'User_7' }),
    ...user('no', 'somebody', { ObjectType: 'Student', AnchorId: 'Student_8' }),
  ];
  const expected = { adopted: { 'students:7': 'v1', 'teachers:7': 'v2' }, codes: ['students:8 ContradictoryStamp'] };
  t.same(decide(objects, unadopted), expected);
  const numbered = (number: string) => user('n', 'any', { AnchorId: 'Student_8', StudentNumber: number });
  t.same(decide(numbered('408'), unadopted).adopted, { 'students:8': 'n' });
  t.same(decide(numbered('409'), unadopted).adopted, {});
  const own = stamped('own', userStamp({ externalSource: 'sis', student: { externalId: '8' } }, {}));
  t.same(decide(own, unadopted).adopted, { 'students:8': 'own' }, 'our own stamp is enough');
  const two = userStamp({ externalSource: 'sis', student: { externalId: '7' }, teacher: { externalId: '7' } }, {});
  t.same(decide(stamped('two', two), unadopted).codes, [
    'students:7 ContradictoryStamp',
    'teachers:7 ContradictoryStamp',
  ]);
});

t.test('uses numbers as ids if the profile says so', async (t) => {
  const unadopted = [
    student('7', { sisId: '4007' }),
    student('4007', { sisId: '9' }),
    student('1', { sisId: undefined }),
  ];
  const user = (sds: Record<string, string>, externalId?: string) =>
    stamped(
      'a',
      userStamp(
        {
          userPrincipalName: 'student7@contoso.edu',
          ...(externalId && { externalSource: 'sis', student: { externalId } }),
        },
        sds,
      ),
    );
  t.same(decide(user({ AnchorId: 'Student_4007' }), unadopted).adopted, { 'students:7': 'a' });
  t.same(
    decide(user({ AnchorId: 'Student_4007' }, '4007'), unadopted).adopted,
    { 'students:7': 'a' },
    'its own copy of the id',
  );
  t.same(decide(user({ AnchorId: 'Student_4007' }, '7'), unadopted).adopted, { 'students:7': 'a' }, 'ours, by DCID');
  t.equal(decide(user({ AnchorId: 'Student_4007' }, '4007x'), unadopted).codes.length, 1);
  const namesakes = [student('1', { sisId: '5' }), student('2', { sisId: '5' })];
  t.equal(decide(user({ AnchorId: 'Student_5' }), namesakes).codes.length, 2, 'two people with one number');
});

t.test('identifies a school by its external id, and requires its number or its name', async (t) => {
  const school = (sisId: string): Unadopted => {
    return { key: 'school:1', kind: 'school', dcid: '1', sisId, facts: { number: '100', name: 'North' } };
  };
  const one = (externalId: string, schoolNumber: string, displayName: string) =>
    stamped('s', schoolStamp({ externalId, externalSource: 'sis', schoolNumber, displayName }));
  t.same(decide(one('1', '100', 'Renamed'), [school('1')]).adopted, { 'school:1': 's' });
  t.same(decide(one('1', '900', 'NORTH'), [school('1')]).adopted, { 'school:1': 's' });
  t.equal(decide(one('1', '900', 'South'), [school('1')]).codes.length, 1);
  t.same(decide(one('100', '100', 'North'), [school('100')]).adopted, { 'school:1': 's' }, 'by its number');
  t.same(decide(one('1', '100', 'North'), [school('100')]).adopted, { 'school:1': 's' }, 'ours, whatever the reading');
});

t.test('for any directory: no object for two records, no two objects for one, in any order', async (t) => {
  const id = fc.integer({ min: 1, max: 6 }).map(String);
  const some = fc.option(id, { nil: undefined });
  const object = fc
    .record({ anchor: some, source: some, external: some, address: some, course: some })
    .map(({ anchor, source, external, address, course }) => {
      return classStamp(
        { externalId: external, externalSource: 'sis', mailNickname: address && `Section_${address}` },
        {
          ...(anchor && { AnchorId: `Section_${anchor}` }),
          ...(source && { SyncSource_SectionId: source }),
          ...(course && { CourseNumber: `C${course}` }),
        },
      );
    });
  const records = fc.uniqueArray(fc.record({ dcid: id, sisId: some }), { selector: ({ dcid }) => dcid });
  fc.assert(
    fc.property(
      fc.array(object, { maxLength: 12 }),
      records,
      fc.infiniteStream(fc.nat(1000)),
      (stamps, wanted, order) => {
        const objects = stamps.flatMap((stamp, at) => stamped(`o${at}`, stamp));
        const unadopted = wanted.map(({ dcid, sisId }) => section(dcid, { sisId }));
        const { adopted, conflicts } = decideAdoption(objects, unadopted, new Set(['1']));
        if (new Set(adopted.values()).size !== adopted.size) throw new Error('one object for two records');
        for (const key of adopted.keys()) if (conflicts.has(key)) throw new Error(`${key} both ways`);
        for (const [key, objectId] of adopted) {
          const one = unadopted.find((other) => other.key === key);
          const claims = objects.find((other) => other.objectId === objectId)?.stamp.claims ?? [];
          const isIts = claims.every((claim) => claim.id === (claim.in === 'sis' ? one?.sisId : one?.dcid));
          if (!isIts) throw new Error(`${objectId} says something else than ${key}`);
        }
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, at: order.next().value ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const again = decideAdoption(shuffled(objects), shuffled(unadopted), new Set(['1']));
        const plain = (decision: typeof again) =>
          JSON.stringify([[...decision.adopted].sort(), [...decision.conflicts].sort(([a], [b]) => (a < b ? -1 : 1))]);
        if (plain(again) !== plain({ adopted, conflicts })) throw new Error('the order matters');
      },
    ),
    { numRuns: 500 },
  );
  t.pass('it holds');
});

t.test('keeps only the values that are wanted', async (t) => {
  const there = { a: '1', b: '2', c: { d: '3', e: '4' } };
  t.same(commonPart(there, { a: '9', c: { d: '9' } }), { a: '1', c: { d: '3' } });
});

t.test('for matched people, only our own stamp counts, and only when nothing contradicts it', async (t) => {
  const matched = (id: string) => student(id, { byOwnStampAlone: true });
  const own = (objectId: string, id: string, more: object = {}, sds: Record<string, string> = {}) =>
    stamped(
      objectId,
      userStamp(
        { externalSource: 'sis', primaryRole: 'student', student: { externalId: id }, ...more } as Parameters<
          typeof userStamp
        >[0],
        sds,
      ),
    );
  t.same(decide(own('a', '1'), [matched('1')]), { adopted: { 'students:1': 'a' }, codes: [] });
  t.same(decide(own('a', '1', {}, { SyncSource_StudentId: '9' }), [matched('1')]), { adopted: {}, codes: [] });
  t.same(decide(own('a', '1', {}, { SyncSource_StudentId: '1' }), [matched('1')]), { adopted: {}, codes: [] });
  const other = { student: { externalId: '1', studentNumber: '999' } };
  t.same(decide(own('a', '1', other), [matched('1')]), { adopted: {}, codes: [] }, 'the number differs');
  const strange = { userPrincipalName: 'kim@contoso.edu', surname: 'Lee' };
  t.same(decide(own('a', '1', strange), [matched('1')]), { adopted: {}, codes: [] }, 'both user name and surname do');
  const married = { userPrincipalName: 'student1@contoso.edu', surname: 'Lee' };
  t.same(decide(own('a', '1', married), [matched('1')]), { adopted: { 'students:1': 'a' }, codes: [] });
  t.same(decide([...own('a', '1'), ...own('b', '1')], [matched('1')]), { adopted: {}, codes: [] }, 'left to the rule');
});

t.test('for an account with the properties of both roles, the primary role decides whose it is', async (t) => {
  const both = { externalSource: 'sis', student: { externalId: '1' }, teacher: { externalId: '7' } };
  const claims = (primaryRole: string | undefined) =>
    userStamp({ ...both, primaryRole }, {})?.claims.map(({ kind, id }) => `${kind}:${id}`);
  t.same(claims('teacher'), ['teachers:7']);
  t.same(claims('student'), ['students:1']);
  t.same(claims(undefined), ['students:1', 'teachers:7']);
});
