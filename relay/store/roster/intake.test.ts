import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { digestOf, digestToText, recordHash } from '../../../shared/digest.ts';
import { fromWire } from '../../../shared/frames.ts';
import { atOnce } from '../../../shared/in-parts.ts';
import { type Bucket, bucketKey, kinds } from '../../../shared/roster.ts';
import { openFreshStore } from '../../testing/fresh-store.ts';
import type { Store } from '../store.ts';
import { createTenant } from '../tenants/system.ts';
import { applyBatch, beginCycle, commitCycle, partsOf, rowsOf } from './intake.ts';
import { bucketsOfOpenCycle, changedSince, digests, isSettled, manifest, mirrorState, readRecords } from './mirror.ts';

const now = new Date('2026-09-01T08:00:00Z');
const students: Bucket = { kind: 'student', schoolId: '12' };
const terms: Bucket = { kind: 'term', schoolId: '12' };
const term = (id: string, name = 'Year') => ({
  id,
  name,
  yearId: '36',
  startDate: '2026-08-20',
  endDate: '2027-06-10',
});

async function mirror(t: Pick<Tap, 'teardown'>) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  return { store, ...(await tenantIn(store, 'contoso')) };
}
type Tap = typeof t;

async function tenantIn(store: Store, slug: string) {
  const tenant = await store.system((scope) =>
    createTenant(scope, { slug, name: slug, graphTenantId: randomUUID() }, now),
  );
  const cycle = randomUUID();
  const within = <T>(fn: Parameters<typeof store.withTenant<T>>[1]) => store.withTenant(tenant.id, fn);
  const { salt } = await within(({ db }) =>
    db.selectFrom('tenant').select('salt').where('id', '=', tenant.id).executeTakeFirstOrThrow(),
  );
  return {
    cycle,
    within,
    salt,
    begin: () => within((scope) => beginCycle(scope, cycle)),
    apply: (bucket: Bucket, upserts: Record<string, unknown>[], deletes: string[] = []) =>
      within((scope) => applyBatch(scope, cycle, bucket, atOnce(rowsOf(salt, { bucket, upserts, deletes })))),
    commit: (buckets: Parameters<typeof commitCycle>[2] = []) =>
      within((scope) => commitCycle(scope, cycle, buckets, now)),
    digestOf: (bucket: Bucket, records: Record<string, unknown>[]) => ({
      ...bucket,
      digest: digestToText(digestOf(records.map((fields) => recordHash(salt, fromWire(bucket, fields))))),
    }),
  };
}

t.test('takes a batch in, and the same batch again changes nothing', async (t) => {
  const { begin, apply, commit, within, digestOf } = await mirror(t);
  await begin();
  const ada = { id: '1', givenName: "O'Brien", surname: 'Łukasiewicz "Q" \\ \u2028', grade: '9' };
  t.equal(await apply(students, [ada, { id: '2' }]), 2);
  t.equal(await apply(students, [ada, { id: '2' }]), 0);
  t.same(await within(digests), [digestOf(students, [ada, { id: '2' }])]);
  t.match(await commit([digestOf(students, [ada, { id: '2' }])]), { settled: true, records: 2, repair: [] });
  t.same(await within((scope) => readRecords(scope, 'student')), [
    { kind: 'student', schoolId: '12', ...ada },
    { kind: 'student', schoolId: '12', id: '2' },
  ]);
});

t.test('deletes, erases what was known, and a late delete changes nothing', async (t) => {
  const { begin, apply, commit, within } = await mirror(t);
  await begin();
  await apply(students, [{ id: '1', surname: 'Lovelace' }, { id: '2' }]);
  await commit();
  await begin();
  t.equal(await apply(students, [], ['1', '9']), 1);
  t.equal(await apply(students, [], ['1']), 0);
  await commit();
  t.same(await within((scope) => changedSince(scope, 1)), [{ ...students, id: '1', record: undefined }]);
  const rows = await within(({ db }) =>
    db.selectFrom('record').select(['data', 'hash']).where('id', '=', '1').execute(),
  );
  t.same(rows, [{ data: '{}', hash: '' }]);
  await begin();
  t.equal(await apply(students, [{ id: '1', surname: 'Lovelace' }]), 1, 'and comes back');
  t.equal((await within((scope) => readRecords(scope, 'student'))).length, 2);
  t.equal(await apply(students, [{ id: '1', surname: 'Lovelace' }], ['1']), 0, 'in both: the upsert counts');
});

t.test('refuses a batch with one bad record as a whole', async (t) => {
  const { begin, apply, within } = await mirror(t);
  await begin();
  await t.rejects(apply(terms, [term('1'), { ...term('2'), startDate: 'yesterday' }]), { code: 'FRAME_MALFORMED' });
  await t.rejects(
    apply(students, [{ id: '1', lunchDebt: '3.20' }]),
    { code: 'FRAME_MALFORMED' },
    'no unknown property',
  );
  t.same(await within((scope) => readRecords(scope, 'term')), []);
  t.same(await within(digests), []);
});

t.test('a cycle settles only with the digests that the agent computed', async (t) => {
  const { begin, apply, commit, within, digestOf } = await mirror(t);
  t.equal(await within(isSettled), false, 'nothing has ever committed');
  await begin();
  await apply(terms, [term('1')]);
  const wrong = digestOf(terms, [term('1', 'Semester')]);
  t.match(await commit([wrong]), { settled: false, repair: [terms] });
  t.match(await within(mirrorState), { settled: false, version: 0, committedAt: null });
  t.same((await within((scope) => bucketsOfOpenCycle(scope, undefined))).buckets, [terms]);
  await begin();
  t.match(await commit([digestOf(terms, [term('1')]), digestOf(students, [])]), { settled: true });
  t.match(await within(mirrorState), { settled: true, version: 1, committedAt: now.toISOString() });
});

t.test('the version grows only when something changed', async (t) => {
  const { begin, apply, commit, within } = await mirror(t);
  for (const [name, version] of [
    ['a', 1],
    ['a', 1],
    ['b', 2],
  ] as const) {
    await begin();
    await apply(terms, [term('1', name), term('2')]);
    t.equal(await within(isSettled), false);
    await commit();
    t.match(await within(mirrorState), { version, settled: true });
  }
  t.match(await within((scope) => changedSince(scope, 1)), [{ id: '1', record: { name: 'b' } }]);
  t.same(await within((scope) => changedSince(scope, 2)), []);
});

t.test('a cycle that another one overtook can change nothing more', async (t) => {
  const { begin, apply, commit, within } = await mirror(t);
  await t.rejects(apply(terms, [term('1')]), { code: 'LINK_OUT_OF_ORDER' });
  await begin();
  await within((scope) => beginCycle(scope, randomUUID()));
  await t.rejects(apply(terms, [term('1')]), { code: 'LINK_OUT_OF_ORDER' });
  await t.rejects(commit(), { code: 'LINK_OUT_OF_ORDER' });
});

t.test('a manifest comes in parts, without gap or repetition', async (t) => {
  const { begin, apply, within } = await mirror(t);
  await begin();
  const ids = Array.from({ length: 25 }, (_, at) => String(at * 7));
  await apply(
    students,
    ids.map((id) => ({ id })),
    ['7'],
  );
  const parts: string[] = [];
  for (let after = ''; ; ) {
    const part = await within((scope) => manifest(scope, students, after, 10));
    parts.push(...part.map(([id]) => id));
    if (part.length < 10) break;
    after = part.at(-1)?.[0] ?? '';
  }
  t.same(parts, ids.toSorted());
});

t.test('two tenants with the same ids never see each other', async (t) => {
  const { store, ...one } = await mirror(t);
  const two = await tenantIn(store, 'fabrikam');
  for (const tenant of [one, two]) {
    await tenant.begin();
    await tenant.apply(terms, [term('1', tenant === one ? 'One' : 'Two')]);
  }
  await one.apply(terms, [], ['1']);
  await two.commit();
  t.same(await one.within((scope) => readRecords(scope, 'term')), []);
  t.match(await two.within((scope) => readRecords(scope, 'term')), [{ name: 'Two' }]);
  t.same(await one.within(digests), []);
  t.not(one.salt, two.salt);
  t.equal(await one.within(isSettled), false);
  t.equal(await two.within(isSettled), true);
  t.same(await one.within((scope) => manifest(scope, terms, '', 10)), []);
  t.equal((await two.within((scope) => manifest(scope, terms, '', 10))).length, 1);
  await t.rejects(
    one.within((scope) => applyBatch(scope, two.cycle, terms, new Map())),
    {
      code: 'LINK_OUT_OF_ORDER',
    },
  );
});

t.test('any sequence of batches leaves digests that a recomputation confirms', async (t) => {
  const { within, begin, apply, commit, salt } = await mirror(t);
  const id = fc.constantFrom('1', '2', '3', '4', '5');
  const batch = fc.record({
    bucket: fc.record({ kind: fc.constant('student' as const), schoolId: fc.constantFrom('12', '13') }),
    upserts: fc.array(fc.record({ id, grade: fc.constantFrom('9', '10') }), { maxLength: 6 }),
    deletes: fc.array(id, { maxLength: 4 }),
    commit: fc.boolean(),
  });
  await begin();
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 12 }), async (batches) => {
      for (const { bucket, upserts, deletes, commit: ends } of batches) {
        await apply(bucket, upserts, deletes);
        if (ends) {
          await commit();
          await begin();
        }
      }
      const perBucket = new Map<string, string[]>();
      for (const kind of kinds) {
        for (const record of await within((scope) => readRecords(scope, kind))) {
          const key = bucketKey(record);
          perBucket.set(key, [...(perBucket.get(key) ?? []), recordHash(salt, record)]);
        }
      }
      const kept = (await within(digests)).map((row) => [bucketKey(row), row.digest]);
      const computed = [...perBucket].map(([key, hashes]) => [key, digestToText(digestOf(hashes))]);
      t.strictSame(Object.fromEntries(kept), Object.fromEntries(computed));
    }),
    { numRuns: 60 },
  );
});

t.test('a batch that broke off between two parts has its digest, and applied again it is whole', async (t) => {
  const { begin, apply, commit, within, cycle, salt, digestOf } = await mirror(t);
  await begin();
  const before = Array.from({ length: 900 }, (_, id) => ({ id: String(id), grade: '8' }));
  await apply(students, before);
  const upserts = before.slice(300).map(({ id }) => ({ id, grade: Number(id) % 3 === 0 ? '8' : '9' }));
  const deletes = before.slice(0, 300).map(({ id }) => id);
  const parts = partsOf(atOnce(rowsOf(salt, { bucket: students, upserts, deletes })));
  t.ok(parts.length > 2);
  let changed = 0;
  for (const part of parts.slice(0, -1)) {
    changed += await within((scope) => applyBatch(scope, cycle, students, part));
    const there = await within((scope) => readRecords(scope, 'student'));
    const fields = there.map(({ id, grade = '' }) => ({ id, grade }));
    t.same(await within(digests), [digestOf(students, fields)]);
  }
  t.equal(await within(isSettled), false, 'nothing is provisioned of it');
  changed += await apply(students, upserts, deletes);
  t.equal(changed, 300 + 400, 'each row was changed once');
  t.match(await commit([digestOf(students, upserts)]), { settled: true, records: 600 });
});

t.test('what an open cycle has touched is found in parts, and what came before is not', async (t) => {
  const { begin, apply, commit, within } = await mirror(t);
  await begin();
  await apply(terms, [term('1')]);
  await commit();
  await begin();
  await apply({ kind: 'term', schoolId: '13' }, [term('2'), term('3')]);
  await apply(students, [{ id: '1' }, { id: '2' }, { id: '3' }]);
  const found: string[] = [];
  let parts = 0;
  let after: Bucket | undefined;
  do {
    const from: Bucket | undefined = after;
    const { buckets, next } = await within((scope) => bucketsOfOpenCycle(scope, from, 1));
    found.push(...buckets.map(bucketKey));
    after = next;
    parts += 1;
  } while (after !== undefined);
  t.equal(parts, 3);
  t.same(found, [bucketKey(students), bucketKey({ kind: 'term', schoolId: '13' })]);
});

t.test('a batch without rows is one part, which still asks for the cycle', async (t) => {
  t.equal(partsOf(new Map()).length, 1);
});
