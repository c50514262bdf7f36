/** Causes of problems, as sentences: how many of what have it, where, and what to do. */
import { html } from 'ghtml';
import { advice, count, counted, icon, time } from '../../../../shared/page/parts.ts';
import type { Cause } from '../../../app/queries/causes.ts';
import type { SubjectKind } from '../../../model/subject.ts';
import type { Tenant } from '../../../store/tenants/system.ts';
import { districtPath, withQuery } from '../shell/addresses.ts';

/** Of a cause; the others are counted. */
const namedSchools = 3;

/** `209 students have no email address in PowerSchool` */
export function causeSentence(cause: Cause): string {
  return `${thingsOf(cause.what, cause.count)}${cause.words}`;
}

const things: Record<SubjectKind, [one: string, many: string]> = {
  school: ['school', 'schools'],
  term: ['term', 'terms'],
  section: ['class', 'classes'],
  student: ['student', 'students'],
  teacher: ['teacher', 'teachers'],
  studentEnrollment: ['enrollment', 'enrollments'],
  teacherRoster: ['teacher assignment', 'teacher assignments'],
  membership: ['membership', 'memberships'],
  other: ['thing', 'things'],
};

export function thingsOf(what: SubjectKind | undefined, some: number): string {
  const [one, many] = what === undefined ? ['record', 'records'] : things[what];
  return counted(some, one, many);
}

/** The page of problems with those of a cause. */
export function causePath(tenant: Pick<Tenant, 'slug'>, cause: Cause, school?: string): string {
  return `${withQuery(districtPath(tenant, '/problems'), { cause: cause.key, school })}#rows`;
}

interface Where {
  tenant: Pick<Tenant, 'slug'>;
  /** Names, by id. */
  schools: ReadonlyMap<string, string>;
  isChosen?: boolean;
  /** HTML between what to do and where it is. */
  more?: string;
}

/** An item of a list of causes. */
export function causeItem(cause: Cause, { tenant, schools, isChosen = false, more = '' }: Where): string {
  const places = cause.schools
    .slice(0, namedSchools)
    .map(
      ({ id, count: some }) =>
        html`<li><a href="${causePath(tenant, cause, id)}">${schools.get(id) ?? 'School'} (${id})</a> <span class="fine">${count(some)}</span></li>`,
    );
  const others = cause.schools.length - namedSchools;
  return html`<li><p><a href="${causePath(tenant, cause)}" !${isChosen ? 'aria-current="true"' : ''}><strong>${causeSentence(cause)}</strong></a></p>
<p class="action">!${icon('next')}<span>!${advice(cause.action)}</span></p>!${more}
<ul class="places">!${places}!${others > 0 ? html`<li class="fine">and ${counted(others, 'more school')}</li>` : ''}<li class="fine">since !${time(Date.parse(cause.since))}</li><li class="fine"><code>${cause.code}</code></li></ul></li>`;
}
