/** Who is meant? People, classes and schools by what people know of them. */
import { html } from 'ghtml';
import { z } from 'zod';
import { count } from '../../../../shared/page/parts.ts';
import type { Section } from '../../../../shared/roster.ts';
import {
  type Found,
  type PersonHit,
  type SearchKind,
  searchDistrict,
  searchKinds,
} from '../../../app/queries/search.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { classPath, districtPath, moreLink, personPath, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';
import { placeOf, writePlace } from '../shell/place.ts';

/** Of each kind, and of one kind alone. */
const fewHits = 10;
const manyHits = 50;

interface Answer {
  tenant: Tenant;
  found: Found;
  text: string;
  kind: SearchKind | undefined;
  school: string | undefined;
  isContinued: boolean;
}

export const peoplePage = districtPage({
  path: '/people',
  needs: 'people',
  nav: 'People',
  title: 'People and classes',
  effort: 'short',
  query: z.strictObject({
    q: z.string().max(100).default(''),
    kind: z.enum(searchKinds).optional(),
    school: z.string().max(40).optional(),
    after: placeOf(2),
  }),
  async load({ app, actor, tenant }, { q, kind, school, after }): Promise<Answer> {
    const [schoolId = '', id = ''] = after ?? [];
    const limit = kind === undefined ? fewHits : manyHits;
    const place = after && { schoolId, id };
    const found = await searchDistrict(app, actor, tenant, { text: q, kind, school, after: place, limit });
    return { tenant, found, text: q.trim(), kind, school, isContinued: after !== undefined };
  },
  render: (answer) => html`<h1>${verdictOf(answer)}</h1>
<search class="panel" aria-label="On this page"><form class="fields" method="get" action="${districtPath(answer.tenant, '/people')}">
<label>Name, number, user name, email address, course, school or id<input type="text" name="q" value="${answer.text}" maxlength="100" autocomplete="off" spellcheck="false"></label>
!${answer.school === undefined ? '' : html`<input type="hidden" name="school" value="${answer.school}">`}<button class="primary">Search</button>
!${answer.school === undefined ? '' : html`<a href="${withQuery(districtPath(answer.tenant, '/people'), { q: answer.text || undefined })}">Search every school</a>`}</form></search>
!${schoolsPanel(answer)}
!${peoplePanel(answer, 'student', 'Students')}
!${peoplePanel(answer, 'teacher', 'Teachers')}
!${classesPanel(answer)}`,
});

function verdictOf({ found, text, school }: Answer): string {
  const { people, classes, schools, schoolNames } = found;
  const where = school === undefined ? '' : ` at ${schoolNames.get(school) ?? 'school'} (${school})`;
  const hits = people.student.hits.length + people.teacher.hits.length + classes.hits.length + schools.length;
  if (text === '') return hits === 0 ? `There is nobody yet${where}.` : `Everybody and every class${where}.`;
  if (hits === 0) return `Nobody and nothing here is "${text}"${where}.`;
  const isMore = [people.student, people.teacher, classes].some(({ next }) => next !== undefined);
  return `${isMore ? 'At least ' : ''}${count(hits)} ${hits === 1 ? 'thing fits' : 'things fit'} "${text}"${where}.`;
}

function panel(
  answer: Answer,
  about: { kind: SearchKind; title: string; next?: { schoolId: string; id: string } | undefined },
  table: string,
): string {
  const { tenant, text, school, kind } = answer;
  const { next } = about;
  const query = { q: text || undefined, kind: about.kind, school };
  // The first few of several kinds lead to all of one kind, from the beginning.
  const after = kind === undefined || next === undefined ? undefined : writePlace([next.schoolId, next.id]);
  const path = next && withQuery(districtPath(tenant, '/people'), { ...query, after });
  return html`<section class="panel"><div class="panel-head"><h2>${about.title}</h2></div>!${table}!${moreLink(path)}</section>`;
}

function peoplePanel(answer: Answer, kind: 'student' | 'teacher', title: string): string {
  const { hits, next } = answer.found.people[kind];
  if (hits.length === 0) return '';
  const rows = hits.map((hit) => personRow(hit, answer));
  return panel(
    answer,
    { kind, title, next },
    html`<div class="scroller" tabindex="0" role="region" aria-label="${title}"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col">School</th><th scope="col">Number</th><th scope="col">User name</th><th scope="col">Account in Microsoft 365</th></tr></thead>
<tbody>!${rows}</tbody></table></div>`,
  );
}

function personRow({ key, record, account }: PersonHit, { tenant, found: { schoolNames } }: Answer): string {
  const name = [record?.givenName, record?.surname].filter((part) => part !== undefined).join(' ');
  const number = record?.kind === 'student' ? record.studentNumber : record?.teacherNumber;
  const school = record === undefined ? 'gone from PowerSchool' : (schoolNames.get(record.schoolId) ?? record.schoolId);
  return html`<tr><th scope="row"><a href="${personPath(tenant, key)}">${name || key}</a></th><td data-label="School">${school}</td><td data-label="Number">${number ?? ''}</td><td data-label="User name">${record?.username ?? ''}</td><td data-label="Account">${account === undefined ? 'none' : (account.userPrincipalName ?? account.objectId)}</td></tr>`;
}

function classesPanel(answer: Answer): string {
  const { hits, next } = answer.found.classes;
  if (hits.length === 0) return '';
  const rows = hits.map((section) => classRow(section, answer));
  return panel(
    answer,
    { kind: 'section', title: 'Classes', next },
    html`<div class="scroller" tabindex="0" role="region" aria-label="Classes"><table class="cards">
<thead><tr><th scope="col">Class</th><th scope="col">School</th><th scope="col">Course</th><th scope="col">Section</th></tr></thead>
<tbody>!${rows}</tbody></table></div>`,
  );
}

function classRow(section: Section, { tenant, found: { schoolNames } }: Answer): string {
  const { id, courseName, sectionNumber, courseNumber, schoolId } = section;
  return html`<tr><th scope="row"><a href="${classPath(tenant, id)}">${courseName} - ${sectionNumber}</a></th><td data-label="School">${schoolNames.get(schoolId) ?? schoolId}</td><td data-label="Course">${courseNumber}</td><td data-label="Section"><code>${id}</code></td></tr>`;
}

function schoolsPanel({ tenant, found: { schools } }: Answer): string {
  if (schools.length === 0) return '';
  const items = schools.map(
    ({ id, name, schoolNumber }) =>
      html`<li><a href="${withQuery(districtPath(tenant, '/people'), { school: id })}">${name}</a> <span class="fine">number ${schoolNumber}</span></li>`,
  );
  return html`<section class="panel"><div class="panel-head"><h2>Schools</h2></div><ul class="places">!${items}</ul></section>`;
}
