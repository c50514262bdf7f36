import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { HallpassError } from './errors.ts';
import { decodeFrame, encodeFrame, encodeFrameAside, fromWire, toWire, unpackFrameAside } from './frames.ts';
import { type AgentMessage, agentMessageSchema, limits } from './link.ts';
import type { Student } from './roster.ts';

const batch = (count: number): AgentMessage => ({
  type: 'batch',
  seq: 1,
  bucket: { kind: 'studentEnrollment', schoolId: '12' },
  upserts: Array.from({ length: count }, (_, index) => ({ id: String(index), sectionId: '5', studentId: '6' })),
  deletes: [],
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof HallpassError ? error.code : String(error);
  }
  return 'nothing thrown';
}

t.test('messages survive the frame, short ones as text and long ones compressed', async (t) => {
  const short = encodeFrame({ type: 'manifest.get', bucket: { kind: 'student', schoolId: '12' } });
  t.equal(short.binary, false);
  const long = encodeFrame(batch(2000));
  t.equal(long.binary, true);
  t.same(decodeFrame(long, agentMessageSchema), batch(2000));
  t.same(await encodeFrameAside(batch(2000)), long, 'the same when it is compressed aside');
  t.equal(encodeFrameAside(batch(1)) instanceof Promise, false, 'a short one is returned at once');
});

t.test('tells a message from noise', async (t) => {
  const decode = (data: string | Buffer, binary = false) =>
    codeOf(() => decodeFrame({ data, binary }, agentMessageSchema));
  t.equal(decode('no json'), 'FRAME_MALFORMED');
  t.equal(decode('{"type":"batch"}'), 'FRAME_MALFORMED', 'fields are missing');
  t.equal(decode('{"type":"dance"}'), 'MESSAGE_UNKNOWN');
  t.equal(decode('[1,2]'), 'FRAME_MALFORMED');
  t.equal(decode(Buffer.from('not gzip'), true), 'FRAME_MALFORMED');
  t.equal(decode('x'.repeat(limits.maxFrameBytes + 1)), 'FRAME_TOO_LARGE');
});

t.test('refuses a small frame that unpacks to a huge message', async (t) => {
  const bomb = gzipSync(Buffer.alloc(limits.maxMessageBytes + 1, 0x20));
  t.ok(bomb.length < 20_000, 'it is small on the wire');
  t.equal(
    codeOf(() => decodeFrame({ data: bomb, binary: true }, agentMessageSchema)),
    'FRAME_TOO_LARGE',
  );
});

t.test('the complaint about a bad message never quotes its content', async (t) => {
  const named = JSON.stringify({ type: 'batch', seq: 'Ana Šimić', bucket: {}, upserts: [], deletes: [] });
  try {
    decodeFrame({ data: `${named}}`, binary: false }, agentMessageSchema);
    t.fail('it was accepted');
  } catch (error) {
    t.notMatch(String(error), /Ana|imi/);
  }
});

t.test('no bytes make the decoder throw anything but a catalog error', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, binary) => {
      try {
        decodeFrame({ data: Buffer.from(bytes), binary }, agentMessageSchema);
        return true;
      } catch (error) {
        return error instanceof HallpassError;
      }
    }),
  );
});

t.test('a record survives the wire without what its bucket implies', async (t) => {
  const student: Student = { kind: 'student', id: '1', schoolId: '12', username: "o'neil" };
  t.same(toWire(student), { id: '1', username: "o'neil" });
  t.same(fromWire({ kind: 'student', schoolId: '12' }, toWire(student)), student);
  t.equal(
    codeOf(() => fromWire({ kind: 'student', schoolId: '12' }, { id: '1', shoeSize: '42' })),
    'FRAME_MALFORMED',
  );
});

t.test('only a frame that begins like a long message may unpack to one', async (t) => {
  const unpacked = async (json: string) => {
    const frame = { data: gzipSync(json), binary: true };
    return await unpackFrameAside(frame).then(
      (bytes) => bytes.equals(Buffer.from(json)),
      (error: unknown) => (error instanceof HallpassError ? error.code : error),
    );
  };
  const space = (bytes: number) => ' '.repeat(bytes);
  t.equal(await unpacked(`{"type":"hello"${space(7_000_000)}}`), true);
  t.equal(await unpacked(`{"type":"cycle.commit"${space(7_000_000)}}`), true);
  t.equal(await unpacked(`{"type":"batch"${space(1_000_000)}}`), true);
  t.equal(await unpacked(`{"type":"batch"${space(1 << 20)}}`), 'FRAME_TOO_LARGE');
  t.equal(await unpacked(`{"type":"hello"${space(limits.maxMessageBytes)}}`), 'FRAME_TOO_LARGE');
  const parts = [gzipSync('{"type":"hel'), gzipSync(`lo"${space(2_000_000)}}`)];
  t.equal((await unpackFrameAside({ data: Buffer.concat(parts), binary: true })).length, 2_000_016);
  const cut = gzipSync(JSON.stringify(Array.from({ length: 3000 }, Math.random))).subarray(0, 2000);
  await t.rejects(unpackFrameAside({ data: cut, binary: true }), { code: 'FRAME_MALFORMED' });
  await t.rejects(unpackFrameAside({ data: Buffer.alloc(2000), binary: true }), { code: 'FRAME_MALFORMED' });
});
