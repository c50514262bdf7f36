/**
 * "Why is this person (not) in that class?": the whole way from the row in PowerSchool to Graph's answer, step by step.
 * Pure: facts in, steps out; the first step that is not in order is the answer, and says who does what next.
 */

import { isStudent } from '../model/person-key.ts';
import { byHandAt, byHandStep } from './by-hand.ts';
import { classPath, classSteps } from './class-steps.ts';
import { groupSteps } from './groups.ts';
import type { ClassItself, Facts, Frame } from './known.ts';
import { fate, held, isOver, nextOfPast, type Step, waiting } from './step.ts';
import { isCreation, isJoining, waitingFor } from './waits.ts';

export function explain(facts: Facts): Step[] {
  const ofClass = facts.class === undefined ? [] : classSteps(facts, facts.class);
  return [...personSteps(facts), ...ofClass, ...otherSteps(facts)];
}

/** The same for a class, whoever is in it. */
export function explainClass(frame: Frame, itself: ClassItself): Step[] {
  return [...classPath(frame, itself)];
}

/** The first step that is not in order; undefined when all are. */
export function answerOf(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => step.status !== 'ok');
}

function* personSteps(facts: Facts): Iterable<Step> {
  yield powerschoolStep(facts);
  const { person, profile } = facts;
  if (profile === undefined) {
    const next = 'The operator must store a profile: hallpass-relay profile set.';
    yield { stage: 'Profile', status: 'stopped', fact: 'This district has no profile.', next };
  } else if (person.rivals.length > 0) {
    const profiles = [profile.name, ...person.rivals].join(', ');
    const fact = `Several profiles cover the person's schools, so none does anything for them: ${profiles}.`;
    const next = 'Put all schools of the person into one profile, or end the assignment in PowerSchool.';
    yield { stage: 'Profile', status: 'stopped', fact, next };
  } else if (person.schoolIds.length > 0 && !person.inScope) {
    const fact = `The profile "${profile.name}" does not cover ${schools(person.schoolIds)}.`;
    yield {
      stage: 'Profile',
      status: 'stopped',
      fact,
      next: 'Add the school to the profile if the person should be there.',
    };
  } else if (person.schoolIds.length > 0) {
    yield {
      stage: 'Profile',
      status: 'ok',
      fact: `The profile "${profile.name}" covers ${schools(person.schoolIds)}.`,
    };
  }
  yield accountStep(facts);
  if (person.license !== undefined) {
    const { skuId, assigned } = person.license;
    const isGone = person.schoolIds.length === 0;
    if (assigned && isGone)
      yield {
        stage: 'License',
        status: 'ok',
        fact: `The license ${skuId} stays assigned: Hallpass removes no license.`,
      };
    else if (assigned) yield { stage: 'License', status: 'ok', fact: `The license ${skuId} is assigned.` };
    else if (isGone)
      yield { stage: 'License', status: 'ok', fact: `The license ${skuId} is not assigned to a person who left.` };
    else {
      const operation = waitingFor(facts.waits, isJoining('licence'), { person: person.subject });
      yield waiting('License', `The license ${skuId} is due and not assigned yet.`, facts, operation);
    }
  }
}

function powerschoolStep(facts: Facts): Step {
  const { person, committedAt, arriving, profile } = facts;
  if (committedAt === null) {
    const next = 'Start the agent; its first cycle has not finished.';
    return { stage: 'PowerSchool', status: 'stopped', fact: 'No agent has sent this district yet.', next };
  }
  const seen = arriving ? 'a cycle is arriving just now' : 'last complete cycle';
  if (person.schoolIds.length > 0) {
    const where = `in PowerSchool at ${schools(person.schoolIds)} (${seen})`;
    if (person.preRegistered && profile?.preRegistered === false) {
      const fact = `${person.subject} is pre-registered (Enroll_Status -1) ${where}, and the profile "${profile.name}" skips such students.`;
      const next = 'With "preRegistered": true in the profile they get an account before they are active.';
      return { stage: 'PowerSchool', status: 'stopped', fact, at: committedAt, next };
    }
    const fact = `${person.subject} is ${person.preRegistered ? 'pre-registered (Enroll_Status -1) ' : ''}${where}.`;
    return { stage: 'PowerSchool', status: 'ok', fact, at: committedAt };
  }
  const row = person.problems.find(({ code }) => code === 'RowLeftOut');
  if (row !== undefined) {
    return { stage: 'PowerSchool', status: 'stopped', fact: row.message, at: row.firstAt, next: row.action };
  }
  const fact = person.wasThere
    ? `${person.subject} was in PowerSchool and is no longer active there. ${fate(person.departure, 'Account and school stay as they are.')}`
    : `PowerSchool has no active person "${person.asked}", or the profile's schools do not include theirs.${preRegisteredHint(facts)}`;
  const waits = person.departure && held('PowerSchool', { retires: 'disabled' }, fact, facts);
  if (waits !== undefined) return waits;
  const next = 'Have the SIS administrator check the enrollment status in PowerSchool.';
  return { stage: 'PowerSchool', status: 'stopped', fact, at: committedAt, next };
}

/** Why a pre-registered student may not be there. */
function preRegisteredHint({ person, profile, source }: Facts): string {
  if (!isStudent(person.subject) || profile === undefined) return '';
  if (!profile.preRegistered) {
    return ` Pre-registered students (Enroll_Status -1) are left out: the profile "${profile.name}" does not have "preRegistered": true.`;
  }
  if (source === 'rest') return ' Pre-registered students (Enroll_Status -1) would be among them.';
  return ' Pre-registered students (Enroll_Status -1) are among them only if the plugin was written with --pre-registered: "hallpass-agent check" says whether it was.';
}

function accountStep(facts: Facts): Step {
  const { person } = facts;
  const exempt = person.problems.find(({ code }) => code === 'ExemptAccount');
  if (exempt !== undefined) {
    return { stage: 'Account', status: 'stopped', fact: exempt.message, at: exempt.firstAt, next: exempt.action };
  }
  if (person.link !== undefined) {
    const { objectId, rule, linkedAt, former } = person.link;
    const before = former === undefined ? '' : ` Until ${linkedAt} it was that of ${former}, who had left PowerSchool.`;
    const fact = `Linked to the account ${objectId} (${rule}).${before}${accountOfLeaver(facts)}`;
    return { stage: 'Account', status: 'ok', fact, at: linkedAt };
  }
  if (person.schoolIds.length === 0 && person.wasThere && person.deleted === undefined) {
    const fact = 'They have no account, and Hallpass creates none for a person who left.';
    return { stage: 'Account', status: 'ok', fact };
  }
  if (person.schoolsEnded !== undefined && person.deleted === undefined) {
    const fact = `${isOver(person.schoolsEnded)}: Hallpass creates no account for ${schools(person.schoolIds)}.`;
    return { stage: 'Account', status: 'stopped', fact, next: nextOfPast };
  }
  const [problem] = person.problems;
  if (problem !== undefined) {
    const fact = `${problem.code}: ${problem.message}`;
    return { stage: 'Account', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
  }
  const { deleted } = person;
  const lost = deleted && `Somebody deleted the account ${deleted.objectId} that they had in Microsoft 365.`;
  const at = deleted === undefined ? {} : { at: deleted.deletedAt };
  const none = 'There is no account yet, and nothing is wrong so far.';
  const what = lost === undefined ? 'The account is not created' : `${lost} Another one`;
  const operation = waitingFor(facts.waits, isCreation('user'), { key: person.subject });
  const waits = { ...waiting('Account', lost ?? none, facts, operation), ...at };
  return held('Account', { creates: 'user' }, what, facts) ?? waits;
}

/** What happens to the account of a person who has left; empty for everyone else. */
function accountOfLeaver({ person: { schoolIds, departure } }: Facts): string {
  if (schoolIds.length > 0) return '';
  if (departure?.done !== undefined) return ` ${departure.done}`;
  const { policy } = departure ?? {};
  if (policy !== undefined) return ` By policy it is disabled from ${policy.from} on, until the person is back.`;
  return ' It stays as it is, by policy: Hallpass disables nobody, and never deletes an account.';
}

/** Steps that do not keep anyone out of a class. */
function* otherSteps(facts: Facts): Iterable<Step> {
  const { goneSchools } = facts.person;
  if (goneSchools.length > 0) {
    const verb = goneSchools.length === 1 ? 'is' : 'are';
    const fact = `PowerSchool no longer has ${schools(goneSchools)}, and in Microsoft 365 the person ${verb === 'is' ? 'stays in it' : 'stays in them'}: Hallpass never changes a school that is gone.`;
    yield { stage: 'School', status: 'ok', fact };
  }
  yield* groupSteps(facts);
  for (const drift of byHandAt(facts, 'school')) yield byHandStep('School', drift, facts);
  for (const drift of byHandAt(facts, 'values')) yield byHandStep('Values', drift, facts);
}

function schools(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'school' : 'schools'} ${ids.join(', ')}`;
}
