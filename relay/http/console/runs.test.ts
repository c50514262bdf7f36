/** Runs and holds at the console: what they say, and what is decided there. */
import t from 'tap';
import { readHolds } from '../../store/guard/holds.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { furnishRuns } from '../../testing/run-examples.ts';

const { relay, clock, as } = await consoleSetting(t);
const { id } = await addTenant(relay, 'contoso');
const numbers = await furnishRuns(relay.store, id, clock.now());
const base = '/console/districts/contoso';
const admin = await as('admin', { tenantId: id });

t.test('runs are listed, the newest first, and a part at a time', async (t) => {
  const { body } = await admin.get(`${base}/runs`);
  t.match(body, /<h1>A run is in progress: 17 operations left, about 1 minute\.<\/h1>/);
  t.match(body, new RegExp(`runs/${numbers.open}">Run ${numbers.open}</a>.*Run ${numbers.failed}<`, 's'));
  t.match(body, /Done, with problems/);
  t.match(body, /hx-trigger="every 5s"/);
  const earlier = await admin.get(`${base}/runs?before=3`);
  t.match(earlier.body, /Run 2<.*Run 1</s);
  t.notMatch(earlier.body, /Run 3</);
  t.match(await admin.get(`${base}/runs?before=x`), { status: 400, body: /FORM_INVALID/ });
});

t.test('a run under way says how far it is, how fast, and what waits for what', async (t) => {
  const { body } = await admin.get(`${base}/runs/${numbers.open}`);
  t.match(body, /<h1>Run 11 is in progress: 25 of 42 operations done\.<\/h1>/);
  t.match(body, /5\.0 operations a second; Graph accepts 20 writes a second/);
  t.match(body, /in about 1 minute, at this rate/);
  t.match(body, /<progress max="40" value="25" aria-label="group of students to add to a class: 25 of 40">/);
  t.match(body, /2 for another change of the same group or account/);
  t.match(
    body,
    /Ana Šimić 0 joins Course 0 \(section 50\)<\/th><td data-label="Waits">waits for the class Course 0 \(section 50\), which is looked up again/,
  );
  t.match(body, /hx-trigger="every 3s"/);
});

t.test("a run that is over says what was done and what was not, with Graph's request id", async (t) => {
  const { body } = await admin.get(`${base}/runs/${numbers.failed}`);
  t.match(body, /<h1>Run 10 did 2 operations; 1 failed, 12 held, 1 waiting\.<\/h1>/);
  t.match(body, /GRAPH_REJECTED: Microsoft refused it\.<\/p><p class="id">Graph request <code>a1b2-c3<\/code>/);
  t.match(body, /displayName: Ana → Ana Šimić &lt;3&gt;|displayName: Ana → Ana Šimić &#60;3/);
  t.notMatch(body, /hx-trigger/, 'it changes no more');
  const failed = await admin.get(`${base}/runs/${numbers.failed}?show=failed`);
  t.match(failed.body, /class:52/);
  t.notMatch(failed.body, /class:51|students:13</);
  const ofKind = await admin.get(`${base}/runs/${numbers.failed}?kind=updateUser`);
  t.notMatch(ofKind.body, /class:51/);
  const csv = await admin.get(`${base}/runs/${numbers.failed}.csv?show=failed`);
  t.match(csv.headers.get('content-disposition'), 'filename="contoso-run-10.csv"');
  t.match(csv.body, /"requestId"\r\n.*"class:52".*"a1b2-c3"\r\n$/s);
  t.notMatch(csv.body, /class:51/);
  t.match(await admin.get(`${base}/runs/99`), { status: 404, body: /RUN_UNKNOWN/ });
  const nobody = await as('admin', { tenantId: (await addTenant(relay, 'fabrikam')).id });
  t.match(await nobody.get(`${base}/runs/10.csv`), { status: 404, body: /TENANT_UNKNOWN/ });
  const registrar = await as('registrar', { tenantId: id });
  t.match(await registrar.get(`${base}/runs/10.csv`), { status: 403, body: /ROLE_INSUFFICIENT/ });
});

t.test('holds say why, how unusual, and who; some are approved, others rejected', async (t) => {
  const viewer = await as('viewer', { tenantId: id });
  const seen = await viewer.get(`${base}/holds`);
  t.match(seen.body, /<h1>23 operations wait for your decision; everything else goes on\.<\/h1>/);
  t.notMatch(seen.body, /<button[^>]*>Approve|type="checkbox"/, 'whoever may not decide is not asked to');
  const page = await admin.get(`${base}/holds`);
  t.match(page.body, /12 operations in School 1 \(school 1\): person to remove from a class/);
  t.match(page.body, /Nothing of this kind was done in the last 30 days\./);
  t.match(page.body, /Ana Šimić 0 leaves Course 0 \(section 50\) <span class="fine">\(no longer enrolled\)/);
  const stale = await admin.submit(page, `${base}/holds/approve`, {
    hold: '5 removeMember:1:share all schools',
    lasts: 'profile',
  });
  t.match(stale, { status: 409, body: /HOLD_NOT_COVERED/ });
  t.match(await admin.submit(page, `${base}/holds/approve`, { lasts: 'day' }), {
    status: 400,
    body: /choose at least one hold/,
  });
  const sent = await admin.submit(page, `${base}/holds/approve`, {
    hold: '12 removeMember:1:share all schools',
    lasts: 'day',
  });
  t.equal(sent.location, `${relay.url}${base}/holds`);
  const rejected = await admin.submit(page, `${base}/holds/approve`, {});
  t.equal(rejected.status, 400);
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  const no = await admin.post(`${base}/holds/reject`, {
    token,
    hold: '11 removeMember:2:share all schools',
    lasts: 'profile',
  });
  t.equal(no.status, 303);
  const holds = await relay.store.readTenant(id, (scope) => readHolds(scope));
  t.match(holds, [
    {
      key: 'removeMember:1:share',
      state: 'approved',
      decidedBy: 'Sam the admin',
      decidedCount: 12,
      expiresAt: new Date(clock.now() + 86_400_000).toISOString(),
    },
    { key: 'removeMember:2:share', state: 'rejected', expiresAt: null },
  ]);
  t.match((await admin.get(`${base}/holds`)).body, /<h1>Nothing waits for a decision\.<\/h1>.*0 of 12/s);
});

t.test('an approval needs a fresh sign-in', async (t) => {
  const browser = await as('operator');
  const page = await browser.get(`${base}/holds`);
  const token = /name="token" value="([^"]*)"/.exec(page.body)?.[1] ?? '';
  clock.pass(11 * 60_000);
  const late = await browser.post(`${base}/holds/approve`, { token, hold: '11 removeMember:2:share all schools' });
  t.match(late, { status: 403, body: /SIGN_IN_NOT_FRESH/ });
});
