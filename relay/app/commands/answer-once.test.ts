/** A request's answer is repeated to the client that sent it, and to nobody else. */
import t, { type Test } from 'tap';
import { VirtualClock } from '../../../shared/testing/virtual-clock.ts';
import { newToken } from '../../store/tenants/api-token.ts';
import { forgetOldAnswers } from '../../store/tenants/kept-answers.ts';
import { openFreshStore } from '../../testing/fresh-store.ts';
import { answerOnce, type Keep, type RepeatableRequest } from './answer-once.ts';

const secret = 'Zzyzx-4711';
const whole = { status: 201, headers: { etag: '"1"' }, body: JSON.stringify({ password: secret }) };
const asked = { tenantId: 't', tokenId: 'id', token: newToken(), key: 'one', said: ['POST', '/x', '{}', undefined] };

async function setUp(t: Test) {
  const store = await openFreshStore(':memory:');
  t.teardown(() => store.close());
  const clock = new VirtualClock(Date.parse('2026-09-01T08:00:00Z'));
  let times = 0;
  const ask = (more: Partial<RepeatableRequest> = {}, answer = async (_keep: Keep) => whole) =>
    answerOnce({ store, clock }, { ...asked, ...more }, (keep) => {
      times += 1;
      return answer(keep);
    });
  const rows = () => store.system(({ db }) => db.selectFrom('kept_answer').selectAll().execute());
  return { store, clock, ask, rows, times: () => times };
}

t.test('a repeated request gets the same answer, stored so that nobody else can read it', async (t) => {
  const { ask, rows, times } = await setUp(t);
  t.same(await ask(), { answer: whole, isRepeated: false });
  t.same(await ask(), { answer: whole, isRepeated: true });
  t.equal(times(), 1);
  const text = JSON.stringify(await rows());
  for (const hidden of [secret, asked.token, 'password', 'etag', '"one"']) t.notOk(text.includes(hidden), hidden);
  await t.rejects(ask({ token: newToken() }), { code: 'KEY_WRONG' }, 'another token cannot open it');
});

t.test('refuses a different request under the same key; another key makes a new request', async (t) => {
  const { ask, times } = await setUp(t);
  await ask();
  await t.rejects(ask({ said: ['POST', '/x', '{"a":1}', undefined] }), { code: 'IDEMPOTENCY_KEY_REUSED' });
  await t.rejects(ask({ said: ['POST', '/x', '{}', 'a note'] }), { code: 'IDEMPOTENCY_KEY_REUSED' });
  await ask({ key: 'two' });
  await ask({ tenantId: 'other' });
  t.equal(times(), 3);
});

t.test('repeats an answer that was kept before the request finished, unless it failed', async (t) => {
  const { store, ask, rows } = await setUp(t);
  let told: unknown;
  await ask({}, async (keep) => {
    await keep(whole);
    told = await store.system(({ db }) => db.selectFrom('kept_answer').select('status').execute());
    return whole;
  });
  t.same(told, [{ status: 201 }], 'it is on disk before anything is deleted');
  const fails = ask({ key: 'two' }, async (keep) => {
    await keep(whole);
    throw new Error('the disk is full');
  });
  await t.rejects(fails, { message: 'the disk is full' });
  t.equal((await rows()).length, 1);
  t.match(await ask({ key: 'two' }), { isRepeated: false }, 'and it may be tried again');
});

t.test('does not keep temporary failures, and keeps nothing longer than a day', async (t) => {
  const { store, clock, ask, rows } = await setUp(t);
  for (const status of [429, 503]) await ask({ key: String(status) }, async () => ({ ...whole, status }));
  t.same(await rows(), []);
  await ask();
  clock.advance(24 * 3_600_000 + 1);
  t.match(await ask(), { isRepeated: false }, 'even before it is deleted');
  for (const key of ['two', 'three']) await ask({ key });
  clock.advance(24 * 3_600_000 + 1);
  const forget = () => store.system((scope) => forgetOldAnswers(scope, new Date(clock.now()), 2));
  t.same([await forget(), (await rows()).length], [true, 1], 'a few at a time');
  t.same([await forget(), await rows()], [false, []]);
});
