/** Is this class as it should be, and why? */
import { html } from 'ghtml';
import { z } from 'zod';
import { copyable, count } from '../../../../shared/page/parts.ts';
import { type ClassAnswer, classNow, type MemberOfClass } from '../../../app/queries/class.ts';
import { isAccountKey } from '../../../model/person-key.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { classPath, districtPath, moreLink, personPath, withQuery } from '../shell/addresses.ts';
import { districtPage } from '../shell/page.ts';
import { placeOf, writePlace } from '../shell/place.ts';
import { journalOf, pathOf, problemList, yesNo } from './parts.ts';

const membersOfPage = 100;

interface Answer {
  tenant: Tenant;
  found: ClassAnswer;
}

export const classPage = districtPage({
  path: '/classes/:id',
  needs: 'people',
  title: ({ found }: Answer) => nameOf(found),
  effort: 'short',
  query: z.strictObject({ after: placeOf(1) }),
  async load({ app, actor, tenant, params }, { after }): Promise<Answer> {
    const asked = { id: params.id ?? '', after: after?.[0], limit: membersOfPage };
    return { tenant, found: await classNow(app, actor, tenant, asked) };
  },
  render: (answer) => html`<h1>${verdictOf(answer.found)}</h1>
<div class="columns">
<section class="panel"><div class="panel-head"><h2>From PowerSchool to the class</h2></div>!${pathOf(answer.found.steps)}</section>
!${factsOf(answer)}
</div>
!${problemList(answer.found.problems)}
!${membersOf(answer)}
!${journalOf(answer.found.operations)}`,
});

function nameOf({ section, displayName, sectionId }: ClassAnswer): string {
  return section === undefined
    ? (displayName ?? `Section ${sectionId}`)
    : `${section.courseName} - ${section.sectionNumber}`;
}

function verdictOf(found: ClassAnswer): string {
  const { answer } = found;
  if (answer === undefined) return `${nameOf(found)}: everything is in order.`;
  return `${nameOf(found)}: ${answer.status === 'waiting' ? 'waits at' : 'stops at'} ${answer.stage}.`;
}

function factsOf({ tenant, found }: Answer): string {
  const { section, school, term, displayName, objectId, sectionId, counts } = found;
  return html`<section class="panel"><div class="panel-head"><h2>What is known</h2></div><dl class="facts">
<dt>Section</dt><dd>!${copyable(sectionId, "the section's DCID")}</dd>
!${section === undefined ? '' : html`<dt>Course</dt><dd>${section.courseName} (${section.courseNumber})</dd><dt>Section number</dt><dd>${section.sectionNumber}</dd>`}
!${school === undefined ? '' : html`<dt>School</dt><dd><a href="${withQuery(districtPath(tenant, '/people'), { school: school.id })}">${school.name}</a></dd>`}
!${term === undefined ? '' : html`<dt>Term</dt><dd>${term.name}, ${term.startDate} to ${term.endDate}</dd>`}
!${displayName === undefined ? '' : html`<dt>In Microsoft 365</dt><dd>${displayName}</dd>`}
!${objectId === undefined ? '' : html`<dt>Object id</dt><dd>!${copyable(objectId, 'the object id')}</dd>`}
<dt>Teachers</dt><dd>${count(counts.teachers)}</dd>
<dt>Students</dt><dd>${count(counts.students)}</dd>
</dl></section>`;
}

function membersOf({ tenant, found: { members, sectionId, next } }: Answer): string {
  if (members.length === 0) {
    return html`<section class="panel"><div class="panel-head"><h2>Who is in it</h2></div><p class="empty">Nobody, neither in PowerSchool nor in Microsoft 365.</p></section>`;
  }
  const rows = members.map((member) => memberRow(member, tenant, sectionId));
  const more = next && withQuery(classPath(tenant, sectionId), { after: writePlace([next]) });
  return html`<section class="panel"><div class="panel-head"><h2>Who is in it</h2></div><div class="scroller" tabindex="0" role="region" aria-label="Members"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col">Is</th><th scope="col">In PowerSchool today</th><th scope="col">In Microsoft 365</th><th scope="col">Explanation</th></tr></thead>
<tbody>!${rows}</tbody></table></div>!${moreLink(more)}</section>`;
}

function memberRow(
  { key, name, inPowerSchool, isMember, isOwner, isOpen }: MemberOfClass,
  tenant: Tenant,
  sectionId: string,
): string {
  const there = yesNo(isMember || isOwner, isOwner ? 'owner' : 'member');
  const here = yesNo(inPowerSchool, 'yes');
  if (!isOpen) {
    const what = isAccountKey(key) ? 'account' : key.startsWith('teachers:') ? 'teacher' : 'student';
    return html`<tr><th scope="row">${name}</th><td data-label="Is">${what}</td><td data-label="PowerSchool">!${here}</td><td data-label="Microsoft 365">!${there}</td><td></td></tr>`;
  }
  const role = key.startsWith('teachers:') ? 'teacher' : 'student';
  const why = withQuery(personPath(tenant, key), { class: sectionId });
  return html`<tr><th scope="row"><a href="${personPath(tenant, key)}">${name}</a></th><td data-label="Is">${role}</td><td data-label="PowerSchool">!${here}</td><td data-label="Microsoft 365">!${there}</td><td><a href="${why}" aria-label="Why, for ${name}">Why?</a></td></tr>`;
}
