/** A profile document as a person provides it, with the names in it looked up. */
import { readJson } from '../../../shared/json-document.ts';
import { type ProfileDocument, readProfileDocument } from '../../profile/document.ts';
import { inTodaysWords } from '../../profile/profile.ts';
import { asksForLicenses } from '../../profile/resolve-names.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';

/**
 * @param document its `text`, and its name for people
 * @throws HallpassError PROFILE_INVALID, TENANT_UNKNOWN
 */
export async function readDocument(
  context: AppContext,
  actor: Actor,
  tenant: TenantRef,
  { text, name }: { text: string; name: string },
): Promise<ProfileDocument> {
  const schools = await ask(context, actor, { question: 'profiles', tenant }, (scope) => readRecords(scope, 'school'));
  const skus = asksForLicenses(inTodaysWords(readJson(text).value))
    ? await skusOf(context, actor, tenant)
    : { unread: 'it was not asked' };
  return readProfileDocument(text, name, { schools, skus });
}

/** Loaded on demand: see microsoft.ts. */
async function skusOf(context: AppContext, actor: Actor, tenant: TenantRef) {
  const { skusNow } = await import('./check-profile.ts');
  return await skusNow(context, actor, tenant);
}
