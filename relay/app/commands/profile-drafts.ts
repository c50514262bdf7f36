/**
 * Drafts of profiles. Saving one changes nothing that is in force, so only its beginning and end are in the audit log; what puts it
 * in force is in profiles.ts and profile-state.ts, with the version of the profile that it replaces.
 */
import { fail } from '../../../shared/errors.ts';
import { blankDocument, documentOf, templateOf, trialOf } from '../../profile/draft/beginnings.ts';
import { contentVersion, draftVersion, needComplete, stepVersion } from '../../profile/draft/complete.ts';
import { type DraftStep, draftSteps, withContent } from '../../profile/draft/steps.ts';
import type { Profile } from '../../profile/profile.ts';
import {
  addDraft,
  changeDraft,
  type Draft,
  findDraft,
  type LooseDocument,
  readDrafts,
  removeDraft,
} from '../../store/profiles/drafts.ts';
import { chooseProfile, readProfiles } from '../../store/profiles/profiles.ts';
import { type Actor, nameOf } from '../actor.ts';
import { type AppContext, ask, perform, type StoreContext, type TenantRef } from '../perform.ts';
import { versionOf } from './precondition.ts';
import { moveProfile } from './profile-state.ts';
import { putProfile } from './profiles.ts';

/** `profile`: one in force, to change it. `template`: one in force in another district, or in this one, to begin like it. */
export type Beginning =
  | { from: 'nothing' }
  | { from: 'profile'; profile: string }
  | { from: 'template'; tenant: TenantRef; profile: string };

interface DraftOf {
  tenant: TenantRef;
  draft: string;
}

/**
 * A profile in force has one draft at most: whoever begins another one continues that.
 *
 * @returns the draft's id
 * @throws HallpassError PROFILE_UNKNOWN; TENANT_UNKNOWN also for a template of a district whose profiles the actor may not see
 */
export async function beginDraft(
  context: StoreContext,
  actor: Actor,
  { tenant: named, beginning }: { tenant: TenantRef; beginning: Beginning },
): Promise<string> {
  const template =
    beginning.from === 'template'
      ? await ask(context, actor, { question: 'profiles', tenant: beginning.tenant }, async (scope, { slug }) =>
          templateOf(chooseProfile(await readProfiles(scope), slug, beginning.profile)),
        )
      : undefined;
  return await perform(context, actor, { action: 'profile.draft', tenant: named }, ({ tenant, write }) =>
    write(async (scope, now) => {
      const by = { by: nameOf(actor), now };
      if (beginning.from !== 'profile') {
        const blank = { profile: null, seen: null, document: template ?? blankDocument(), done: [] };
        const id = await addDraft(scope, blank, by);
        return { outcome: id, entries: [{ draft: id, begun: beginning.from }] };
      }
      const profile = chooseProfile(await readProfiles(scope), tenant.slug, beginning.profile);
      const open = (await readDrafts(scope)).find((one) => one.profile === profile.name);
      if (open !== undefined) return { outcome: open.id, entries: [] };
      const copy = {
        profile: profile.name,
        seen: contentVersion(profile),
        document: documentOf(profile),
        done: draftSteps,
      };
      const id = await addDraft(scope, copy, by);
      return { outcome: id, entries: [{ draft: id, begun: 'profile', profile: profile.name }] };
    }),
  );
}

export interface SaveInput extends DraftOf {
  step: DraftStep;
  /** What the step says now: parts of a profile document, which may be wrong. */
  content: LooseDocument;
  /** The version of the step's content that the person saw: see stepVersion. */
  seen: string;
}

/** `conflict`: somebody saved the same step meanwhile, and nothing was changed. */
export type Saved = { state: 'saved' | 'conflict'; draft: Draft };

/** Changes of other steps are kept, whichever tab or person they are from. @throws HallpassError DRAFT_UNKNOWN */
export async function saveStep(
  context: StoreContext,
  actor: Actor,
  { tenant: named, draft: id, step, content, seen }: SaveInput,
): Promise<Saved> {
  return await perform(context, actor, { action: 'profile.draft', tenant: named }, ({ write }) =>
    write<Saved>(async (scope, now) => {
      const draft = await findDraft(scope, id);
      const document = withContent(draft.document, step, content);
      const stored = stepVersion(draft.document, step);
      if (stepVersion(document, step) !== stored && stored !== seen) {
        return { outcome: { state: 'conflict', draft }, entries: [] };
      }
      const saved = { ...draft, document, done: draftSteps.filter((one) => one === step || draft.done.includes(one)) };
      await changeDraft(scope, saved, { by: nameOf(actor), now });
      return { outcome: { state: 'saved', draft: saved }, entries: [] };
    }),
  );
}

/** What it put in force stays. @throws HallpassError DRAFT_UNKNOWN */
export async function discardDraft(context: StoreContext, actor: Actor, { tenant, draft: id }: DraftOf): Promise<void> {
  await perform(context, actor, { action: 'profile.draft', tenant }, ({ write }) =>
    write(async (scope) => {
      const { profile } = await findDraft(scope, id);
      await removeDraft(scope, id);
      return { outcome: undefined, entries: [{ draft: id, ended: 'discarded', profile }] };
    }),
  );
}

/**
 * Stores a profile that only tries: see {@link trialOf}. It starts in preview, which writes nothing, and agents send what rules are
 * compared by.
 *
 * @throws HallpassError DRAFT_UNKNOWN, DRAFT_WITHOUT_NAME; PRECONDITION_FAILED if another profile has the name, or the draft's is in
 *   force already
 */
export async function tryDraft(context: AppContext, actor: Actor, input: DraftOf): Promise<void> {
  const draft = await readFor(context, actor, input);
  const profile = trialOf(draft.document);
  if (profile === undefined) throw fail('DRAFT_WITHOUT_NAME', {});
  const precondition = { noneMatch: '*' as const, isNeeded: true };
  const document = { profile, resolved: [], notices: [] };
  const put = await putProfile(context, actor, { tenant: input.tenant, document, unchecked: true, precondition });
  await follow(context, actor, input, put.profile);
}

/**
 * Puts the draft in force, in the state that its profile has: a new one is in preview.
 *
 * @returns the profile, and how many errors the check found, with which it cannot be enabled
 * @throws HallpassError DRAFT_UNKNOWN, DRAFT_INCOMPLETE, PRECONDITION_FAILED when the profile was changed meanwhile, and as {@link putProfile}
 */
export async function storeDraft(
  context: AppContext,
  actor: Actor,
  input: DraftOf,
): Promise<{ profile: Profile; errors: number }> {
  const draft = await readFor(context, actor, input);
  const document = needComplete(draft.document);
  const current = await currentOf(context, actor, input.tenant, draft);
  const isSame = draft.seen === (current === undefined ? null : contentVersion(current));
  if (!isSame) throw fail('PRECONDITION_FAILED', { what: `The profile "${draft.profile}" is`, again: 'the profile' });
  const match = current === undefined ? { noneMatch: '*' as const } : { match: [versionOf(current)] };
  const precondition = { ...match, isNeeded: true };
  const { profile, errors } = await putProfile(context, actor, { tenant: input.tenant, document, precondition });
  await follow(context, actor, input, profile);
  return { profile, errors };
}

async function readFor(context: StoreContext, actor: Actor, { tenant, draft: id }: DraftOf): Promise<Draft> {
  return await ask(context, actor, { question: 'drafts', tenant }, (scope) => findDraft(scope, id));
}

/** The profile that the draft changes, as it is in force. */
async function currentOf(
  context: StoreContext,
  actor: Actor,
  tenant: TenantRef,
  { profile }: Draft,
): Promise<Profile | undefined> {
  const profiles = await ask(context, actor, { question: 'profiles', tenant }, readProfiles);
  return profiles.find(({ name }) => name === profile);
}

/** From now on the draft changes this version of the profile. One that was discarded meanwhile stays so. */
async function follow(
  context: StoreContext,
  actor: Actor,
  { tenant: named, draft: id }: DraftOf,
  profile: Profile,
): Promise<void> {
  await perform(context, actor, { action: 'profile.draft', tenant: named }, ({ write }) =>
    write(async (scope, now) => {
      const draft = (await readDrafts(scope)).find((one) => one.id === id);
      if (draft !== undefined) await changeDraft(scope, followed(draft, profile), { by: nameOf(actor), now });
      return { outcome: undefined, entries: [] };
    }),
  );
}

function followed(draft: Draft, profile: Profile): Draft {
  return { ...draft, profile: profile.name, seen: contentVersion(profile) };
}

/**
 * Puts the draft in force and lets its profile write, after the check. That ends the draft.
 *
 * @param input.version of the draft whose plan the person has seen: see draftVersion
 * @throws HallpassError DRAFT_UNKNOWN, DRAFT_INCOMPLETE, PRECONDITION_FAILED when draft or profile were changed meanwhile, and as
 *   {@link putProfile} and {@link moveProfile}: then a new profile is left in preview
 */
export async function enableDraft(
  context: AppContext,
  actor: Actor,
  { version, ...input }: DraftOf & { version: string },
): Promise<void> {
  const draft = await readFor(context, actor, input);
  if (draftVersion(draft) !== version)
    throw fail('PRECONDITION_FAILED', { what: 'The draft is', again: 'the summary' });
  const { profile } = await storeDraft(context, actor, input);
  if (profile.state !== 'enabled') {
    const precondition = { match: [versionOf(profile)], isNeeded: true };
    await moveProfile(context, actor, { tenant: input.tenant, profile: profile.name, move: 'enable', precondition });
  }
  await perform(context, actor, { action: 'profile.draft', tenant: input.tenant }, ({ write }) =>
    write(async (scope) => {
      await removeDraft(scope, input.draft);
      return { outcome: undefined, entries: [{ draft: input.draft, ended: 'enabled', profile: profile.name }] };
    }),
  );
}
