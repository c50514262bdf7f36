import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { digestOf, digestToText } from '../../shared/digest.ts';
import type { Bucket } from '../../shared/roster.ts';
import { Baselines, noDigest } from './baselines.ts';
import { BucketDiff } from './diff.ts';
import { fingerprintOf, ProbeMemory } from './probe-memory.ts';

const hashOf = (text: string) => Buffer.from(text.padEnd(16, '.')).toString('hex').slice(0, 32);
const bucket: Bucket = { kind: 'student', schoolId: '12' };

t.test('a diff applied to the baseline equals the reading, whatever the order of the records', async (t) => {
  const ids = fc.dictionary(fc.constantFrom(...'abcdefghij'), fc.constantFrom('1', '2', '3'));
  fc.assert(
    fc.property(ids, ids, fc.boolean(), (before, now, backwards) => {
      const baseline = new Map(Object.entries(before));
      const diff = new BucketDiff(baseline);
      const reading = backwards ? Object.entries(now).reverse() : Object.entries(now);
      const upserts = reading.filter(([id, hash]) => diff.take(id, hash));
      const gone = diff.gone();

      const applied = new Map(baseline);
      for (const [id, hash] of upserts) applied.set(id, hash);
      const withGone = Object.fromEntries(diff.withGone());
      const keepsGone = JSON.stringify(Object.entries(withGone).sort()) === JSON.stringify([...applied].sort());
      for (const id of gone) applied.delete(id);
      const isReading = JSON.stringify([...applied].sort()) === JSON.stringify(Object.entries(now).sort());
      const minimal = upserts.every(([id, hash]) => baseline.get(id) !== hash) && gone.every((id) => !(id in now));
      return keepsGone && isReading && minimal;
    }),
  );
  t.pass();
});

t.test('keeps buckets and digests across a restart, readable only by their owner', async (t) => {
  const folder = join(t.testdir({}), 'baseline');
  const baselines = new Baselines(folder);
  await baselines.scan();
  t.same(baselines.keys(), []);
  const hashes = new Map([
    ['1', hashOf('one')],
    ['2', hashOf('two')],
  ]);
  await baselines.save(bucket, hashes);
  await baselines.save({ kind: 'school', schoolId: 'district' }, new Map([['9', hashOf('nine')]]));

  const again = new Baselines(folder);
  await again.scan();
  t.same(again.keys().sort(), ['school:district', 'student:12']);
  t.same(again.digest('student:12'), digestToText(digestOf(hashes.values())));
  t.same(again.digest('student:13'), noDigest);
  t.same(again.recordsByKind(), {
    ...{ school: 1, term: 0, section: 0, student: 2, teacher: 0, studentEnrollment: 0, teacherRoster: 0 },
  });
  t.same(await again.load(bucket), hashes);
  t.equal((await stat(join(folder, 'student-12.json'))).mode & 0o777, 0o600);
  t.equal((await stat(folder)).mode & 0o777, 0o700);

  await again.save(bucket, new Map());
  t.same(await readdir(folder), ['school-district.json'], 'an empty bucket leaves no file');
  t.same(again.digest('student:12'), noDigest);
});

t.test('treats an unreadable bucket as missing', async (t) => {
  const folder = join(t.testdir({}), 'baseline');
  const baselines = new Baselines(folder);
  await baselines.save(bucket, new Map([['1', hashOf('one')]]));
  const file = join(folder, 'student-12.json');
  const good = await readFile(file, 'utf8');
  const anotherHash = hashOf('other');
  const heads = ['', '{', '[]', good.replace('student:12', 'student:13'), good.replace('"count"', '"kount"')];
  const bodies = [
    good.slice(0, -3),
    good.replace(/\[\["1","[0-9a-f]{32}/, `[["1","${anotherHash}`),
    good.replace('[["1"', '[[1'),
  ];
  for (const harm of [...heads, ...bodies]) {
    t.not(harm, good);
    await writeFile(file, harm);
    t.equal(await baselines.load(bucket), undefined, harm);
    const again = new Baselines(folder);
    await again.scan();
    t.same(again.keys(), heads.includes(harm) ? [] : ['student:12'], harm);
  }
  await writeFile(join(folder, 'student-12.json.77.tmp'), '{');
  await new Baselines(folder).scan();
  t.notOk(
    (await readdir(folder)).some((name) => name.endsWith('.tmp')),
    'left by a power failure',
  );
});

t.test('keeps the ids of missing records only for the cycle that found them', async (t) => {
  const baselines = new Baselines(join(t.testdir({}), 'baseline'));
  const cycle = '0d0c9a4e-5a0b-4a53-9a43-2f7f0a6b1c11';
  await baselines.save(bucket, new Map([['1', hashOf('one')]]), { cycle, ids: ['1'] });
  t.same(await baselines.goneIn(bucket, cycle), ['1']);
  t.same(await baselines.goneIn(bucket, 'another'), []);
  t.same(await baselines.goneIn({ kind: 'term', schoolId: '12' }, cycle), []);
});

t.test('no bucket name can escape the folder', async (t) => {
  const root = t.testdir({});
  const baselines = new Baselines(join(root, 'state', 'baseline'));
  for (const schoolId of ['../../evil', '/etc/x', 'a\\b', 'NUL:', '.', 'ü', '12/../13']) {
    await baselines.save({ kind: 'student', schoolId }, new Map([['1', hashOf(schoolId)]]));
    t.ok(await baselines.load({ kind: 'student', schoolId }));
  }
  t.same(await readdir(root), ['state']);
  t.same(await readdir(join(root, 'state')), ['baseline']);
  t.equal((await readdir(join(root, 'state', 'baseline'))).length, 7);
});

t.test('discards the remembered probe when fields, schools or salt change', async (t) => {
  const path = join(t.testdir({}), 'probe.json');
  const welcome = { salt: 'a'.repeat(64), wanted: { schools: ['2', '1'], fields: { student: ['surname', 'grade'] } } };
  const fingerprint = fingerprintOf(welcome, 'powerquery');
  t.equal(
    fingerprintOf(
      { ...welcome, wanted: { schools: ['1', '2'], fields: { student: ['grade', 'surname'] } } },
      'powerquery',
    ),
    fingerprint,
  );
  for (const other of [
    { ...welcome, salt: 'b'.repeat(64) },
    { ...welcome, wanted: { ...welcome.wanted, schools: null } },
    { ...welcome, wanted: { ...welcome.wanted, schools: [] } },
    { ...welcome, wanted: { ...welcome.wanted, fields: { teacher: ['surname', 'grade'] } } },
  ]) {
    t.not(fingerprintOf(other, 'powerquery'), fingerprint);
  }
  t.not(fingerprintOf(welcome, 'rest'), fingerprint, 'the fingerprint of one source does not match the other');
  const memory = new ProbeMemory(path);
  const leftOut = new Map([['student:1', [{ id: '9', field: 'grade', fault: 'too long' as const }]]]);
  await memory.save(fingerprint, new Map([['student:1', { records: 2, hash: '5' }]]), leftOut);
  const again = new ProbeMemory(path);
  await again.load();
  t.equal(again.of(fingerprint).size, 1);
  t.same(again.leftOut(fingerprint), leftOut);
  t.equal(again.leftOut('other').size, 0);
  t.equal(again.of('other').size, 0);
  await writeFile(path, 'broken');
  await again.load();
  t.equal(again.of(fingerprint).size, 0);
});

t.test('a folder that cannot be written causes an error that names the file', async (t) => {
  if (process.getuid?.() === 0) return t.pass('root writes everywhere');
  const folder = join(t.testdir({}), 'baseline');
  await mkdir(folder);
  await chmod(folder, 0o500);
  await t.rejects(new Baselines(folder).save(bucket, new Map([['1', hashOf('one')]])), {
    code: 'STATE_UNWRITABLE',
    message: /student-12\.json/,
  });
});
