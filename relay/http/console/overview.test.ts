/** The overview and the preview of a district: what they say, and what starts, pauses and enables. */
import t from 'tap';
import { readAudit } from '../../store/audit/audit.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { furnishRuns } from '../../testing/run-examples.ts';

const { relay, clock, as } = await consoleSetting(t);
const { id } = await addTenant(relay, 'contoso');
await furnishRuns(relay.store, id, clock.now());
const base = '/console/districts/contoso';
const admin = await as('admin', { tenantId: id });
const stateNow = async () => (await relay.store.readTenant(id, readProfiles))[0]?.state;

t.test('the overview compares, explains, and says what runs next', async (t) => {
  const { status, body } = await admin.get(base);
  t.equal(status, 200);
  t.match(body, /<h1>[^<]+\.<\/h1>/);
  t.match(
    body,
    /<th scope="row">Students<\/th><td class="number" data-label="PowerSchool">20<\/td><td [^>]*>20<\/td><td [^>]*>0<\/td>/,
  );
  t.match(body, /The rest is in no profile, belongs to another term, or comes with the next run/);
  t.match(body, /23 operations in 2 holds<\/span> wait for a decision/);
  t.match(body, /Next run: A run is in progress\./);
  t.match(body, /Run 11</);
  t.match(
    body,
    /<tr><th scope="row">\d{4}-\d\d-\d\d<\/th><td [^>]*><data value="27">27<\/data><\/td><td [^>]*><data value="29">29<\/data><\/td><td [^>]*><data value="9">9</,
  );
  t.ok(body.length < 150_000);
  const viewer = await as('viewer', { tenantId: id });
  t.notMatch((await viewer.get(base)).body, /Sync now|Pause|Resume/, 'a viewer starts and stops nothing');
  const empty = await addTenant(relay, 'fabrikam');
  const fresh = await (await as('admin', { tenantId: empty.id })).get('/console/districts/fabrikam');
  t.match(fresh.body, /<h1>No agent has enrolled\.<\/h1>.*Nothing runs without one.*Nothing has run yet/s);
  t.notMatch(fresh.body, /Sync now|The same/, 'there is nothing to sync, and nothing to compare');
});

t.test('the preview answers at once, and works the plan out when asked', async (t) => {
  const first = await admin.get(`${base}/preview`);
  t.match(first.body, /<h1>What will “all schools” do\?<\/h1>/);
  t.match(first.body, /id="plan"[^>]*hx-trigger="load"/);
  const page = await admin.get(`${base}/preview?now=yes`);
  t.match(page.body, /<h1>“all schools” will do [\d,]+ operations\.<\/h1>/);
  t.match(page.body, /The guard finds nothing too much/);
  t.match(page.body, /Course 0 \(section 50\)/);
  t.notMatch(page.body, /Enable “/, 'it is enabled');
  const kind = await admin.get(`${base}/preview?now=yes&kind=createClass`);
  t.match(kind.body, /<h2>6 operations<\/h2>/);
  const person = await admin.get(`${base}/preview?now=yes&person=4003`);
  t.match(person.body, /Ana Šimić 3/);
  const nobody = await admin.get(`${base}/preview?now=yes&person=nobody`);
  t.match(nobody.body, /id="plan".*Nobody/s);
  t.match(await admin.get(`${base}/preview?now=yes&profile=none`), { status: 404, body: /PROFILE_UNKNOWN/ });
  const csv = await admin.get(`${base}/preview.csv?kind=createClass`);
  t.match(csv.headers.get('content-disposition'), 'filename="contoso-plan.csv"');
  t.equal(csv.body.trim().split('\r\n').length, 7);
  const viewer = await as('schoolViewer', { tenantId: id, schools: ['1'] });
  t.equal((await viewer.get(`${base}/preview.csv`)).status, 403);
});

t.test('a sync starts, and a profile is paused; only a check against Microsoft 365 lets it write again', async (t) => {
  const page = await admin.get(base);
  const begun = await admin.submit(page, `${base}/sync`);
  t.equal(begun.location, `${relay.url}${base}/runs`);
  await admin.submit(page, `${base}/pause`);
  t.equal(await stateNow(), 'paused');
  const entries = await relay.store.readTenant(id, (scope) => readAudit(scope, { limit: 9 }));
  t.same(
    entries.map(({ action, who }) => `${action} ${who}`),
    ['profile.paused Sam the admin', 'run.start Sam the admin'],
  );
  const paused = await admin.get(base);
  t.match(paused.body, /Resume &ldquo;all schools&rdquo;/);
  const refused = await admin.submit(paused, `${base}/resume`);
  t.ok(refused.status >= 400);
  t.equal(await stateNow(), 'paused', 'this relay cannot ask Microsoft 365');

  const preview = await admin.get(`${base}/preview?now=yes`);
  t.match(preview.body, /Enable “all schools”: [\d,]+ operations will be carried out/);
  const token = /name="token" value="([^"]*)"/.exec(preview.body)?.[1] ?? '';
  const stale = await admin.post(`${base}/preview/enable`, { token, profile: 'all schools', version: 'x' });
  t.match(stale.body, /PRECONDITION_FAILED/);
  clock.pass(11 * 60_000);
  const late = await admin.submit(preview, `${base}/preview/enable`);
  t.match(late, { status: 403, body: /SIGN_IN_NOT_FRESH/ });
});
