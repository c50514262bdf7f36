/** Lists from servers that do not page the way PowerSchool is documented to. */
import { rootCertificates } from 'node:tls';
import t, { type Test } from 'tap';
import { Meter } from '../../model/meter.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { PowerSchoolDouble } from '../../testing/powerschool-double.ts';
import { Calls } from '../calls.ts';
import { PowerSchoolHttp } from '../http.ts';
import { Metadata } from '../metadata.ts';
import { SignIn } from '../sign-in.ts';
import { TokenSource } from '../token.ts';
import { Enrollments } from './enrollments.ts';
import { Lists } from './lists.ts';
import { V1Client } from './v1-client.ts';

const signal = AbortSignal.timeout(30_000);
const list = { path: 'school/1/student', resource: 'student' } as const;

/** @param pages the ids of each requested page, one after the other; the last one repeats */
async function open(t: Test, pages: string[][], counted: number, item = 'student') {
  const powerschool = new PowerSchoolDouble();
  const origin = await powerschool.open();
  let asked = 0;
  powerschool.fault = ({ path }) => {
    if (!path.startsWith('/ws/v1/s')) return undefined;
    if (path.endsWith('/count')) return { status: 200, body: { resource: { count: counted } } };
    const ids = pages[Math.min(asked, pages.length - 1)] ?? [];
    asked += 1;
    const rows = ids.map((id) => ({ id: Number(id), section_id: 5, student_id: Number(id), dropped: false }));
    return {
      status: 200,
      body: { [`${item}s`]: rows.length === 0 ? '' : { [item]: rows.length === 1 ? rows[0] : rows } },
    };
  };
  const clock = new ManualClock();
  const http = new PowerSchoolHttp({ origin, ca: [...rootCertificates], minIntervalMs: 0, clock, meter: new Meter() });
  t.teardown(async () => {
    await http.close();
    await powerschool.close();
  });
  const credentials = { clientId: 'client', clientSecret: 'correct' };
  const signIn = new SignIn({ url: origin.origin, stored: async () => credentials, file: undefined, clock });
  const client = new V1Client(new Calls(http, new TokenSource(http, signIn), clock), clock, 0);
  const lists = new Lists(client, new Metadata(http), 5);
  return { client, lists, all: () => lists.all({ list, what: 'list', counted, signal }), requests: () => asked };
}

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

t.test('handles a list that is not paged, one that never ends, and one that repeats itself', async (t) => {
  const unpaged = await open(t, [ids(1, 12)], 12);
  t.same((await unpaged.all()).length, 12);
  t.equal(unpaged.requests(), 2, 'read twice, like every long list');
  const endless = await open(t, [ids(1, 5)], 12);
  await t.rejects(endless.all(), { code: 'SOURCE_INCOMPLETE' });
  t.ok(endless.requests() < 10);
  const repeated = await open(t, [ids(1, 5), ids(3, 7), [], ids(1, 5), ids(3, 7), []], 10);
  await t.rejects(repeated.all(), { code: 'SOURCE_INCOMPLETE' });
});

t.test('handles one row, no row, exactly one page, and a cut answer', async (t) => {
  t.same((await (await open(t, [['7']], 1)).all()).length, 1);
  t.same(await (await open(t, [[]], 0)).all(), []);
  const page = await open(t, [ids(1, 5), [], ids(1, 5), []], 5);
  t.same((await page.all()).length, 5);
  t.equal(page.requests(), 4, 'there may be more after a full page');
  await t.rejects((await open(t, [ids(1, 2)], 4)).all(), { code: 'SOURCE_INCOMPLETE' });
  const cutOnce = await open(t, [ids(1, 2), ids(1, 4)], 4);
  t.same((await cutOnce.all()).length, 4, 'a single fault is retried at once');
  const swapped = await open(t, [ids(1, 5), ids(6, 9), ids(1, 5), ids(7, 10)], 9);
  await t.rejects(swapped.all(), { code: 'SOURCE_INCOMPLETE' }, 'the count is right, but a row is missing');
  const twice = await open(t, [['1', '2', '2']], 3);
  await t.rejects(twice.all(), { code: 'SOURCE_INCOMPLETE' }, 'also in one page');
  const twiceOnce = await open(t, [['1', '2', '2'], ids(1, 3)], 3);
  t.same((await twiceOnce.all()).length, 3);
});

t.test('reads a class longer than one page, even from a server that sends it whole', async (t) => {
  for (const pages of [[ids(1, 8)], [ids(1, 5), ids(1, 5), ids(6, 8), ids(1, 5), ids(6, 8)]]) {
    const { client, lists } = await open(t, pages, 8, 'section_enrollment');
    t.equal((await new Enrollments(client, lists).of('5', signal)).length, 8);
  }
  const twice = await open(t, [['1', '2', '2']], 3, 'section_enrollment');
  await t.rejects(new Enrollments(twice.client, twice.lists).of('5', signal), { code: 'SOURCE_INCOMPLETE' });
  const { client, lists } = await open(t, [ids(1, 3)], 3, 'section_enrollment');
  await t.rejects(new Enrollments(client, lists).of('6', signal), {
    code: 'POWERSCHOOL_MALFORMED',
    message: /does not belong to it/,
  });
});
