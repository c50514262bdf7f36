import fc from 'fast-check';
import t from 'tap';
import {
  addHash,
  canonicalJson,
  digestFromText,
  digestOf,
  digestToText,
  emptyDigest,
  recordHash,
  removeHash,
} from './digest.ts';
import type { RosterRecord } from './roster.ts';

const hex = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex'));

t.test('a digest does not depend on the order of its records', async () => {
  fc.assert(
    fc.property(fc.array(hex), fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (hashes, random) => {
      const shuffled = [...hashes].sort(() => (random.next().value ?? 0) - 0.5);
      const one = digestToText(hashes.reduce(addHash, emptyDigest));
      const other = digestToText(shuffled.reduce(addHash, emptyDigest));
      return one.sum === other.sum && one.count === other.count;
    }),
  );
});

t.test('adding and removing a record leaves no trace, and updating equals recomputing', async () => {
  fc.assert(
    fc.property(fc.array(hex), fc.array(hex), (kept, gone) => {
      const full = [...kept, ...gone].reduce(addHash, emptyDigest);
      const reduced = digestToText(gone.reduce(removeHash, full));
      const expected = digestToText(digestOf(kept));
      return reduced.sum === expected.sum && reduced.count === expected.count;
    }),
  );
});

t.test('a digest survives its text form', async () => {
  fc.assert(
    fc.property(fc.array(hex), (hashes) => {
      const digest = digestOf(hashes);
      return digestFromText(digestToText(digest)).sum === digest.sum;
    }),
  );
});

t.test('the canonical form ignores the order of properties and absent ones', async (t) => {
  const one: RosterRecord = { kind: 'student', id: '1', schoolId: '2', username: 'ana', surname: 'Šimić' };
  const other = { surname: 'Šimić', username: 'ana', grade: undefined, schoolId: '2', id: '1', kind: 'student' };
  t.equal(canonicalJson(one), canonicalJson(other as unknown as RosterRecord));
  t.equal(canonicalJson(one), '{"id":"1","kind":"student","schoolId":"2","surname":"Šimić","username":"ana"}');
});

t.test('a hash has 32 digits and depends on the salt, the bucket and every field', async (t) => {
  const record: RosterRecord = { kind: 'student', id: '1', schoolId: '2', username: 'ana' };
  const hash = recordHash('salt', record);
  t.match(hash, /^[0-9a-f]{32}$/);
  // Computed with sha256sum: the test vector of docs/protocol.md.
  const vector: RosterRecord = { kind: 'student', id: '1', schoolId: '2', username: 'ana', surname: 'Šimić' };
  t.equal(recordHash('00'.repeat(32), vector), 'e62ff212548f407648f1b84c0fcf5f5e');
  // Fixed forever: a change of the algorithm would make every agent send everything again.
  t.equal(hash, recordHash('salt', { ...record }));
  const variants = [
    recordHash('pepper', record),
    recordHash('salt', { ...record, schoolId: '3' }),
    recordHash('salt', { ...record, username: 'anb' }),
    recordHash('salt', { ...record, surname: 'x' }),
  ];
  t.equal(new Set([hash, ...variants]).size, 5);
});
