/** Accounts whose first password waits to be exported; never the passwords. */
import { z } from 'zod';
import type { LinkedPerson } from '../../model/account-link.ts';
import { type PersonKey, personIn, personKey } from '../../model/person-key.ts';
import type { Role } from '../../model/role.ts';
import { countReadopted, readPasswords, readUnknownPasswords } from '../../store/accounts/initial-passwords.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment, type Table } from './fields.ts';

const account = z.object({ person: z.string(), userPrincipalName: z.string() });

export const passwordsAnswer = z.object({
  passwords: z.array(account.extend({ madeAt: moment })),
  unknown: z
    .array(account)
    .meta({ description: 'Created in a period that the database does not cover: renew sets new passwords.' }),
  readopted: z.int().meta({ description: 'Accounts that were created before the whole database was lost.' }),
});

/** @param part of the passwords; the rest is always told */
export async function passwordsNow(
  scope: TenantScope,
  { after, limit }: { after?: PersonKey | undefined; limit?: number | undefined } = {},
): Promise<z.infer<typeof passwordsAnswer>> {
  const waiting = await readPasswords(scope, { after: after && personOf(after), limit });
  return {
    passwords: waiting.map((one) => ({ ...accountOf(one), madeAt: one.madeAt })),
    unknown: (await readUnknownPasswords(scope)).map(accountOf),
    readopted: await countReadopted(scope),
  };
}

function personOf(key: PersonKey): LinkedPerson {
  const { role, id: personId } = personIn(key);
  return { role, personId };
}

function accountOf(one: { role: Role; personId: string; userPrincipalName: string }): z.infer<typeof account> {
  return { person: personKey(one.role, one.personId), userPrincipalName: one.userPrincipalName };
}

export const firstPassword = z.object({
  person: z.string(),
  school: z.string(),
  givenName: z.string(),
  surname: z.string(),
  userPrincipalName: z.string(),
  password: z.string(),
});
export type FirstPassword = z.infer<typeof firstPassword>;

export const passwordTable: Table<FirstPassword> = {
  headings: ['person', 'school', 'givenName', 'surname', 'userPrincipalName', 'password'],
  lines: (one) => [[one.person, one.school, one.givenName, one.surname, one.userPrincipalName, one.password]],
};
