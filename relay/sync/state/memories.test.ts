import t from 'tap';
import { Memories } from './memories.ts';

t.test('what ran longest ago is forgotten when there is no more room', async (t) => {
  const memories = new Memories<{ bytes: number }>(100);
  const knows = (...ids: string[]) => {
    const there = ids.map((id) => [id, memories.take(id)] as const);
    for (const [id, memory] of there) if (memory !== undefined) memories.keep(id, memory);
    return there.flatMap(([id, memory]) => (memory === undefined ? [] : [id]));
  };
  memories.keep('a', { bytes: 30 });
  memories.keep('b', { bytes: 30 });
  memories.keep('c', { bytes: 40 });
  t.same(knows('a', 'b', 'c'), ['a', 'b', 'c'], 'they fit');
  memories.keep('d', { bytes: 35 });
  t.same(knows('b', 'c', 'd'), ['c', 'd']);
  t.equal(memories.take('a'), undefined);
  memories.keep('large', { bytes: 1000 });
  t.same(knows('c', 'd', 'large'), ['large'], 'one that is larger than the room is kept alone');
});

t.test('what is taken out is not known until it is put back', async (t) => {
  const memories = new Memories<{ bytes: number }>();
  const memory = { bytes: 1 };
  memories.keep('a', memory);
  t.equal(memories.take('a'), memory);
  t.equal(memories.take('a'), undefined);
});

t.test('a tenant that grew in its run counts as it is now', async (t) => {
  const memories = new Memories<{ bytes: number }>(100);
  const grown = { bytes: 50 };
  memories.keep('a', { bytes: 50 });
  memories.keep('b', grown);
  grown.bytes = 60;
  memories.keep('b', grown);
  t.same([memories.take('a'), memories.take('b')], [undefined, grown]);
});
