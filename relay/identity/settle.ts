/** Decides which of several claimants gets an account, by what they claim and never by who came first. */
import { describeValue, fold } from '../../shared/invisible.ts';
import type { Person } from '../model/person.ts';
import type { PersonKey } from '../model/person-key.ts';
import { type Problem, problem } from '../model/problem.ts';
import type { IdentityRule } from '../profile/identity-rules.ts';
import { areTwoPeople, type Handover, type Holder, reasonToKeep } from './holder.ts';

/** A person's claim to an account, through the rule that found it. */
export interface Claim {
  subject: PersonKey;
  person: Person;
  rule: IdentityRule;
  value: string;
}

export interface Account {
  objectId: string;
  userPrincipalName: string;
}

export interface Settled {
  winner: Claim | undefined;
  /** Set when the winner takes it over from someone. */
  handover: Handover | undefined;
  problems: Problem[];
}

/**
 * @param claims of the people in question
 * @param rivals claims of people in another profile; they are told there
 * @param holder who has the account
 * @param holderClaim the holder's own claim, if the rules still find the account for them
 */
export function settle(
  account: Account,
  claims: readonly Claim[],
  rivals: readonly Claim[],
  holder: Holder | undefined,
  holderClaim: Claim | undefined,
): Settled {
  const all = [...claims, ...rivals];
  const pair = all.length === 2 ? studentAndStaff(all) : undefined;
  const staffDecides = pair !== undefined && isOnePerson(pair);
  const winner = all.length === 1 ? all[0] : staffDecides ? pair.staff : undefined;
  const present = holder?.person === undefined ? undefined : holder;
  if (winner === undefined) {
    const problems = claims.map(({ subject }) => duplicate(subject, account, all, present));
    return { winner: undefined, handover: undefined, problems };
  }
  const problems = claims.flatMap((claim) => {
    return claim === winner || pair === undefined ? [] : [ofStaff(account, pair)];
  });
  if (!claims.includes(winner)) return { winner: undefined, handover: undefined, problems };
  if (holder === undefined) return { winner, handover: undefined, problems };
  if (present === undefined) {
    const keeps = reasonToKeep(holder, winner.person);
    if (keeps === undefined) {
      const reason = `the account belonged to ${holder.subject}, who left PowerSchool, and the profile's rule finds it for this person (${winner.rule.source} = ${describeValue(winner.value)})`;
      return { winner, handover: { from: holder.subject, reason }, problems };
    }
    return {
      winner: undefined,
      handover: undefined,
      problems: [...problems, former(account, holder, winner.subject, keeps)],
    };
  }
  const both = holderClaim === undefined ? undefined : studentAndStaff([winner, holderClaim]);
  if (both !== undefined && isOnePerson(both)) {
    if (both.student === winner)
      return { winner: undefined, handover: undefined, problems: [...problems, ofStaff(account, both)] };
    if (!present.byHand && namesAgree(both)) {
      const reason = `the person is both student ${holder.subject} and staff, and staff decides`;
      return { winner, handover: { from: holder.subject, reason }, problems: [...problems, ofStaff(account, both)] };
    }
  }
  const rivalry = holderClaim === undefined ? all : [...all, holderClaim];
  return {
    winner: undefined,
    handover: undefined,
    problems: [...problems, duplicate(winner.subject, account, rivalry, present)],
  };
}

export interface Pair {
  student: Claim;
  staff: Claim;
}

export function studentAndStaff(claims: readonly Claim[]): Pair | undefined {
  const student = claims.find(({ person }) => person.role === 'students');
  const staff = claims.find(({ person }) => person.role === 'teachers');
  return student && staff && { student, staff };
}

/**
 * The same user name or address belongs to one person, unless both names differ; numbers of students and staff are
 * assigned separately, so an equal number alone proves nothing.
 */
export function isOnePerson({ student, staff }: Pair): boolean {
  if (areTwoPeople(student.person, staff.person)) return false;
  const byNumbers = student.rule.source === 'studentNumber' && staff.rule.source === 'teacherNumber';
  return !byNumbers || namesAgree({ student, staff });
}

export function namesAgree({ student, staff }: Pair): boolean {
  const same = (name: 'givenName' | 'surname') => {
    const [left, right] = [student.person[name], staff.person[name]];
    return left !== undefined && right !== undefined && fold(left) === fold(right);
  };
  return same('givenName') && same('surname');
}

/** The student's problem: staff has the account. */
export function ofStaff({ userPrincipalName }: Pick<Account, 'userPrincipalName'>, { student, staff }: Pair): Problem {
  return problem(student.subject, 'AccountOfStaff', {
    account: userPrincipalName,
    student: student.subject,
    source: sourceOf(student),
    staff: staff.subject,
    staffSource: sourceOf(staff),
  });
}

/** A former person has the account that the rules would give to this person. */
export function former(account: Account, holder: Holder, subject: PersonKey, reason: string): Problem {
  return problem(subject, 'AccountOfFormerPerson', {
    account: account.userPrincipalName,
    person: subject,
    former: holder.subject,
    reason,
  });
}

/** More people than this are only counted. */
const namedAtMost = 5;

function duplicate(
  subject: PersonKey,
  account: Account,
  claims: readonly Claim[],
  holder: Holder | undefined,
): Problem {
  const [first] = claims;
  const source = first && sourceOf(first);
  const isAmong = holder === undefined || claims.some((claim) => claim.subject === holder.subject);
  const isShared = isAmong && claims.every((claim) => fold(sourceOf(claim)) === fold(source ?? ''));
  const people = claims.map((claim) => {
    const has = claim.subject === holder?.subject ? ', who has it' : '';
    return isShared ? `${claim.subject}${has}` : `${claim.subject} (${sourceOf(claim)}${has})`;
  });
  if (!isAmong) people.push(`${holder.subject}, who has it ${holder.byHand ? 'by hand' : 'from an earlier match'}`);
  const what = isShared ? (source ?? '') : `the account ${account.userPrincipalName}`;
  return problem(subject, 'DuplicateTargetEntries', { count: people.length, what, people: listed(people) });
}

/** `students:1, students:2 and 498 more` */
export function listed(people: readonly string[]): string {
  const named = people.slice(0, namedAtMost).join(', ');
  return people.length > namedAtMost ? `${named} and ${people.length - namedAtMost} more` : named;
}

function sourceOf({ rule, value }: Claim): string {
  return `${rule.source} = ${describeValue(value)}`;
}
