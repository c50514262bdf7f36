/** Leaves exempt accounts out of a plan: nothing is written to them, and nobody puts them into a class or takes them out. Pure. */
import type { Operation, Plan } from '../model/operation.ts';
import type { MemberKey } from '../model/person-key.ts';

/** @param isExempt whether somebody's account is exempt */
export function withoutExempt(plan: Plan, isExempt: (who: MemberKey) => boolean): Plan {
  const rest = plan.map((operation) => sparing(operation, isExempt));
  return rest.every((operation, at) => operation === plan[at]) ? plan : rest.filter((one) => one !== undefined);
}

/** The operation without people whose accounts are exempt, as it is if there are none; undefined if nobody is left. */
export function sparing(operation: Operation, isExempt: (who: MemberKey) => boolean): Operation | undefined {
  if ('people' in operation) {
    const people = operation.people.filter((who) => !isExempt(who));
    if (people.length === operation.people.length) return operation;
    return people.length === 0 ? undefined : { ...operation, people };
  }
  // An account that is to be made is nobody's yet.
  if (!('personKey' in operation) || operation.kind === 'createUser') return operation;
  return isExempt(operation.personKey) ? undefined : operation;
}
