/** Questions in real threads, over a database that the main thread has open. */
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { answerThreadFile } from '../answers/answer-thread-file.ts';
import type { Question } from './answer-messages.ts';
import { AnswerThreads, type AnswerThreadsOptions } from './answer-threads.ts';
import type { Answer } from './route.ts';

/** Rows of a table of about four megabytes. */
const manyProblems = 20_000;
const { signal } = new AbortController();

async function open(t: Test, options: Partial<AnswerThreadsOptions> = {}) {
  const home = t.testdir();
  const file = `${home}/relay.db`;
  const store = await openFreshStore(file);
  const tenants = { contoso: await addTenant({ store }, 'contoso'), fabrikam: await addTenant({ store }, 'fabrikam') };
  const words = { code: 'UnmatchedEntry', message: 'nobody', action: 'look', first_at: '', last_at: '' };
  await store.withTenant(tenants.contoso.id, async ({ db, tenantId }) => {
    const all = Array.from({ length: manyProblems }, (_, at) => `students:${at}`);
    for (let at = 0; at < all.length; at += 1000) {
      const rows = all
        .slice(at, at + 1000)
        .map((subject) => ({ tenant_id: tenantId, profile: 'p', subject, ...words }));
      await db.insertInto('problem').values(rows).execute();
    }
  });
  const threads = new AnswerThreads({
    threadFile: answerThreadFile,
    file,
    home,
    keyFile: undefined,
    signal,
    ...options,
  });
  t.teardown(async () => {
    await threads.close();
    await store.close();
  });
  const question = (slug: keyof typeof tenants, path: string, query: object = {}): Question => ({
    route: `GET tenants/{slug}/${path}`,
    tenant: tenants[slug],
    actor: { kind: 'terminal', user: 'kim' },
    params: {},
    headers: { accept: undefined, ifMatch: undefined, ifNoneMatch: undefined },
    nowMs: Date.now(),
    url: '',
    query,
    body: '',
  });
  return { threads, question };
}

function textOf(answer: Answer) {
  if (!('text' in answer)) throw new TypeError('an answer of the main thread');
  return answer.text;
}

function piecesOf(answer: Answer): AsyncIterator<string | Uint8Array> {
  const text = textOf(answer);
  if (text instanceof Uint8Array) throw new TypeError('a short answer');
  return text[Symbol.asyncIterator]();
}

async function whole(answer: Answer): Promise<string> {
  const text = textOf(answer);
  if (text instanceof Uint8Array) return Buffer.from(text).toString();
  const pieces: Buffer[] = [];
  for await (const piece of text) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

t.test('a long table comes in pieces, and a short answer in one', async (t) => {
  const { threads, question } = await open(t);
  t.equal(threads.count, 0, 'no thread before the first question');
  const asked = question('contoso', 'problems', { format: 'csv' });
  const answer = await threads.answer('long', 'contoso', asked, signal);
  t.match(answer, { as: 'csv' });
  let turns = 0;
  const count = setInterval(() => {
    turns += 1;
  });
  const text = await whole(answer);
  clearInterval(count);
  t.equal(text.trimEnd().split('\r\n').length, manyProblems + 1);
  t.ok(turns > 0, 'the main thread goes on meanwhile');
  const other = await threads.answer('long', 'fabrikam', question('fabrikam', 'problems'), signal);
  t.type(textOf(other), Uint8Array);
  t.same(JSON.parse(await whole(other)), { failing: [], problems: [], next: null }, "nothing of the other district's");
  t.equal(threads.count, 1, 'in the same thread');
});

t.test(
  'a client that does not read delays no short answer, and gives its place back when it disconnects',
  async (t) => {
    const { threads, question } = await open(t);
    const readers = [new AbortController(), new AbortController()];
    const table = question('contoso', 'problems', { format: 'csv' });
    const stalled = await Promise.all(readers.map((one) => threads.answer('long', 'contoso', table, one.signal)));
    const third = threads.answer('long', 'contoso', table, signal);
    const status = await threads.answer('short', 'contoso', question('contoso', 'status'), signal);
    t.equal(JSON.parse(await whole(status)).provisioning.problems.UnmatchedEntry, manyProblems);
    readers[0]?.abort(new Error('gone'));
    t.ok(await piecesOf(await third).return?.(), 'the third gets the place');
    const [first, second] = stalled.map(piecesOf);
    await first?.next();
    await t.rejects(Promise.resolve(first?.next()), { message: 'gone' });
    await second?.return?.();
    t.same(await second?.next(), { done: true, value: undefined });
  },
);

t.test('errors keep their code, status and additional members', async (t) => {
  const { threads, question } = await open(t);
  await t.rejects(threads.answer('plan', 'contoso', question('contoso', 'plan', { kind: [] }), signal), {
    code: 'PROFILE_MISSING',
  });
  t.equal(threads.count, 0, 'the thread of a plan ends with it');
  const twice = ['contoso', 'contoso', 'fabrikam', 'other'].map((who) =>
    threads.answer('plan', who, question('contoso', 'plan'), signal),
  );
  t.match(await Promise.allSettled(twice), [
    { reason: { code: 'PROFILE_MISSING' } },
    { reason: { code: 'PLAN_UNDER_WAY', retryAfterMs: 5000 } },
    { reason: { code: 'PROFILE_MISSING' } },
    { reason: { code: 'PLANS_TOO_MANY', retryAfterMs: 5000 } },
  ]);
});

t.test('a thread that crashes loses its answers, and the next question starts another', async (t) => {
  const { threads, question } = await open(t, { mostMb: 16 });
  const ask = () => threads.answer('short', 'contoso', question('contoso', 'status'), signal);
  await t.rejects(ask(), { code: 'ANSWER_BROKEN', retry: 'retry' });
  t.equal(threads.count, 0);
  await t.rejects(ask(), { code: 'ANSWER_BROKEN' }, 'its place was given back');
});

t.test('an idle thread ends', async (t) => {
  const { threads, question } = await open(t, { idleMs: 1 });
  const ask = async () => whole(await threads.answer('short', 'contoso', question('contoso', 'status'), signal));
  const first = await ask();
  while (threads.count > 0) await new Promise(setImmediate);
  t.equal(await ask(), first, 'and starts again');
});

t.test('when the relay shuts down, waiting questions fail', async (t) => {
  const down = new AbortController();
  const { threads, question } = await open(t, { signal: down.signal });
  const asked = threads.answer('long', 'contoso', question('contoso', 'teams'), signal);
  const heard = once(down.signal, 'abort');
  down.abort();
  await heard;
  await t.rejects(asked, { code: 'RELAY_BUSY' });
});
