/** What agents would send for a profile that is not in force, compared with what they send now. */
import { propertiesOf } from '../../../shared/properties.ts';
import { type Kind, kinds, type WantedFields } from '../../../shared/roster.ts';
import type { Profile } from '../../profile/profile.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import type { Actor } from '../actor.ts';
import { ask, type StoreContext, type TenantRef } from '../perform.ts';
import { wantedOf } from './welcome.ts';

export interface Sending {
  /** Fields beyond ids and what connects records, by kind. */
  starts: readonly SentField[];
  stops: readonly SentField[];
  /** Whether people of some school begin to be sent. */
  startsSchools: boolean;
}

export interface SentField {
  kind: Kind;
  field: string;
  /** As people call it; `words` of shared/properties.ts. */
  words: string;
}

/** What agents send for the profiles in force. */
export async function sentNow(context: StoreContext, actor: Actor, tenant: TenantRef): Promise<WantedFields> {
  const profiles = await ask(context, actor, { question: 'profiles', tenant }, readProfiles);
  return wantedOf(profiles).fields;
}

export async function sendingOf(
  context: StoreContext,
  actor: Actor,
  { tenant, profile }: { tenant: TenantRef; profile: Profile },
): Promise<Sending> {
  const before = await ask(context, actor, { question: 'profiles', tenant }, readProfiles);
  const others = before.filter(({ name }) => name !== profile.name);
  return compareSending(wantedOf(before), wantedOf([...others, profile]));
}

type Wanted = ReturnType<typeof wantedOf>;

export function compareSending(before: Wanted, after: Wanted): Sending {
  const known = new Set(before.schools);
  return {
    starts: fieldsIn(after.fields, before.fields),
    stops: fieldsIn(before.fields, after.fields),
    startsSchools: before.schools !== null && (after.schools === null || after.schools.some((id) => !known.has(id))),
  };
}

function fieldsIn(fields: WantedFields, without: WantedFields): SentField[] {
  return kinds.flatMap((kind) =>
    (fields[kind] ?? [])
      .filter((field) => !without[kind]?.includes(field))
      .map((field) => ({ kind, field, words: wordsOf(kind, field) })),
  );
}

function wordsOf(kind: Kind, field: string): string {
  return propertiesOf(kind).find(({ name }) => name === field)?.words ?? field;
}
