/**
 * The part of a plan that concerns one person, and what that needs: the person's own class, school or security group is created, if it is
 * not there yet, because they could not be in it otherwise. Whatever concerns other people, and teams, is left to the usual turn. Pure.
 */
import { type Operation, type Plan, peopleOf } from '../model/operation.ts';
import type { MemberKey, PersonKey } from '../model/person-key.ts';
import { broughtBy, namesOfNeeds } from '../operations/needs.ts';
import { specOf } from '../operations/registry.ts';

export interface Parted {
  /** Of the person, in the order of the plan, after what they need. */
  own: Plan;
  /** Those of `own` that concern nobody. */
  needed: ReadonlySet<Operation>;
  /** The others. An operation for several people is in both, each with its own. */
  rest: Plan;
}

export function partOfPerson(plan: Plan, person: PersonKey): Parted {
  const own: Operation[] = [];
  const others: Operation[] = [];
  for (const operation of plan) {
    const { mine, theirs } = divided(operation, person);
    if (mine !== undefined) own.push(mine);
    if (theirs !== undefined) others.push(theirs);
  }
  const needed = neededBy(own, others);
  return { own: [...needed, ...own], needed, rest: others.filter((operation) => !needed.has(operation)) };
}

function divided(operation: Operation, person: PersonKey): { mine?: Operation; theirs?: Operation } {
  const people: readonly MemberKey[] = peopleOf(operation);
  if (!people.includes(person)) return { theirs: operation };
  if (!('people' in operation) || people.length === 1) return { mine: operation };
  const others = operation.people.filter((key) => key !== person);
  return { mine: { ...operation, people: [person] }, theirs: { ...operation, people: others } };
}

/** Schools, classes and security groups that have to be created first. */
function neededBy(own: Plan, others: Plan): Set<Operation> {
  const creations = new Map(others.filter(isPlace).map((operation) => [broughtBy(operation), operation]));
  const needed = new Set<Operation>();
  for (const operation of own) {
    for (const name of namesOfNeeds(operation)) {
      const creation = creations.get(name);
      if (creation !== undefined) needed.add(creation);
    }
  }
  return needed;
}

function isPlace(operation: Operation): boolean {
  const { does } = specOf(operation.kind);
  return 'creates' in does && does.creates !== 'user' && does.creates !== 'team';
}
