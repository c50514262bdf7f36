/** Replanning while operations are in progress: nothing is done a second time. Pure. */
import type { Operation, Plan } from '../model/operation.ts';

/** The plan without what these operations do. @param staying operations that may have been sent and are not settled */
export function subtract(plan: Plan, staying: readonly Operation[]): Plan {
  if (staying.length === 0) return plan;
  const known = Map.groupBy(staying, nameOf);
  return plan.flatMap((operation) => {
    const same = known.get(nameOf(operation));
    if (same === undefined) return [operation];
    if (!('people' in operation)) return [];
    const others = new Set(same.flatMap((one) => ('people' in one ? one.people : [])));
    const people = operation.people.filter((person) => !others.has(person));
    return people.length === 0 ? [] : [{ ...operation, people }];
  });
}

/** Identifies what an operation does, apart from the people that it adds. */
function nameOf(operation: Operation): string {
  const school = 'schoolId' in operation ? operation.schoolId : '';
  return `${operation.kind} ${operation.key} ${'personKey' in operation ? operation.personKey : ''} ${school}`;
}
