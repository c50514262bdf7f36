import { personKey } from '../../model/person-key.ts';
import { findLink, unlinkByHand } from '../../store/accounts/links.ts';
import type { Actor } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';
import { personMeant } from '../queries/one-person.ts';

/**
 * Removes a person's account link; for a deleted account, also forgets that the account belonged to the person.
 *
 * @param asked `person`: in any form that identifies a person
 * @returns the person key, and whether there was a link
 * @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR, LINK_UNKNOWN
 */
export async function unlinkPerson(
  context: StoreContext,
  actor: Actor,
  { tenant, person: asked }: { tenant: TenantRef; person: string },
): Promise<{ person: string; wasLinked: boolean }> {
  return await perform(context, actor, { action: 'link.remove', tenant }, async ({ read, write }) => {
    const meant = await read((scope) => personMeant(scope, asked));
    const person = personKey(meant.role, meant.personId);
    return await write(async (scope, now) => {
      const before = await findLink(scope, meant.role, meant.personId);
      await unlinkByHand(scope, meant, now.toISOString());
      const entry = { person, objectId: before?.objectId, rule: before?.rule };
      return { outcome: { person, wasLinked: before !== undefined }, entries: [entry] };
    });
  });
}
