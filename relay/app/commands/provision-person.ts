/** Has one person provisioned at once. A serving relay takes it up within seconds, before anything else. */
import { fail } from '../../../shared/errors.ts';
import { type PersonKey, personKey } from '../../model/person-key.ts';
import { blackoutOn } from '../../profile/blackout.ts';
import { districtTime } from '../../profile/life.ts';
import { findLink } from '../../store/accounts/links.ts';
import { districtTimeZone } from '../../store/agents/agents.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { readPerson } from '../../store/roster/mirror.ts';
import { readBlackouts } from '../../store/runs/blackouts.ts';
import { askFor } from '../../store/runs/person-requests.ts';
import { requestRun } from '../../store/runs/run-control.ts';
import type { TenantScope } from '../../store/store.ts';
import { type Actor, nameOf } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';
import { personMeant } from '../queries/one-person.ts';

export interface Asked {
  /** Of the request. */
  id: string;
  person: PersonKey;
  /** False where the same person was asked for before and is not done yet: that request is the answer. */
  isNew: boolean;
}

/**
 * @param asked `person`: in any form that identifies a person
 * @throws HallpassError PERSON_NOT_FOUND, PERSON_NOT_CLEAR, PROFILE_MISSING, PROVISION_IN_BLACKOUT
 */
export async function provisionPerson(
  context: StoreContext,
  actor: Actor,
  { tenant: named, person: asked }: { tenant: TenantRef; person: string },
): Promise<Asked> {
  return await perform(
    context,
    actor,
    { action: 'person.provision', tenant: named },
    async ({ tenant, read, write }) => {
      const person = await read((scope) => knownPerson(scope, asked));
      return await write(async (scope, now) => {
        if ((await readProfiles(scope)).length === 0) throw fail('PROFILE_MISSING', { tenant: tenant.slug });
        await refuseInBlackout(scope, tenant.slug, now);
        const { id, isNew } = await askFor(scope, { person, askedAt: now.toISOString(), askedBy: nameOf(actor) });
        await requestRun(scope, 'people');
        return { outcome: { id, person, isNew }, entries: [{ person, request: id }] };
      });
    },
  );
}

/** Somebody in PowerSchool, or who was there and has an account or had a record. */
async function knownPerson(scope: TenantScope, asked: string): Promise<PersonKey> {
  const { role, personId } = await personMeant(scope, asked);
  const { records, wasThere } = await readPerson(scope, role === 'students' ? 'student' : 'teacher', personId);
  const isKnown = records.length > 0 || wasThere || (await findLink(scope, role, personId)) !== undefined;
  if (!isKnown) throw fail('PERSON_NOT_FOUND', { asked, who: 'Nobody', hint: '' });
  return personKey(role, personId);
}

async function refuseInBlackout(scope: TenantScope, tenant: string, now: Date): Promise<void> {
  const { date } = districtTime(now.getTime(), await districtTimeZone(scope));
  const blackout = blackoutOn(date, await readBlackouts(scope));
  if (blackout === undefined) return;
  const { id, to, reason } = blackout;
  throw fail('PROVISION_IN_BLACKOUT', { tenant, to, reason, blackout: id });
}
