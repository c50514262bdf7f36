/** What have I to do with this district? For school viewers and registrars, who see a part of it. */
import { html } from 'ghtml';
import { count, counted, icon } from '../../../../shared/page/parts.ts';
import { type OwnCause, type OwnHome, type OwnSchool, ownHome } from '../../../app/queries/own-home.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { causeItem, causePath } from '../pieces/causes.ts';
import { emptyPanel, numbers, tablePanel, texts } from '../pieces/tables.ts';
import { classPath, districtPath, personPath, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';

/** Causes in a school viewer's schools; the page of problems has all of them. */
const mostCauses = 5;

interface Answer {
  tenant: Tenant;
  home: OwnHome;
}

export const homePage = districtPage({
  path: '/home',
  needs: 'home',
  nav: 'Home',
  title: 'Home',
  effort: 'long',
  refreshSeconds: 60,
  load: async ({ app, actor, tenant }): Promise<Answer> => ({ tenant, home: await ownHome(app, actor, tenant) }),
  render: (answer) => html`<h1>${verdictOf(answer.home)}</h1>
!${correctionsPanel(answer)}
!${schoolsPanel(answer)}
!${searchPanel(answer)}
!${causesPanel(answer)}`,
});

function verdictOf({ schools, inSchools, toCorrect }: OwnHome): string {
  const corrections = toCorrect === undefined ? [] : [correctionWords(toCorrect)];
  if (schools.length === 0) return corrections.join(' ') || 'None of your schools is in PowerSchool now.';
  const [first] = schools;
  const where = schools.length === 1 && first !== undefined ? first.name : counted(schools.length, 'school');
  const students = schools.reduce((sum, one) => sum + one.students, 0);
  const problems = inSchools.reduce((sum, one) => sum + one.count, 0);
  const state =
    problems === 0
      ? 'nobody has a problem'
      : `${counted(problems, 'problem')} ${problems === 1 ? 'needs' : 'need'} somebody`;
  return [...corrections, `${where}, ${counted(students, 'student')}: ${state}.`].join(' ');
}

function correctionWords({ count: some, isCut, causes }: NonNullable<OwnHome['toCorrect']>): string {
  if (some === 0) return 'Nothing has to be corrected in PowerSchool.';
  const all = `${isCut ? 'At least ' : ''}${counted(some, 'record')}`;
  return `${all} in PowerSchool ${some === 1 ? 'needs' : 'need'} a correction, for ${counted(causes.length, 'reason')}.`;
}

function correctionsPanel({ tenant, home: { toCorrect, schoolNames } }: Answer): string {
  if (toCorrect === undefined) return '';
  if (toCorrect.causes.length === 0) {
    return emptyPanel(
      html`!${icon('ok')} What PowerSchool has of people and classes can be written to Microsoft 365. When a value is missing or wrong there, it appears here, with whom it concerns and what to correct.`,
    );
  }
  const items = toCorrect.causes.map((one) =>
    causeItem(one.cause, { tenant, schools: schoolNames, more: concernedIn(one, tenant) }),
  );
  const all = withQuery(districtPath(tenant, '/problems.csv'), { role: 'sis' });
  return html`<section class="panel"><div class="panel-head"><h2>To correct in PowerSchool</h2><p class="actions"><a href="${all}" download>Download all as CSV</a></p></div>
<p class="note">Correct it in PowerSchool, and nowhere else: the agent reads the change with its next look, the next run writes it, and the line disappears here by itself.</p>
<ul class="causes">!${items}</ul></section>`;
}

/** The first ones by name, the way to the others, and to a list for a spreadsheet. */
function concernedIn({ cause, concerned }: OwnCause, tenant: Tenant): string {
  const names = concerned.map(({ named: { text, person, section } }) => {
    const href = person !== undefined ? personPath(tenant, person) : section && classPath(tenant, section);
    return html`<li>!${href === undefined ? html`${text}` : html`<a href="${href}">${text}</a>`}</li>`;
  });
  const others = cause.count - concerned.length;
  const all = others > 0 ? html`<li><a href="${causePath(tenant, cause)}">and ${count(others)} more</a></li>` : '';
  const file = withQuery(districtPath(tenant, '/problems.csv'), { cause: cause.key });
  return html`<ul class="places">!${names}!${all}<li><a href="${file}" download aria-label="CSV: ${cause.code}, ${cause.count}">CSV</a></li></ul>`;
}

function schoolsPanel({ tenant, home: { schools } }: Answer): string {
  if (schools.length === 0) return '';
  return tablePanel({
    label: 'Table of your schools',
    heading: schools.length === 1 ? 'Your school' : 'Your schools',
    columns: [...texts('School'), ...numbers('Students', 'Teachers', 'Classes', 'Problems', 'Teams to activate')],
    rows: schools.map((school) => rowOf(school, tenant)),
  });
}

function rowOf({ id, name, students, teachers, classes, problems, teams }: OwnSchool, tenant: Tenant): string[] {
  const people = (kind?: string) => withQuery(districtPath(tenant, '/people'), { kind, school: id });
  const link = (some: number, href: string, what: string) =>
    some === 0 ? '0' : html`<a href="${href}" aria-label="${count(some)} ${what}, ${name}">${count(some)}</a>`;
  return [
    html`<a href="${people()}">${name}</a>`,
    link(students, people('student'), 'students'),
    link(teachers, people('teacher'), 'teachers'),
    link(classes, people('section'), 'classes'),
    link(problems, withQuery(districtPath(tenant, '/problems'), { school: id }), 'problems'),
    link(teams, withQuery(districtPath(tenant, '/teams'), { school: id }), 'teams to activate'),
  ];
}

function searchPanel({ tenant }: Answer): string {
  return html`<search class="panel" aria-label="Why somebody has, or has not"><form class="fields" method="get" action="${districtPath(tenant, '/people')}">
<label>Why does somebody have no account, or a class nobody in it? Look for a name, a number or a course<input type="text" name="q" required maxlength="100" autocomplete="off" spellcheck="false"></label><button class="primary">Search</button></form></search>`;
}

function causesPanel({ tenant, home: { inSchools, schools, schoolNames } }: Answer): string {
  if (schools.length === 0) return '';
  if (inSchools.length === 0) {
    return emptyPanel(
      html`!${icon('ok')} Everybody in your ${schools.length === 1 ? 'school' : 'schools'} has what the district&rsquo;s profile gives them.`,
    );
  }
  const items = inSchools.slice(0, mostCauses).map((cause) => causeItem(cause, { tenant, schools: schoolNames }));
  const others = inSchools.length - items.length;
  return html`<section class="panel"><div class="panel-head"><h2>What is wrong in your ${schools.length === 1 ? 'school' : 'schools'}</h2><p class="actions"><a href="${districtPath(tenant, '/problems')}">${others > 0 ? `All ${inSchools.length} causes` : 'All problems'}</a></p></div><ul class="causes">!${items}</ul></section>`;
}
