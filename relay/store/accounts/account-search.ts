/** Accounts of people: by person, and by what people know of an account. */
import { sql } from 'kysely';
import type { LinkedPerson } from '../../model/account-link.ts';
import { type PersonKey, personIn, personKey } from '../../model/person-key.ts';
import { likeAnyCase } from '../engine/sql/dialect.ts';
import type { TenantScope } from '../store.ts';
import { storedPerson } from './stored-person.ts';

export interface KnownAccount {
  objectId: string;
  /** Null as long as the mirror of the directory does not have the account. */
  userPrincipalName: string | null;
  mail: string | null;
  mailNickname: string | null;
  enabled: boolean;
  licensed: boolean;
  onPremises: boolean;
}

/** The accounts of a few people, by person key. */
export async function accountsFor(scope: TenantScope, keys: readonly PersonKey[]): Promise<Map<string, KnownAccount>> {
  const people = keys.map(personIn);
  const rows = await linked(scope)
    .where((eb) => eb.or(people.map(({ role, id }) => eb.and({ 'link.role': role, 'link.person_id': id }))))
    .select([
      'link.role',
      'link.person_id',
      'link.object_id',
      'account.user_principal_name',
      'account.mail',
      'account.mail_nickname',
      'account.enabled',
      'account.licensed',
      'account.on_premises',
    ])
    .execute();
  return new Map(
    rows.map((row) => {
      const { role, personId } = storedPerson(row, 'link', row.object_id);
      const account: KnownAccount = {
        objectId: row.object_id,
        userPrincipalName: row.user_principal_name,
        mail: row.mail,
        mailNickname: row.mail_nickname,
        enabled: row.enabled === 1,
        licensed: row.licensed === 1,
        onPremises: row.on_premises === 1,
      };
      return [personKey(role, personId), account];
    }),
  );
}

/**
 * Who has an account that begins like this.
 *
 * @param text of a user name, with or without its domain, of an address, or a whole object id
 */
export async function holdersOfAccount(scope: TenantScope, text: string, limit: number): Promise<LinkedPerson[]> {
  const begins = `${text.replace(/[\\%_]/g, '\\$&')}%`;
  const like = likeAnyCase(scope.db);
  const rows = await linked(scope)
    .where((eb) =>
      eb.or([
        eb('link.object_id', '=', text.toLowerCase()),
        sql<boolean>`account.user_principal_name ${like} ${begins} escape '\\'`,
        sql<boolean>`account.mail ${like} ${begins} escape '\\'`,
      ]),
    )
    .select(['link.role', 'link.person_id', 'link.object_id'])
    .orderBy('link.role')
    .orderBy('link.person_id')
    .limit(limit)
    .execute();
  return rows.map((row) => storedPerson(row, 'link', row.object_id));
}

function linked({ db, tenantId }: TenantScope) {
  return db
    .selectFrom('link')
    .leftJoin('directory_user as account', (join) =>
      join.onRef('account.tenant_id', '=', 'link.tenant_id').onRef('account.id', '=', 'link.object_id'),
    )
    .where('link.tenant_id', '=', tenantId);
}
