/**
 * "Why is this person (not) in that class?": the whole way from the row in PowerSchool to the answer of Graph, step by
 * step. Pure: facts in, steps out; the first step that is not in order is the answer, and says who does what next.
 */

export interface PersonFacts {
  /** What the question named. */
  asked: string;
  subject: string;
  /** Schools whose bucket holds the person; empty when PowerSchool does not have them (any more). */
  schoolIds: string[];
  /** True when the mirror knows that the person was there once. */
  wasThere: boolean;
  /** Of somebody with an account who is no longer there. */
  departure: Departure | undefined;
  inScope: boolean;
  /** Other profiles that cover a school of the person. */
  rivals: string[];
  link: { objectId: string; rule: string; linkedAt: string } | undefined;
  /** Open problems of the person. */
  problems: { code: string; message: string; action: string; firstAt: string }[];
  /** The licence that the profile gives, and whether it has been assigned; undefined when none is due. */
  licence: { skuId: string; assigned: boolean } | undefined;
  stamped: boolean;
}

export interface Departure {
  /** The day on which the relay first missed it, YYYY-MM-DD. */
  since: string;
  /** What the policy does about it, and from when; undefined for nothing. */
  policy: { what: string; from: string } | undefined;
  /** What of it has been done, in words; undefined for nothing. */
  done: string | undefined;
}

export interface TeamFacts {
  /** Of the class that it is about. */
  objectId: string;
  state: 'waiting' | 'accepted' | 'there';
  since: string;
}

export interface ClassFacts {
  sectionId: string;
  /** Undefined when PowerSchool does not have the section in the current year. */
  name: string | undefined;
  /** Of a class whose section is no longer there. */
  departure: Departure | undefined;
  inScope: boolean;
  /** Object id of the class in Microsoft 365. */
  objectId: string | undefined;
  /** Every enrollment or roster of the person in the section. */
  memberships: { id: string; startDate: string | undefined; endDate: string | undefined; current: boolean }[];
  isMember: boolean;
  problems: { code: string; message: string; action: string; firstAt: string }[];
  /** Undefined when the profile makes no teams. */
  team: { known: TeamFacts | undefined; problems: PersonFacts['problems'] } | undefined;
  /** The journal's last entries for the class that name the person, newest first. */
  operations: { kind: string; state: string; at: string; reason: string; error: string | undefined }[];
}

export interface Facts {
  today: string;
  /** When an agent last brought a whole state of PowerSchool; null before the first time. */
  committedAt: string | null;
  /** True while half a cycle is in the mirror. */
  arriving: boolean;
  profile: { name: string; state: 'preview' | 'enabled' | 'paused' } | undefined;
  lastRun: { finishedAt: string | null; state: string } | undefined;
  /** What waits for a decision in the schools concerned. */
  holds: { key: string; kind: string; reason: string; firstSeen: string }[];
  person: PersonFacts;
  class: ClassFacts | undefined;
}

export interface Step {
  stage: 'PowerSchool' | 'Profile' | 'Account' | 'Licence' | 'Section' | 'Enrollment' | 'Class' | 'Membership' | 'Team';
  status: 'ok' | 'waiting' | 'stopped';
  fact: string;
  /** When it became so, ISO 8601, where it is known. */
  at?: string;
  /** What to do next, and who; only of a step that is not in order. */
  next?: string;
}

export function explain(facts: Facts): Step[] {
  return [...personSteps(facts), ...(facts.class === undefined ? [] : classSteps(facts, facts.class))];
}

/** The first step that is not in order; undefined when everything is. */
export function answerOf(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => step.status !== 'ok');
}

function* personSteps(facts: Facts): Iterable<Step> {
  yield powerschoolStep(facts);
  const { person, profile } = facts;
  if (profile === undefined) {
    const next = 'The operator puts a profile in force: hallpass-relay profile set.';
    yield { stage: 'Profile', status: 'stopped', fact: 'This district has no profile.', next };
  } else if (person.rivals.length > 0) {
    const profiles = [profile.name, ...person.rivals].join(', ');
    const fact = `Several profiles cover the person's schools, and none does anything for them: ${profiles}.`;
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
  if (person.licence !== undefined) {
    const { skuId, assigned } = person.licence;
    if (assigned) yield { stage: 'Licence', status: 'ok', fact: `The licence ${skuId} is assigned.` };
    else yield waiting('Licence', `The licence ${skuId} is due and not assigned yet.`, facts);
  }
}

function powerschoolStep(facts: Facts): Step {
  const { person, committedAt, arriving } = facts;
  if (committedAt === null) {
    const next = 'Start the agent; the first cycle has not come to its end.';
    return { stage: 'PowerSchool', status: 'stopped', fact: 'No agent has sent this district yet.', next };
  }
  const seen = arriving ? 'a cycle is arriving just now' : 'last complete cycle';
  if (person.schoolIds.length > 0) {
    const fact = `${person.subject} is in PowerSchool at ${schools(person.schoolIds)} (${seen}).`;
    return { stage: 'PowerSchool', status: 'ok', fact, at: committedAt };
  }
  const fact = person.wasThere
    ? `${person.subject} was in PowerSchool and is no longer active there. ${fate(person.departure, 'Account and school stay as they are.')}`
    : `PowerSchool has no active person "${person.asked}", or the profile's schools do not include theirs.`;
  const waits = person.departure && held('PowerSchool', 'disableUser', fact, facts);
  if (waits !== undefined) return waits;
  const next = 'The SIS administrator checks the enrollment status in PowerSchool.';
  return { stage: 'PowerSchool', status: 'stopped', fact, at: committedAt, next };
}

function accountStep(facts: Facts): Step {
  const { person } = facts;
  if (person.link !== undefined) {
    const { objectId, rule, linkedAt } = person.link;
    return { stage: 'Account', status: 'ok', fact: `Linked to the account ${objectId} (${rule}).`, at: linkedAt };
  }
  const [problem] = person.problems;
  if (problem !== undefined) {
    const fact = `${problem.code}: ${problem.message}`;
    return { stage: 'Account', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
  }
  return (
    held('Account', 'createUser', 'The account is not made', facts) ??
    waiting('Account', 'There is no account yet, and nothing is wrong so far.', facts)
  );
}

function* classSteps(facts: Facts, section: ClassFacts): Iterable<Step> {
  if (section.name === undefined) {
    const stays = section.objectId === undefined ? '' : 'The class stays as it is.';
    const missing = `PowerSchool has no section ${section.sectionId} in the current school year.`;
    const fact = `${missing} ${fate(section.departure, stays)}`.trimEnd();
    const next = 'Check the section in PowerSchool.';
    yield { stage: 'Section', status: 'stopped', fact, next };
    return;
  }
  if (section.inScope)
    yield { stage: 'Section', status: 'ok', fact: `Section ${section.sectionId} is ${section.name}.` };
  else {
    const fact = `Section ${section.sectionId} (${section.name}) is in a school that the profile does not cover.`;
    yield {
      stage: 'Section',
      status: 'stopped',
      fact,
      next: 'Add the school to the profile if the class should exist.',
    };
  }
  yield enrollmentStep(facts, section);
  yield classStep(facts, section);
  yield membershipStep(facts, section);
  const team = teamStep(facts, section);
  if (team !== undefined) yield team;
}

function enrollmentStep({ person, today }: Facts, { memberships, sectionId }: ClassFacts): Step {
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
      next: 'The school enrolls the person in PowerSchool, if meant.',
    };
  }
  const fact = `${person.subject} is in section ${sectionId} ${period(other)}, and today is ${today}.`;
  const next = 'Nothing to do if the dates are right; else correct them in PowerSchool.';
  return { stage: 'Enrollment', status: 'waiting', fact, next };
}

function classStep(facts: Facts, { objectId, problems }: ClassFacts): Step {
  if (objectId !== undefined) return { stage: 'Class', status: 'ok', fact: `The class is the group ${objectId}.` };
  const [problem] = problems;
  if (problem === undefined) return waiting('Class', 'The class does not exist in Microsoft 365 yet.', facts);
  const fact = `${problem.code}: ${problem.message}`;
  return { stage: 'Class', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
}

function membershipStep(facts: Facts, { isMember, operations, problems, memberships }: ClassFacts): Step {
  const [last] = operations;
  const trace = last === undefined ? '' : ` Last: ${last.kind}, ${last.state} (${last.reason}).`;
  const at = last === undefined ? {} : { at: last.at };
  const wanted = memberships.some((membership) => membership.current);
  if (isMember && wanted)
    return { stage: 'Membership', status: 'ok', fact: `They are a member of the class.${trace}`, ...at };
  if (isMember) {
    const holding = held('Membership', 'removeMember', 'They are still a member of the class', facts);
    if (holding !== undefined) return holding;
    const fact = `They are still a member of the class, although PowerSchool no longer has them in it.${trace}`;
    const next =
      'What becomes of those who left is a policy of the profile: by default students are removed, teachers stay.';
    return { stage: 'Membership', status: 'waiting', fact, ...at, next };
  }
  if (!wanted) return { stage: 'Membership', status: 'ok', fact: `They are not a member of the class.${trace}`, ...at };
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
  return waiting('Membership', `They are not a member of the class yet.${trace}`, facts);
}

/** Undefined where there is nothing to say: the profile makes no teams, or there is no class to make one of. */
function teamStep(facts: Facts, { team, objectId }: ClassFacts): Step | undefined {
  if (team === undefined || objectId === undefined) return undefined;
  const known = team.known?.objectId === objectId ? team.known : undefined;
  const at = known === undefined ? {} : { at: known.since };
  if (known?.state === 'there') return { stage: 'Team', status: 'ok', fact: 'The class is a team.' };
  const [problem] = team.problems;
  if (problem !== undefined) {
    const fact = `${problem.code}: ${problem.message}`;
    return { stage: 'Team', status: 'stopped', fact, at: problem.firstAt, next: problem.action };
  }
  const next = 'Nothing to do: the next runs look again. Whoever is in the class is in its team when it is there.';
  if (known?.state === 'accepted') {
    return { stage: 'Team', status: 'waiting', fact: 'Microsoft Teams is making the team.', ...at, next };
  }
  if (known?.state === 'waiting') {
    const fact = 'Microsoft Teams does not know the class yet, which takes up to 15 minutes and sometimes hours.';
    return { stage: 'Team', status: 'waiting', fact, ...at, next };
  }
  return waiting('Team', 'The class is no team yet.', facts);
}

/** What becomes of what is gone. @param kept what to say where the policy is to leave it */
function fate(departure: Departure | undefined, kept: string): string {
  if (departure === undefined) return kept;
  const { since, policy, done } = departure;
  const gone = `It has been missed since ${since}.`;
  if (done !== undefined) return `${gone} ${done}`;
  return policy === undefined ? `${gone} ${kept}` : `${gone} From ${policy.from} on, by policy: ${policy.what}.`;
}

/** What a hold keeps from happening; undefined when nothing of the kind is held. */
function held(stage: Step['stage'], kind: string, what: string, { holds }: Facts): Step | undefined {
  const hold = holds.find((one) => one.kind === kind);
  if (hold === undefined) return undefined;
  const fact = `${what}: this is held. ${hold.reason}`;
  const next = `Somebody decides: hallpass-relay holds approve (or reject) TENANT ${hold.key}.`;
  return { stage, status: 'waiting', fact, at: hold.firstSeen, next };
}

function waiting(stage: Step['stage'], fact: string, { lastRun, profile }: Facts): Step {
  const next =
    profile !== undefined && profile.state !== 'enabled'
      ? `The profile is ${profile.state === 'paused' ? 'paused' : 'in preview'}, so nothing is written: hallpass-relay profile enable.`
      : lastRun === undefined
        ? 'No run has been made: start the relay with "hallpass-relay serve".'
        : lastRun.finishedAt === null
          ? 'A run is under way.'
          : `The next run does it (the last one ended ${lastRun.finishedAt}: ${lastRun.state}).`;
  return { stage, status: 'waiting', fact, next };
}

function schools(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'school' : 'schools'} ${ids.join(', ')}`;
}

function period({ startDate, endDate }: { startDate: string | undefined; endDate: string | undefined }): string {
  return `from ${startDate ?? 'the beginning'} to ${endDate ?? 'open end'}`;
}
