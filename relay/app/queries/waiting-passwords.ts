/** Whose first passwords wait at the console: never the passwords. */
import { type PersonKey, personIn, personKey } from '../../model/person-key.ts';
import {
  countPasswords,
  readPasswords,
  readUnknownPasswords,
  type WaitingPassword,
} from '../../store/accounts/initial-passwords.ts';
import { recordsWith } from '../../store/roster/lookup.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';

export interface WaitingPasswords {
  count: number;
  /** A page of them, by role and person. */
  waiting: { key: PersonKey; name: string; userPrincipalName: string; madeAt: string }[];
  /** Names the first one of all: see handOutPasswords. Undefined where none waits. */
  from: string | undefined;
  next: PersonKey | undefined;
  /** Accounts whose first password was lost with a database. */
  unknown: number;
}

/** @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN */
export async function waitingPasswords(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef,
  { after, limit }: { after?: PersonKey | undefined; limit: number },
): Promise<WaitingPasswords> {
  return await ask({ store }, actor, { question: 'passwords', tenant }, async (scope) => {
    const first = await readPasswords(scope, { limit: 1 });
    const place = after && { role: personIn(after).role, personId: personIn(after).id };
    const found = await readPasswords(scope, { after: place, limit: limit + 1 });
    const shown = found.slice(0, limit);
    const ids = (role: string) => shown.flatMap((one) => (one.role === role ? [one.personId] : []));
    const students = await recordsWith(scope, 'student', ids('students'));
    const teachers = await recordsWith(scope, 'teacher', ids('teachers'));
    const waiting = shown.map(({ role, personId, userPrincipalName, madeAt }) => {
      const [record] = (role === 'students' ? students : teachers).get(personId) ?? [];
      const name = [record?.givenName, record?.surname].filter((part) => part !== undefined).join(' ');
      return { key: personKey(role, personId), name, userPrincipalName, madeAt };
    });
    return {
      count: await countPasswords(scope),
      waiting,
      from: firstWaiting(first),
      next: found.length > limit ? waiting.at(-1)?.key : undefined,
      unknown: (await readUnknownPasswords(scope)).length,
    };
  });
}

/** @param waiting in their order @returns a name of the first one, undefined without any */
export function firstWaiting([first]: readonly WaitingPassword[]): string | undefined {
  return first && `${personKey(first.role, first.personId)} ${first.madeAt}`;
}
