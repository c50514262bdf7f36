/**
 * Whether a profile fits its tenant: domains, licenses, schools, dates. The schema has checked the document by itself;
 * this compares it with the world. Pure: the facts are read elsewhere. A profile with an error should not be enabled.
 */

import { pageOf } from '../../plugin/where-to-fix.ts';
import { type Property, propertiesOf } from '../../shared/properties.ts';
import { propertyRead } from './adoption.ts';
import { tellingValues } from './classes.ts';
import { parsePattern } from './pattern.ts';
import type { Profile } from './profile.ts';
import type { ProfileProblem, TenantFacts } from './tenant-facts.ts';
import { adoptionProblems } from './validate-adoption.ts';
import { cloudProblems } from './validate-cloud.ts';
import { identityProblems } from './validate-identity.ts';

/** Errors first, in the order of the document. */
export function validateProfile(profile: Profile, facts: TenantFacts): ProfileProblem[] {
  const problems = [
    ...identityProblems(profile, facts),
    ...(facts.unasked === undefined ? cloudProblems(profile, facts) : unasked(facts.unasked)),
    ...schoolProblems(profile, facts),
    ...endedProblems(facts),
    ...overlapProblems(facts),
    ...propertyProblems(profile),
    ...dateProblems(profile, facts),
    ...guardProblems(profile, facts),
    ...adoptionProblems(profile, facts),
  ];
  return problems.sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'));
}

function* unasked(why: string): Iterable<ProfileProblem> {
  const reason = `domains, licenses, groups and permissions could not be checked: ${why.replace(/\.$/, '')}`;
  const remedy = 'Fix that, and check again with "hallpass-relay profile check TENANT".';
  yield { field: 'the document', severity: 'warning', reason, remedy };
}

function* schoolProblems({ schools: chosen }: Profile, { schools }: TenantFacts): Iterable<ProfileProblem> {
  const ids = chosen === 'all' ? [] : chosen;
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) {
    const name = schools.get(id);
    const reason = `${name === undefined ? `the school with the id ${id}` : `${name} (id ${id})`} is listed more than once`;
    yield { field: 'schools', severity: 'warning', reason, remedy: 'List it once; it counts once.' };
  }
  if (schools.size === 0) {
    const reason = 'no agent has sent the schools yet, so they could not be checked';
    const remedy = 'Connect an agent, and check again.';
    yield { field: 'schools', severity: 'warning', reason, remedy };
    return;
  }
  for (const id of new Set(ids)) {
    if (schools.has(id)) continue;
    const reason = `PowerSchool has no school with the id ${id}`;
    const remedy = 'Remove it, or correct it: "hallpass-relay schools TENANT" lists the ids.';
    yield { field: 'schools', severity: 'error', reason, remedy };
  }
}

/** How many schools a sentence names. */
const mostNamed = 5;

/** Schools that have closed. */
function* endedProblems({ ended, schools }: TenantFacts): Iterable<ProfileProblem> {
  if (ended.size === 0) return;
  const named = [...ended].slice(0, mostNamed).map(([id, lastDay]) => `${schools.get(id)} (${id}) on ${lastDay}`);
  const list = `${named.join(', ')}${ended.size > mostNamed ? ', …' : ''}`;
  const reason = `the terms of ${ended.size} of the schools ended before this school year, so Hallpass creates nothing new for them: ${list}`;
  const remedy = `Ignore this for schools that have closed. Otherwise add their terms of this school year in PowerSchool: ${pageOf('term', '')}.`;
  yield { field: 'schools', severity: 'warning', reason, remedy };
}

/** What another profile of the district covers too. */
function* overlapProblems({ contested, inOtherProfiles }: TenantFacts): Iterable<ProfileProblem> {
  for (const [id, others] of contested) {
    const reason = `the school ${id} is covered by ${others.join(', ')} as well, so neither would provision it`;
    yield { field: 'schools', severity: 'error', reason, remedy: 'List every school in one profile only.' };
  }
  if (inOtherProfiles > 0) {
    const reason = `${inOtherProfiles} people are in schools of other profiles too: Hallpass leaves them as they are`;
    const remedy = 'Put all schools of a person into one profile; "hallpass-relay problems" names them.';
    yield { field: 'schools', severity: 'warning', reason, remedy };
  }
}

/** Properties that cost privacy without a benefit. */
function* propertyProblems({ properties, mode, classes, adoption }: Profile): Iterable<ProfileProblem> {
  const { values } = parsePattern(classes.name);
  const read = propertyRead(adoption, 'sections');
  const unused = {
    student: unwritten('student', mode.students),
    teacher: unwritten('teacher', mode.teachers),
    section: unwritten('section', 'create').filter((name) => !values.has(name) && name !== read),
  };
  for (const [kind, names] of Object.entries(unused)) {
    const chosen = (properties[kind as keyof typeof unused] ?? []).filter((name) => names.includes(name));
    if (chosen.length === 0) continue;
    const reason = `${chosen.join(', ')} would leave the district but are written nowhere`;
    yield { field: `properties.${kind}`, severity: 'warning', reason, remedy: 'Remove it.' };
  }
  if (!tellingValues.some((name) => values.has(name))) {
    const reason = 'all classes of a course would have the same name';
    yield { field: 'classes.name', severity: 'warning', reason, remedy: 'Add {sectionNumber} to the pattern.' };
  }
}

/** Properties that are not written anywhere, or only to accounts that Hallpass creates when it creates none. */
function unwritten(kind: 'student' | 'teacher' | 'section', mode: 'match' | 'create'): string[] {
  const isWritten = ({ graph }: Property) => graph !== undefined && (graph.made === undefined || mode === 'create');
  return propertiesOf(kind).flatMap((property) => (isWritten(property) ? [] : [property.name]));
}

function* dateProblems({ dates }: Profile, { today }: TenantFacts): Iterable<ProfileProblem> {
  const { expiresOn, studentsFrom } = dates;
  if (expiresOn === null) return;
  const remedy = 'Choose a later date, or null for a profile that does not expire.';
  const daysLeft = (Date.parse(expiresOn) - Date.parse(today)) / 86_400_000;
  if (daysLeft < 0) {
    const reason = `the profile expired on ${expiresOn}`;
    yield { field: 'dates.expiresOn', severity: 'error', reason, remedy };
  } else if (daysLeft <= 14) {
    const reason = `the profile expires on ${expiresOn}, in ${daysLeft} days`;
    yield { field: 'dates.expiresOn', severity: 'warning', reason, remedy };
  }
  if (studentsFrom !== null && studentsFrom > expiresOn) {
    const reason = 'students would start after the profile expires';
    yield { field: 'dates.studentsFrom', severity: 'error', reason, remedy: 'Choose an earlier date.' };
  }
}

/** Students per membership that may end on an ordinary day: 500 of 60,000, which is the default of `removals.total`. */
const studentsPerRemoval = 120;

/** A limit for all schools together that a large district reaches without anything being wrong. */
function* guardProblems({ guards, policies }: Profile, { people }: TenantFacts): Iterable<ProfileProblem> {
  const { total } = guards.removals;
  const students = people.students.total;
  if (policies.studentLeftClass !== 'remove' || students <= total * studentsPerRemoval) return;
  const reason = `with ${students} students, more than ${total} memberships may end within 24 hours on an ordinary day, and would be held`;
  const remedy = 'Set it to about 1 % of the memberships in classes.';
  yield { field: 'guards.removals.total', severity: 'warning', reason, remedy };
}
