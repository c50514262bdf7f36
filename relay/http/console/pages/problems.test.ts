/** The page of problems: what it groups, and who sees which of them. */
import t from 'tap';
import { linkIn } from '../../../testing/browser.ts';
import { problemDistrict } from '../../../testing/problem-district.ts';

const { as, tenant } = await problemDistrict(t, 120);
const tenantId = tenant.id;
const path = '/console/districts/contoso/problems';
const admin = await as('admin', { tenantId });

t.test('causes are told with who must act, and lead to their rows, a page at a time', async (t) => {
  const page = await admin.get(path);
  t.match(
    page.body,
    /<h1>62 students have no account that fits; 60 of them have no email address in PowerSchool, at School 2 \(school 2\)\.<\/h1>/,
  );
  t.match(page.body, /For the people who maintain PowerSchool.*61 problems.*60 students have no email address/s);
  t.match(page.body, /For the administrators of Microsoft 365.*2 students have no account with the same mail</s);
  const rows = await admin.get(linkIn(page, `${path}?cause=MissingSourceValue`));
  t.equal([...rows.body.matchAll(/<tr><th scope="row"/g)].length, 50);
  t.match(rows.body, /The person has no email address in PowerSchool\.<.*Fill in email address in PowerSchool\.</s);
  const more = await admin.get(linkIn(rows, `${path}?cause=MissingSourceValue%7EsecondaryEmail&after=`));
  t.equal([...more.body.matchAll(/<tr><th scope="row"/g)].length, 10);
  t.notMatch(more.body, />More<\/a>/);
  t.match(await admin.get(`${path}?after=x`), { status: 400, body: /FORM_INVALID/ });
});

t.test('the table has every problem that was chosen, whatever part the page shows', async (t) => {
  const { headers, body } = await admin.get(`${path}.csv?school=1`);
  t.equal(headers.get('content-type'), 'text/csv; charset=utf-8');
  t.equal(headers.get('content-disposition'), 'attachment; filename="contoso-problems.csv"');
  const lines = body.trim().split('\r\n');
  t.equal(lines.length, 1 + 3);
  t.match(lines[1], /"class:50".*ClassWithoutOwner/);
  t.match(lines[2], /"students:10","School 1","Ana","Šimić 0"/);
});

t.test('registrars see what PowerSchool causes, school viewers what is at their schools', async (t) => {
  const registrar = await (await as('registrar', { tenantId })).get(path);
  t.match(registrar.body, /60 students have no email address/);
  t.notMatch(registrar.body, /UnmatchedEntry|Microsoft 365\.<|students:10</);
  const csv = await (await as('registrar', { tenantId })).get(`${path}.csv`);
  t.equal(csv.body.trim().split('\r\n').length, 1 + 61);

  const viewer = await (await as('schoolViewer', { tenantId, schools: ['1'] })).get(path);
  t.match(viewer.body, /2 students have no account with the same mail/);
  t.notMatch(viewer.body, /have no email address in PowerSchool|School 2/);
  const other = await (await as('schoolViewer', { tenantId, schools: ['1'] })).get(`${path}.csv?school=2`);
  t.equal(other.body.trim().split('\r\n').length, 1, 'asking for another school answers nothing');
});

t.test('nobody of another district is let in, and a district without problems says so', async (t) => {
  t.match(await admin.get('/console/districts/fabrikam/problems'), { status: 404, body: /TENANT_UNKNOWN/ });
  t.match(await admin.get('/console/districts/fabrikam/problems.csv'), { status: 404, body: /TENANT_UNKNOWN/ });
  const operator = await as('operator');
  t.match((await operator.get('/console/districts/fabrikam/problems')).body, /<h1>There are no problems\.<\/h1>/);
});
