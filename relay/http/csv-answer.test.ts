import t from 'tap';
import { csvPieces, jsonPieces } from './csv-answer.ts';

async function collect(pieces: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}

t.test('a long answer comes in pieces that split no character', async (t) => {
  const answer = { names: Array.from({ length: 40_000 }, (_, at) => '𝒜'.repeat(at % 7)) };
  const pieces = await collect(jsonPieces(answer));
  t.ok(pieces.length > 2);
  // Encoded piece by piece, as it is sent.
  const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
  t.same(JSON.parse(bytes.toString()), answer);
});

t.test('other work runs between the pieces of a table', async (t) => {
  const lines = Array.from({ length: 20_000 }, (_, at) => at);
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const table = { headings: ['number'], lines: (at: number) => [[String(at)]] };
  const pieces = await collect(csvPieces(table, lines));
  isOver = true;
  t.ok(pieces.length > 2);
  t.ok(turns >= pieces.length - 1, `${turns} turns, ${pieces.length} pieces`);
});
