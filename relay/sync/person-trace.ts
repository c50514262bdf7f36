/** What was found and planned for one person, as steps for people. Pure. */

import type { SchoolId } from '../model/keys.ts';
import type { Operation, Plan } from '../model/operation.ts';
import { type Person, personProperties } from '../model/person.ts';
import { type PersonKey, personIn } from '../model/person-key.ts';
import type { PersonTrace, RequestOutcome, TracedOperation, TraceStep } from '../model/person-trace.ts';
import { specOf } from '../operations/registry.ts';
import { lastSchoolsOf } from '../plan/departures.ts';
import type { Guarded } from '../plan/guard.ts';
import { heldWaits } from '../plan/held-waits.ts';
import { partOfPerson } from '../plan/of-person.ts';
import type { Decided } from './decide.ts';
import { schoolOf } from './guard-context.ts';
import type { ProfileState, TenantState } from './state/tenant-state.ts';

/** Why nothing is written, and what somebody can do about it. */
export interface Reluctance {
  fact: string;
  next: string;
}

export interface TraceFacts {
  person: PersonKey;
  state: ProfileState;
  decided: Decided;
  guarded: Pick<Guarded, 'proceed' | 'held' | 'holds'>;
  /** Operations for the person that are on their way already. */
  underWay: Plan;
  /** When PowerSchool was last read, ISO 8601. */
  readAt: string | undefined;
  /** Undefined where it may be written. */
  reluctance: Reluctance | undefined;
}

export interface Traced {
  trace: PersonTrace;
  /** What is carried out now. */
  own: Plan;
  /** What it comes to where nothing is carried out. */
  outcome: RequestOutcome;
}

/** The profile that looks after the person; undefined where none does. */
export function profileOf(tenant: TenantState, person: PersonKey): ProfileState | undefined {
  const schoolIds = schoolsOf(tenant, person);
  const of = Map.groupBy(tenant.profiles.values(), ({ profile }) => profile.state === 'enabled');
  const all = [...(of.get(true) ?? []), ...(of.get(false) ?? [])];
  return (
    all.find(({ scope }) => schoolIds.some(scope.covers) && scope.othersOf(schoolIds).length === 0) ??
    (schoolIds.length === 0 && all.length === 1 ? all[0] : undefined)
  );
}

/** Where no profile looks after the person. */
export function traceWithout(tenant: TenantState, person: PersonKey, readAt: string | undefined): PersonTrace {
  const schoolIds = schoolsOf(tenant, person);
  const claiming = [...tenant.profiles.values()].filter(({ scope }) => schoolIds.some(scope.covers));
  const where = schoolIds.length === 0 ? 'of this person' : schoolWords(schoolIds);
  const step: TraceStep =
    claiming.length > 1
      ? {
          ...{ stage: 'Profile', status: 'skipped' },
          fact: `Several profiles cover the person's schools, so none does anything for them: ${claiming.map(({ profile }) => profile.name).join(', ')}.`,
          next: 'Put all schools of the person into one profile.',
        }
      : {
          ...{ stage: 'Profile', status: 'skipped' },
          fact: `No profile covers ${where}.`,
          next: 'Add the school to a profile if the person should be provisioned.',
        };
  return { profile: null, steps: [powerschoolStep(tenant, person, readAt), step], operations: [] };
}

export function traceOf(facts: TraceFacts): Traced {
  const { person, state, guarded, reluctance, readAt, underWay } = facts;
  const { profile, tenant } = state;
  const parted = partOfPerson(guarded.proceed, person);
  const ofHeld = partOfPerson(guarded.held, person);
  const waits = heldWaits(guarded.held, guarded.holds, (operation) => schoolOf(operation, state));
  const reasonOf = heldReasons(waits, guarded);
  const listed = (operation: Operation, isNeeded: boolean): TracedOperation => {
    const { kind, key, reason } = operation;
    const after = specOf(kind).values(operation);
    return {
      ...{ kind, key, people: peopleIn(operation), reason, isNeeded },
      ...('before' in operation && { before: operation.before }),
      ...(after !== undefined && { after }),
    };
  };
  const operations = [
    ...parted.own.map((operation) => listed(operation, parted.needed.has(operation))),
    ...ofHeld.own.map((operation) => ({
      ...listed(operation, ofHeld.needed.has(operation)),
      held: reasonOf(operation),
    })),
  ];
  const account = accountStep(facts);
  const steps: TraceStep[] = [
    powerschoolStep(tenant, person, readAt),
    profileStep(state, schoolsOf(tenant, person)),
    account,
    planStep(operations, underWay.length, parted.needed, account),
    ...guardSteps(operations),
    ...(operations.length > 0 && reluctance !== undefined
      ? [{ stage: 'Write', status: 'skipped', ...reluctance } as const]
      : []),
  ];
  const isHeld = ofHeld.own.length > 0;
  const outcome =
    operations.length === 0
      ? underWay.length > 0
        ? 'waiting'
        : account.status === 'success'
          ? 'nothing'
          : 'skipped'
      : reluctance !== undefined
        ? 'shown'
        : isHeld
          ? 'held'
          : 'done';
  return {
    trace: { profile: profile.name, steps, operations },
    own: reluctance === undefined ? parted.own : [],
    outcome,
  };
}

function peopleIn(operation: Operation): string[] {
  if ('people' in operation) return operation.people;
  return 'personKey' in operation ? [operation.personKey] : [];
}

function heldReasons(
  waits: ReturnType<typeof heldWaits>,
  { holds }: Pick<Guarded, 'holds'>,
): (operation: Operation) => string {
  const reasons = new Map(holds.map(({ key, reason }) => [key, reason]));
  return ({ kind, key }) => {
    const wait = waits.find((one) => one.kind === kind && one.key === key);
    if (wait?.reason.for === 'hold') return reasons.get(wait.reason.hold) ?? `the hold ${wait.reason.hold}`;
    return `it needs ${wait?.reason.for === 'need' ? wait.reason.thing : 'something'}, which is held`;
  };
}

function schoolsOf({ roster, applied }: TenantState, person: PersonKey): readonly SchoolId[] {
  return roster.whereaboutsOf(person)?.schoolIds ?? lastSchoolsOf(person, applied);
}

function powerschoolStep({ roster, departures }: TenantState, key: PersonKey, at: string | undefined): TraceStep {
  const read = { stage: 'PowerSchool', ...(at !== undefined && { at }) } as const;
  const person = roster.people.get(key);
  if (person === undefined) {
    const since = departures.get(key);
    const fact = `${key} is no longer in PowerSchool${since === undefined ? '' : `, and has been missed since ${since}`}.`;
    return { ...read, status: 'skipped', fact };
  }
  const extra = person.preRegistered ? ', pre-registered' : '';
  const fact = `${key} is in PowerSchool at ${schoolWords(person.schoolIds)}${extra}.`;
  return { ...read, status: 'success', fact, values: valuesOf(person) };
}

function valuesOf(person: Person): { name: string; value: string }[] {
  return personProperties(person.role).flatMap(({ name, key }) => {
    const value = person[key];
    return value === undefined ? [] : [{ name, value }];
  });
}

function profileStep({ profile, scope }: ProfileState, schoolIds: readonly SchoolId[]): TraceStep {
  const mine = schoolIds.filter(scope.covers);
  const where = mine.length === 0 ? 'is the only one' : `covers ${schoolWords(mine)}`;
  return { stage: 'Profile', status: 'success', fact: `The profile "${profile.name}" ${where}.` };
}

function accountStep({ person, state, decided, guarded, underWay }: TraceFacts): TraceStep {
  const { tenant, profile } = state;
  const stage = 'Account';
  const problems = decided.problems.filter(({ subject }) => subject === person);
  const exempt = problems.find(({ code }) => code === 'ExemptAccount');
  if (exempt !== undefined) return { stage, status: 'skipped', fact: exempt.message, next: exempt.action };
  const link = [...decided.newLinks, ...decided.handovers.map((one) => one.link)].find(
    ({ role, personId }) => role === personIn(person).role && personId === personIn(person).id,
  );
  const objectId = link?.objectId ?? tenant.accounts.get(person);
  if (objectId !== undefined) {
    const name = tenant.directory.get(objectId)?.userPrincipalName ?? objectId;
    const how =
      link !== undefined
        ? `is matched now, by ${link.rule}`
        : tenant.linkedByHand.has(person)
          ? 'was linked by hand'
          : tenant.createdByUs.has(person)
            ? 'was created by Hallpass'
            : 'was matched before';
    return { stage, status: 'success', fact: `The account ${name} ${how}.` };
  }
  const creation = [...guarded.proceed, ...guarded.held, ...underWay].find(
    (one) => one.kind === 'createUser' && one.personKey === person,
  );
  if (creation?.kind === 'createUser') {
    const name = creation.user.creation?.userPrincipalName ?? '';
    return { stage, status: 'success', fact: `There is no account yet: ${name} is created.` };
  }
  const [problem] = problems;
  if (problem !== undefined) return { stage, status: 'failed', fact: problem.message, next: problem.action };
  const who = tenant.roster.whereaboutsOf(person);
  if (who === undefined)
    return { stage, status: 'skipped', fact: 'There is no account, and none is created for a person who left.' };
  if (who.preRegistered && !profile.preRegistered) {
    const next = 'With "preRegistered": true in the profile they get an account before they are active.';
    return { stage, status: 'skipped', fact: 'The profile skips pre-registered students.', next };
  }
  return { stage, status: 'skipped', fact: 'There is no account, and the school has ended: none is created.' };
}

function planStep(
  operations: readonly TracedOperation[],
  underWay: number,
  needed: ReadonlySet<Operation>,
  account: TraceStep,
): TraceStep {
  const stage = 'Plan';
  if (operations.length === 0) {
    if (underWay > 0) {
      const fact = `${count(underWay, 'operation')} for this person ${underWay === 1 ? 'is' : 'are'} on the way already, in the run of the profile.`;
      return { stage, status: 'waiting', fact };
    }
    if (account.status === 'success') {
      return { stage, status: 'success', fact: 'Nothing is to be done: Microsoft 365 has what it should have.' };
    }
    return { stage, status: 'skipped', fact: 'Nothing is planned for this person.' };
  }
  const first = [...needed].map(({ key }) => key);
  const alsoFirst =
    first.length === 0
      ? ''
      : ` ${first.join(', ')} must exist first and ${first.length === 1 ? 'is' : 'are'} created too; whoever else belongs there follows in the usual run.`;
  return { stage, status: 'success', fact: `${count(operations.length, 'operation')} for this person.${alsoFirst}` };
}

function guardSteps(operations: readonly TracedOperation[]): TraceStep[] {
  if (operations.length === 0) return [];
  const held = operations.filter((one) => one.held !== undefined);
  const [first] = held;
  if (first === undefined) return [{ stage: 'Guard', status: 'success', fact: 'The guard lets all of it pass.' }];
  const fact = `The guard holds ${count(held.length, 'operation')} for this person: ${first.held}`;
  const next =
    'Approve the hold if the change is right: "hallpass-relay holds approve". A hold opens with the next run of the profile.';
  return [{ stage: 'Guard', status: 'held', fact, next }];
}

function schoolWords(ids: readonly string[]): string {
  return `${ids.length === 1 ? 'school' : 'schools'} ${ids.join(', ')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
