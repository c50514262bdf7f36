/** Drafts of profiles: what they say, what is still wrong with each step, and what would come of them. */
import { HallpassError } from '../../../shared/errors.ts';
import type { SchemaMistake } from '../../../shared/schema-reason.ts';
import type { RolePreview } from '../../identity/match-preview.ts';
import type { Role } from '../../model/role.ts';
import { contentVersion, draftMistakes, needComplete } from '../../profile/draft/complete.ts';
import { type DraftStep, mistakesByStep } from '../../profile/draft/steps.ts';
import { noCandidateOptions } from '../../profile/identity-rules.ts';
import { type Profile, profileShape } from '../../profile/profile.ts';
import { type Draft, findDraft, readDrafts } from '../../store/profiles/drafts.ts';
import { readProfiles } from '../../store/profiles/profiles.ts';
import { type Names, readAllNames } from '../../store/roster/names.ts';
import { type PlanNow, planNow } from '../../sync/plan-now.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, enter, type StoreContext, type TenantRef } from '../perform.ts';
import type { CheckedProfile } from './check-profile.ts';
import { fleetNow } from './fleet.ts';

export interface DraftNow {
  draft: Draft;
  /** What is wrong with each step by itself; nothing of Microsoft 365 and the roster. */
  mistakes: ReadonlyMap<DraftStep, readonly SchemaMistake[]>;
  /** Of the profile that it changes; undefined for a new one. */
  state: Profile['state'] | undefined;
  /** The profile was changed or removed by somebody else since the draft began. */
  isOvertaken: boolean;
}

interface Asked {
  tenant: TenantRef;
  draft: string;
}

/** @throws HallpassError DRAFT_UNKNOWN */
export async function draftNow(context: StoreContext, actor: Actor, { tenant, draft: id }: Asked): Promise<DraftNow> {
  return await ask(context, actor, { question: 'drafts', tenant }, async (scope) => {
    const draft = await findDraft(scope, id);
    const profiles = await readProfiles(scope);
    const inForce = profiles.find(({ name }) => name === draft.profile);
    const mistakes = [...nameMistakes(draft, profiles), ...draftMistakes(draft.document)];
    const isOvertaken = draft.profile !== null && (inForce === undefined || contentVersion(inForce) !== draft.seen);
    return { draft, mistakes: mistakesByStep(mistakes), state: inForce?.state, isOvertaken };
  });
}

/** Names of profiles identify them. */
function* nameMistakes({ profile, document }: Draft, profiles: readonly Profile[]): Iterable<SchemaMistake> {
  const { name } = document;
  if (profile === null && profiles.some((one) => one.name === name)) {
    yield { path: 'name', reason: 'the district has a profile with this name' };
  }
  if (profile !== null && name !== profile) {
    yield { path: 'name', reason: `the profile is in force as "${profile}", and a profile keeps its name` };
  }
}

export async function draftsNow(context: StoreContext, actor: Actor, tenant: TenantRef): Promise<Draft[]> {
  return await ask(context, actor, { question: 'drafts', tenant }, readDrafts);
}

export interface Template {
  slug: string;
  district: string;
  profile: string;
}

/** Profiles of every district that the actor may see. */
export async function templatesNow(context: Pick<AppContext, 'store'>, actor: Actor): Promise<Template[]> {
  const districts = await fleetNow(context, actor);
  return districts.flatMap(({ slug, name, profiles }) =>
    profiles.map((profile) => ({ slug, district: name, profile: profile.name })),
  );
}

/**
 * What every rule would find for the people of the schools that the draft names so far.
 *
 * @throws HallpassError as previewTenant
 */
export async function draftMatches(
  context: AppContext,
  actor: Actor,
  { tenant, draft, roles }: { tenant: TenantRef; draft: Draft; roles: readonly Role[] },
): Promise<RolePreview[]> {
  const { shape } = profileShape;
  const name = typeof draft.document.name === 'string' ? draft.document.name : '';
  const schools = shape.schools.safeParse(draft.document.schools).data ?? 'all';
  const { guests, mailboxes, never } = shape.identity.safeParse(draft.document.identity).data ?? noCandidateOptions;
  const profile = { name, schools, state: 'enabled' as const, identity: { guests, mailboxes, never } };
  const { previewTenant } = await import('./match.ts');
  return await previewTenant(context, actor, tenant, { roles, profile });
}

/** Whether it fits PowerSchool and Microsoft 365: see checkProfile. */
export async function draftCheck(
  context: AppContext,
  actor: Actor,
  { tenant, profile }: { tenant: TenantRef; profile: Profile },
): Promise<CheckedProfile> {
  const { checkProfile } = await import('./check-profile.ts');
  return await checkProfile(context, actor, tenant, profile);
}

export interface DraftPlan {
  now: PlanNow;
  names: Names;
}

/**
 * What runs would do if the draft were enabled.
 *
 * @throws HallpassError DRAFT_UNKNOWN, DRAFT_INCOMPLETE, PLAN_NOT_READY, PLAN_RUNS_FAIL
 */
export async function draftPlan(
  context: StoreContext,
  actor: Actor,
  { tenant: named, draft }: { tenant: TenantRef; draft: Draft },
): Promise<DraftPlan> {
  const { store, clock } = context;
  const tenant = await enter(store, actor, 'plan', named);
  const { profile } = needComplete(draft.document);
  const now = await planNow(store, tenant, { ...profile, state: 'enabled' }, clock);
  return { now, names: await store.readTenant(tenant.id, readAllNames) };
}

/** The answer, or why there is none: a page shows the rest all the same. */
export type Tried<T> = { answer: T; refusal: undefined } | { answer: undefined; refusal: HallpassError };

export async function tried<T>(asking: Promise<T>): Promise<Tried<T>> {
  try {
    return { answer: await asking, refusal: undefined };
  } catch (error) {
    if (!(error instanceof HallpassError)) throw error;
    return { answer: undefined, refusal: error };
  }
}
