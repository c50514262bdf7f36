/** The holders of accounts, for matching and naming. */
import type { Holders, KnownFacts } from '../identity/holder.ts';
import type { Link } from '../model/account-link.ts';
import type { Body } from '../model/body.ts';
import { personKey } from '../model/person-key.ts';
import type { TenantState } from './state/tenant-state.ts';

/** @param restored links restored in this run */
export function holdersOf(tenant: TenantState, restored: readonly Link[]): Holders {
  const returning = new Map(restored.map(({ role, personId, objectId }) => [objectId, personKey(role, personId)]));
  return {
    holderOf(objectId) {
      const subject = tenant.taken.get(objectId) ?? returning.get(objectId);
      if (subject === undefined) return undefined;
      const person = tenant.roster.people.get(subject);
      const facts = factsIn(tenant.applied.users.get(subject)?.body ?? {});
      return { subject, person, byHand: tenant.linkedByHand.has(subject), facts };
    },
  };
}

/** For former people, the values that Hallpass wrote to their account are all that is known. */
function factsIn({ student, teacher, givenName, surname }: Body): KnownFacts {
  const inside = (part: Body[string] | undefined, name: string) =>
    typeof part === 'object' && part !== null ? part[name] : undefined;
  return {
    number: textOf(inside(student, 'studentNumber') ?? inside(teacher, 'teacherNumber')),
    givenName: textOf(givenName),
    surname: textOf(surname),
  };
}

function textOf(value: Body[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
