/** The part of an explanation about one class. */

import { type Drift, isOfMembership, membershipOf } from '../drift/ledger.ts';
import { asSectionId, classKey } from '../model/keys.ts';
import { isStudent } from '../model/person-key.ts';
import { daysBefore } from '../plan/dates.ts';
import { byHandAt, byHandStep } from './by-hand.ts';
import type { ActivationFacts, ClassFacts, ClassItself, Facts, Frame } from './known.ts';
import { fate, held, isOver, nextOfPast, type Step, waiting } from './step.ts';
import { isCreation, isJoining, waitingFor } from './waits.ts';

/** From the section in PowerSchool to the team. */
export function* classSteps(facts: Facts, section: ClassFacts): Iterable<Step> {
  if (section.name === undefined) {
    yield missingStep(section);
    if (leftOut(section) === undefined && section.objectId !== undefined) yield membershipOfGone(facts, section);
    return;
  }
  const { termEnded } = section;
  yield sectionStep(facts, { ...section, name: section.name });
  yield enrollmentStep(facts, section);
  const [gone] = byHandAt(facts, 'class');
  if (gone !== undefined) {
    yield byHandStep('Class', gone, facts);
    return;
  }
  if (termEnded !== undefined && section.objectId === undefined) return;
  yield classStep(facts, section);
  const changed = byHandAt(facts, 'membership');
  for (const drift of changed) yield byHandStep('Membership', drift, facts);
  const isOpen = (drift: Drift) =>
    drift.state !== 'repaired' && isOfMembership(drift) && membershipOf(drift.item).relation === 'member';
  if (!changed.some(isOpen)) yield membershipStep(facts, section);
  const team = teamStep(facts, section);
  if (team !== undefined) yield team;
}

/** The class itself, from the section in PowerSchool to the team. */
export function* classPath(facts: Frame, section: ClassItself): Iterable<Step> {
  const { name, termEnded, objectId } = section;
  if (name === undefined) {
    yield missingStep(section);
    return;
  }
  yield sectionStep(facts, { ...section, name });
  const [gone] = byHandAt(facts, 'class');
  if (gone !== undefined) {
    yield byHandStep('Class', gone, facts);
    return;
  }
  if (termEnded !== undefined && objectId === undefined) return;
  yield classStep(facts, section);
  const team = teamStep(facts, section);
  if (team !== undefined) yield team;
  for (const drift of byHandAt(facts, 'values')) yield byHandStep('Values', drift, facts);
}

/** For a section that PowerSchool does not have, or whose row is left out. */
function missingStep(section: ClassItself): Step {
  const { sectionId, objectId, departure } = section;
  const row = leftOut(section);
  if (row !== undefined) {
    return { stage: 'Section', status: 'stopped', fact: row.message, at: row.firstAt, next: row.action };
  }
  const stays = objectId === undefined ? '' : 'The class stays as it is.';
  const missing = `PowerSchool has no section ${sectionId} in the current school year.`;
  const fact = `${missing} ${fate(departure, stays)}`.trimEnd();
  return { stage: 'Section', status: 'stopped', fact, next: 'Check the section in PowerSchool.' };
}

function leftOut({ problems }: ClassItself): ClassItself['problems'][number] | undefined {
  return problems.find(({ code }) => code === 'RowLeftOut');
}

function sectionStep(
  { committedAt }: Frame,
  { sectionId, name, inScope, termEnded, objectId }: ClassItself & { name: string },
): Step {
  const at = committedAt === null ? {} : { at: committedAt };
  if (!inScope) {
    const fact = `Section ${sectionId} (${name}) is in a school that the profile does not cover.`;
    const next = 'Add the school to the profile if the class should exist.';
    return { stage: 'Section', status: 'stopped', fact, ...at, next };
  }
  if (termEnded !== undefined && objectId === undefined) {
    const fact = `Section ${sectionId} is ${name}. ${isOver(termEnded)}: Hallpass creates no class.`;
    return { stage: 'Section', status: 'stopped', fact, ...at, next: nextOfPast };
  }
  return { stage: 'Section', status: 'ok', fact: `Section ${sectionId} is ${name}.`, ...at };
}

function enrollmentStep({ person, today }: Facts, { memberships, sectionId, openDaysBefore }: ClassFacts): Step {
  const current = memberships.find((membership) => membership.current);
  if (current !== undefined) {
    const fact = `${person.subject} is in section ${sectionId} ${period(current)} (record ${current.id}).`;
    return { stage: 'Enrollment', status: 'ok', fact };
  }
  const [other] = memberships;
  if (other === undefined) {
    const fact = `PowerSchool does not have ${person.subject} in section ${sectionId}, or has dropped them from it.`;
    return {
      stage: 'Enrollment',
      status: 'stopped',
      fact,
      next: 'If the person should be there, have the school enroll them in PowerSchool.',
    };
  }
  if (person.preRegistered && other.startDate !== undefined && other.startDate > today) {
    const from = daysBefore(other.startDate, openDaysBefore);
    const early = openDaysBefore === 0 ? '' : `, ${openDaysBefore} days before that`;
    const fact = `${person.subject} is pre-registered and in section ${sectionId} from ${other.startDate} on: they are in the class from ${from}${early}.`;
    const next = 'Wait if the date is right. "dates.openDaysBefore" of the profile sets how many days before it.';
    return { stage: 'Enrollment', status: 'waiting', fact, next };
  }
  const fact = `${person.subject} is in section ${sectionId} ${period(other)}, and today is ${today}.`;
  const next = 'Wait if the dates are right; otherwise correct them in PowerSchool.';
  return { stage: 'Enrollment', status: 'waiting', fact, next };
}

function classStep(facts: Frame, { sectionId, objectId, madeAt, problems }: ClassItself): Step {
  if (objectId !== undefined) {
    const fact = `The class is the group ${objectId}.`;
    return { stage: 'Class', status: 'ok', fact, ...(madeAt !== undefined && { at: madeAt }) };
  }
  const [problem] = problems;
  if (problem === undefined) {
    const operation = waitingFor(facts.waits, isCreation('class'), { key: classKey(asSectionId(sectionId)) });
    return waiting('Class', 'The class does not exist in Microsoft 365 yet.', facts, operation);
  }
  const fact = `${problem.code}: ${problem.message}`;
  return { stage: 'Class', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
}

/** For a class whose section is gone. */
function membershipOfGone(facts: Facts, { isMember, departure }: ClassFacts): Step {
  const { person } = facts;
  const step = (fact: string): Step => ({ stage: 'Membership', status: 'ok', fact });
  if (!isMember) return step('They are not a member of the class.');
  const { policy } = departure ?? {};
  if (policy?.removesStudents === true && isStudent(person.subject)) {
    const holding = held('Membership', { removes: 'member' }, 'They are still a member of the class', facts);
    if (holding !== undefined) return holding;
    return step(
      `They are a member of the class until students are removed from it, from ${policy.from} on, by policy.`,
    );
  }
  return step(
    'They stay a member of the class: by policy, Hallpass removes nobody from a class whose section is gone.',
  );
}

function membershipStep(
  facts: Facts,
  { sectionId, isMember, isLastOwner, leavers, operations, problems, memberships, termEnded }: ClassFacts,
): Step {
  const [last] = operations;
  const trace = last === undefined ? '' : ` Last: ${last.kind}, ${last.state} (${last.reason}).`;
  const at = last === undefined ? {} : { at: last.at };
  const wanted = memberships.some((membership) => membership.current);
  if (isMember && wanted)
    return { stage: 'Membership', status: 'ok', fact: `They are a member of the class.${trace}`, ...at };
  if (isMember) {
    const holding = held('Membership', { removes: 'member' }, 'They are still a member of the class', facts);
    if (holding !== undefined) return holding;
    const { what, option } = leavers;
    const policy = `("${option}": "${what}")`;
    if (what === 'keep') {
      const fact = `They are still a member of the class, and stay one: the profile keeps people who left ${policy}.${trace}`;
      return { stage: 'Membership', status: 'ok', fact, ...at };
    }
    if (isLastOwner) {
      const fact = `They are still in the class, as its only owner: Graph keeps the last one.${trace}`;
      const next = 'Give the section another teacher in PowerSchool; then the profile removes this one.';
      return { stage: 'Membership', status: 'waiting', fact, ...at, next };
    }
    const fact = `They are still a member of the class, although PowerSchool no longer has them in it: the profile removes people who left ${policy}.${trace}`;
    return { ...waiting('Membership', fact, facts), ...at };
  }
  if (!wanted) return { stage: 'Membership', status: 'ok', fact: `They are not a member of the class.${trace}`, ...at };
  if (termEnded !== undefined) {
    const fact = `${isOver(termEnded)}: Hallpass adds nobody to the class anymore.${trace}`;
    return { stage: 'Membership', status: 'stopped', fact, ...at, next: nextOfPast };
  }
  const [problem] = problems;
  if (last?.error !== undefined || problem !== undefined) {
    const fact = `Microsoft 365 refused: ${last?.error ?? problem?.message ?? ''}`;
    return {
      stage: 'Membership',
      status: 'stopped',
      fact,
      ...at,
      next: problem?.action ?? 'The next run tries again.',
    };
  }
  const about = { key: classKey(asSectionId(sectionId)), person: facts.person.subject };
  const operation = waitingFor(facts.waits, isJoining('owner', 'member'), about);
  return waiting('Membership', `They are not a member of the class yet.${trace}`, facts, operation);
}

/** Undefined when there is nothing to say: the profile creates no teams, or there is no class for one. */
function teamStep(facts: Frame, { sectionId, team, objectId }: ClassItself): Step | undefined {
  if (team === undefined || objectId === undefined) return undefined;
  const known = team.known?.objectId === objectId ? team.known : undefined;
  const at = known === undefined ? {} : { at: known.since };
  if (known?.state === 'there') {
    const activation = team.activation?.objectId === objectId ? team.activation : undefined;
    return activationStep(activation);
  }
  const [problem] = team.problems;
  if (problem !== undefined) {
    const fact = `${problem.code}: ${problem.message}`;
    return { stage: 'Team', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
  }
  const operation = waitingFor(facts.waits, isCreation('team'), { key: classKey(asSectionId(sectionId)) });
  const due = operation?.reason.for === 'team' ? ` at ${operation.reason.until}` : '';
  const next = `Wait: Hallpass looks again${due}. The members of the class are in its team once the team exists.`;
  if (known?.state === 'accepted') {
    return { stage: 'Team', status: 'waiting', fact: 'Microsoft Teams is creating the team.', ...at, next };
  }
  if (known?.state === 'waiting') {
    const fact = 'Microsoft Teams does not know the class yet, which takes up to 15 minutes and sometimes hours.';
    return { stage: 'Team', status: 'waiting', fact, ...at, next };
  }
  return waiting('Team', 'The class is not a team yet.', facts, operation);
}

/** For an existing team: students can use it only when a teacher has activated it. */
function activationStep(activation: ActivationFacts | undefined): Step {
  if (activation?.state === 'waiting') {
    const fact = 'The class is a team, and its students do not see it: it waits for a teacher to activate it.';
    const next = 'A teacher of the class opens the team in Microsoft Teams and chooses "Activate".';
    return { stage: 'Team', status: 'waiting', fact, at: activation.since, next };
  }
  if (activation?.state === 'gone') {
    const fact = 'The class was a team, and it is gone from Microsoft Teams. Hallpass creates a team once.';
    return { stage: 'Team', status: 'ok', fact, at: activation.since };
  }
  const seen = activation === undefined ? '' : ' Its students see it.';
  return { stage: 'Team', status: 'ok', fact: `The class is a team.${seen}` };
}

function period({ startDate, endDate }: { startDate: string | undefined; endDate: string | undefined }): string {
  return `from ${startDate ?? 'the beginning'} to ${endDate ?? 'open end'}`;
}
