import { personKey } from '../../model/person-key.ts';
import { findLink, unlinkByHand } from '../../store/accounts/links.ts';
import type { Actor } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';
import { personMeant } from '../queries/one-person.ts';

/**
 * Takes a person's account from them; of one that somebody deleted, it is forgotten that it was theirs.
 *
 * @param asked `person`: however they are named
 * @returns their person key, and whether they had one
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
