/** The profile wizard by plain requests: from nothing to a profile that writes, several tabs, mistakes, templates, and who may not. */
import t from 'tap';
import { readDrafts } from '../../../store/profiles/drafts.ts';
import { readProfiles, removeProfile, setProfile } from '../../../store/profiles/profiles.ts';
import type { TestBrowser } from '../../../testing/browser.ts';
import { consoleSetting } from '../../../testing/console.ts';
import { openDistrict, skuId, smallRoster } from '../../../testing/district.ts';
import { addTenant } from '../../../testing/relay-double.ts';

const home = t.testdir();
const district = await openDistrict({
  ...{ dir: home, home, mode: { students: 'match', teachers: 'match' } as const, students: 40, accounts: true },
});
t.teardown(() => district.close());
await district.commit(smallRoster(42));
district.profile = { ...district.profile, state: 'preview' };
await district.run();
await district.store.withTenant(district.tenantId, (scope) => removeProfile(scope, 'test'));
const { relay, as, enter } = await consoleSetting(t, { home });
const fabrikam = await addTenant(relay, 'fabrikam');
const base = '/console/districts/contoso/profiles';

/** Names and values of the fields as a browser would send them. */
function fieldsIn(body: string): [string, string][] {
  const form = /<form method="post" action="[^"]*\/save">([\s\S]*?)<\/form>/.exec(body)?.[1] ?? '';
  const inputs = [...form.matchAll(/<input ([^>]*)>/g)].flatMap(([, attributes = '']): [string, string][] => {
    const of = (name: string) => decoded(new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    const isBox = /type="(radio|checkbox)"/.test(attributes);
    return isBox && !/ checked/.test(attributes) ? [] : [[of('name'), of('value')]];
  });
  const selects = [...form.matchAll(/<select [^>]*name="([^"]*)"[^>]*>([\s\S]*?)<\/select>/g)].map(
    ([, name = '', options = '']): [string, string] => {
      const chosen = /<option value="([^"]*)" selected/.exec(options) ?? /<option value="([^"]*)"/.exec(options);
      return [name, decoded(chosen?.[1] ?? '')];
    },
  );
  const areas = [...form.matchAll(/<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)</g)].map(
    ([, name = '', value = '']): [string, string] => [name, decoded(value)],
  );
  return [...inputs, ...selects, ...areas];
}

function decoded(value: string): string {
  return value.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

class Wizard {
  readonly browser: TestBrowser;
  readonly path: string;

  constructor(browser: TestBrowser, first: string) {
    this.browser = browser;
    this.path = new URL(first).pathname.replace(/\/[^/]*$/, '');
  }

  async see(step: string): Promise<string> {
    const { status, body } = await this.browser.get(`${this.path}/${step}`);
    t.equal(status, 200, step);
    return decoded(body);
  }

  /** Fills in a step on top of what it shows. @returns the step that the browser is led to; the page where it stays */
  async fill(step: string, fields: Record<string, string> = {}, seenBody?: string) {
    const body = seenBody ?? (await this.see(step));
    const sent = { ...Object.fromEntries(fieldsIn(body)), ...fields };
    const answer = await this.browser.post(`${this.path}/${step}/save`, sent);
    return { ...answer, to: answer.location.split('/').at(-1) };
  }
}

async function begin(browser: TestBrowser, like = ''): Promise<Wizard> {
  const begun = await browser.submit(await browser.get(base), '/begin', { like });
  t.equal(begun.status, 303);
  return new Wizard(browser, begun.location);
}

t.test('from nothing to a profile that writes', async (t) => {
  const browser = await enter();
  t.match((await browser.get(base)).body, /The district has no profile yet/);
  const wizard = await begin(browser);

  const source = await wizard.see('source');
  t.match(source, /No agent has enrolled yet/);
  t.match(source, /the relay can sign in/);
  const nameless = await wizard.fill('source', { name: '' });
  t.equal(nameless.to, 'source', 'what is wrong is not left forwards');
  t.match(await wizard.see('source'), /<a href="#f-name">Name of the profile: it is empty.*aria-invalid="true"/s);
  t.equal((await wizard.fill('source', { name: 'Contoso', go: 'stay' })).to, 'source', 'tests the connection');
  t.equal((await wizard.fill('source')).to, 'mode');

  t.equal((await wizard.fill('mode', { 'mode.students': 'match', 'mode.teachers': 'create' })).to, 'identity');

  const identity = await wizard.see('identity');
  t.match(identity, /42 students of PowerSchool/);
  t.match(identity, /checked><span>User name \+ @contoso\.edu = userPrincipalName <span[^>]*>.*?recommended/s);
  t.match(identity, /<td class="number">40 <small>95\.2 %/);
  t.match(identity, /<code>student40@contoso\.edu<\/code> no account/);
  t.notMatch(identity, /Rules for teachers/, 'their accounts are created');
  t.equal((await wizard.fill('identity')).to, 'domains');

  const domains = await wizard.see('domains');
  t.match(domains, /<option value="contoso\.edu" >contoso\.edu \(default\)/);
  t.equal((await wizard.fill('domains')).to, 'domains', 'a domain is needed');
  t.match(await wizard.see('domains'), /a domain is needed to create new users/);
  t.equal((await wizard.fill('domains', { 'domains.teachers': 'contoso.edu', go: 'back' })).to, 'identity');
  t.match(await wizard.see('domains'), /<option value="contoso\.edu" selected>/, 'going back loses nothing');
  const names = {
    'accounts.teachers.username': 'pattern',
    'accounts.teachers.username.pattern': '{givenName}.{surname}',
  };
  t.equal((await wizard.fill('domains', names)).to, 'licenses');

  t.match(await wizard.see('licenses'), /Office 365 A1 for students: 500,000 of 500,000 seats free/);
  const invalid = await wizard.fill('licenses', { 'licenses.teachers': skuId, 'licenses.usageLocation': 'usa' });
  t.equal(invalid.to, 'licenses');
  t.match(await wizard.see('licenses'), /value="usa"[^>]*aria-invalid="true"/, 'with what was entered');
  t.equal((await wizard.fill('licenses', { 'licenses.usageLocation': 'US' })).to, 'schools');

  t.match(await wizard.see('schools'), /School 1<\/span>.*?<td class="number">21<\/td>/s);
  t.equal((await wizard.fill('schools', { schools: 'some' })).to, 'schools', 'none is chosen');
  t.equal((await wizard.fill('schools', { schools: 'all' })).to, 'properties');

  t.match(await wizard.see('properties'), /The agent will start sending the grade level of students/);
  t.equal((await wizard.fill('properties', { 'properties.student': 'grade' })).to, 'classes');
  t.equal((await wizard.fill('classes', { 'classes.name': '{courseName' })).to, 'classes');
  t.match(await wizard.see('classes'), /has no counterpart/);
  const dated = { 'classes.name': '{courseName}', 'dates.expiresOn': '2100-06-30', 'dates.openDaysBefore': '14' };
  t.equal((await wizard.fill('classes', dated)).to, 'groups');
  t.equal((await wizard.fill('groups', { by: 'school', 'groups.names.school': 'All {role}' })).to, 'groups');
  t.match(await wizard.see('groups'), /several groups would have the same name/);
  t.equal((await wizard.fill('groups', { 'groups.names.school': '' })).to, 'guards', 'its default');
  t.equal((await wizard.fill('guards', { 'guards.removals.percent': 'many' })).to, 'guards');
  t.equal(
    (await wizard.fill('guards', { 'guards.removals.percent': '200' })).to,
    'guards',
    'at most everything can change',
  );
  t.equal((await wizard.fill('guards', { 'guards.removals.percent': '5' })).to, 'summary');

  const summary = await wizard.see('summary');
  t.match(summary, /all classes of a course would have the same name/, 'the check warns');
  t.match(summary, /The agent will start sending:.*grade level <small>student/s);
  t.match(summary, /more than 5 % and 20/);
  const preview = await wizard.see('preview');
  t.match(summary, /<dd>.*\{role\} - \{schoolName\}/s);
  t.match(preview, /new security group<\/th>/);
  t.match(preview, /operations would be carried out/);
  t.match(preview, /new account<\/th><td class="number">4<\/td>/);
  const enable = await browser.get(`${wizard.path}/enable`);
  t.match(enable.body, /<strong>4<\/strong> &times; new account/);
  t.match(enable.body, /Enable: \d+ operations now, 0 held/);
  t.equal((await readNow()).length, 0, 'nothing is in force until then');
  const enabled = await browser.submit(enable, '/now');
  t.equal(enabled.status, 303);
  t.match((await browser.get(base)).body, /1 profile writes to Microsoft 365/);
  const [profile] = await readNow();
  t.match(profile, {
    name: 'Contoso',
    state: 'enabled',
    guards: { removals: { percent: 5 } },
    groups: { by: ['school'] },
    dates: { openDaysBefore: 14 },
  });
  t.equal((await browser.get(`${wizard.path}/summary`)).status, 404, 'the draft has ended');
});

const readNow = () => relay.store.readTenant(district.tenantId, readProfiles);

t.test('a profile in force is changed, and others meanwhile are noticed', async (t) => {
  const browser = await enter();
  const list = await browser.get(base);
  const first = await browser.submit(list, '/change');
  const wizard = new Wizard(browser, first.location);
  t.equal((await browser.submit(list, '/change')).location, first.location, 'one draft of a profile');
  t.match(await wizard.see('source'), /keeps its name/);
  t.equal((await wizard.fill('properties', { 'properties.student': 'studentNumber' })).to, 'classes');
  t.notMatch(await wizard.see('summary'), /Store it/, 'an enabled profile would write by it at once');
  const enable = await browser.get(`${wizard.path}/enable`);
  t.match(enable.body, /Put in force: \d+ operation/);
  await wizard.fill('guards', { 'guards.expiryDays': '9' });
  t.match(await browser.submit(enable, '/now'), { status: 412 }, 'another tab has changed the draft since');
  t.equal((await browser.submit(await browser.get(`${wizard.path}/enable`), '/now')).status, 303);
  t.match(await readNow(), [
    { state: 'enabled', properties: { student: ['studentNumber'] }, guards: { expiryDays: 9 } },
  ]);

  const late = new Wizard(browser, (await browser.submit(await browser.get(base), '/change')).location);
  await browser.submit(await browser.get(base), '/pause');
  t.match((await browser.get(base)).body, /No profile is enabled/);
  t.notMatch(await late.see('summary'), /by somebody else/, 'a pause changes nothing that the draft says');
  await relay.store.withTenant(district.tenantId, async (scope) => {
    for (const one of await readProfiles(scope)) await setProfile(scope, { ...one, preRegistered: true }, new Date());
  });
  t.match(await late.see('summary'), /changed or removed by somebody else/);
  const discarded = await browser.submit(await browser.get(base), '/discard');
  t.equal(discarded.status, 303);
  t.equal((await browser.submit(await browser.get(base), '/resume')).status, 303);
  t.match(await readNow(), [{ state: 'enabled' }]);
});

t.test('several tabs at once lose nothing', async (t) => {
  const browser = await enter();
  const wizard = await begin(browser);
  const [name, mode] = [await wizard.see('source'), await wizard.see('mode')];
  await wizard.fill('source', { name: 'North' }, name);
  await wizard.fill('mode', { 'mode.students': 'create', 'mode.teachers': 'match' }, mode);
  t.match(await wizard.see('mode'), /“North”/, 'two steps do not disturb each other');

  const conflict = await wizard.fill('source', { name: 'South' }, name);
  t.equal(conflict.status, 200);
  t.match(conflict.body, /saved this step.*<td>North<\/td><td>South<\/td>/s);
  t.match(await wizard.see('source'), /value="North"/, 'nothing is replaced unseen');
  await wizard.fill('source', {}, conflict.body);
  t.match(await wizard.see('source'), /value="South"/, 'but it is when sent again');
  t.match((await browser.get(base)).body, /South<\/a><\/th><td>new<\/td><td class="number">2 of 9/);
  await browser.submit(await browser.get(base), '/discard');
  const left = await relay.store.readTenant(district.tenantId, readDrafts);
  t.equal(left.length, 0);
});

t.test(
  'without people, a preview lets agents send them; templates leave behind what belongs to a tenant',
  async (t) => {
    const browser = await enter();
    const page = await browser.get('/console/districts/fabrikam/profiles');
    t.match(page.body, /<option value="contoso&#32;Contoso"|<option value="contoso Contoso">/);
    const begun = await browser.submit(page, '/begin', { like: 'contoso Contoso' });
    const wizard = new Wizard(browser, begun.location);
    const [draft] = await relay.store.readTenant(fabrikam.id, readDrafts);
    t.match(draft?.document, { name: '', domains: {}, mode: { teachers: 'create' }, guards: { expiryDays: 9 } });
    t.notMatch(JSON.stringify(draft?.document), /contoso/i);
    t.notOk('schools' in (draft?.document ?? {}));
    await wizard.fill('source', { name: 'Fabrikam' });
    const schools = await browser.get(`${wizard.path}/schools`);
    t.match(schools.body, /The agent will start sending the students.*user name, student or teacher number and email/s);
    t.equal((await browser.submit(schools, '/try')).status, 303);
    const [profile] = await relay.store.readTenant(fabrikam.id, readProfiles);
    t.match(profile, { name: 'Fabrikam', state: 'preview', identity: { compareAll: true }, properties: {} });
    t.notMatch(await wizard.see('schools'), /Start the preview/);
  },
);

t.test(
  'whoever may not write profiles sees them and no drafts, and nobody sees those of another district',
  async (t) => {
    const where = { tenantId: fabrikam.id };
    const [admin, viewer] = [await as('admin', where), await as('viewer', where)];
    const own = await admin.get('/console/districts/fabrikam/profiles');
    t.match(own.body, /Fabrikam/);
    t.notMatch(own.body, /contoso/i, 'no templates of other districts');
    const foreign = await admin.submit(own, '/begin', { like: 'contoso Contoso' });
    t.equal(foreign.status, 404);
    const seen = await viewer.get('/console/districts/fabrikam/profiles');
    t.match(seen.body, /preview/);
    t.notMatch(seen.body, /Begin|Drafts|Change|Pause/);
    const [draft] = await relay.store.readTenant(fabrikam.id, readDrafts);
    const path = `profiles/drafts/${draft?.id}/source`;
    t.equal((await viewer.get(`/console/districts/fabrikam/${path}`)).status, 403);
    t.equal(
      (await (await enter()).get(`/console/districts/contoso/${path}`)).status,
      404,
      'a draft is of its district',
    );
  },
);
