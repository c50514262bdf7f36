/** A plan as a page shows it: as sentences, with names; and the profile that it is of. */
import type { z } from 'zod';
import type { OperationKind } from '../../model/operation.ts';
import { specOf } from '../../operations/registry.ts';
import { describeChanges } from '../../plan/listing.ts';
import type { Profile } from '../../profile/profile.ts';
import { chooseProfile, readProfiles } from '../../store/profiles/profiles.ts';
import { readNamesOf } from '../../store/roster/names-of.ts';
import { listRuns } from '../../store/runs/run-history.ts';
import type { TenantScope } from '../../store/store.ts';
import { planAnswer } from './plan.ts';
import { sentenceOf } from './sentences.ts';

/** What a plan is, after it came from another thread. */
export const previewAnswer = planAnswer;

type PlanAnswer = z.infer<typeof planAnswer>;
type Planned = PlanAnswer['operations'][number];
type Found = PlanAnswer['holds'][number];

/** @property noun `new account` */
type Named<T> = T & { noun: string };

export interface ToldPlanned {
  operation: Planned;
  /** `Ada Lovelace joins Biology 1 (section 42)` */
  sentence: string;
  /** `grade: 8 → 9` */
  changes: string[];
  /** Name of the school. */
  school: string | undefined;
}

export interface ShownPlan {
  plan: Omit<PlanAnswer, 'totals' | 'holds' | 'approved'> & {
    totals: Named<PlanAnswer['totals'][number]>[];
    holds: Named<Found>[];
    approved: Named<Found>[];
  };
  told: ToldPlanned[];
}

export interface ProfileToPreview {
  name: string;
  state: Profile['state'];
  profile: Profile;
  /** Names of the other profiles. */
  others: string[];
  /** By its last run; undefined before the first. */
  lastPlanned: { at: string; operations: number } | undefined;
}

/** @param tenant slug, for errors @param wanted undefined for the first one @returns undefined for a district without a profile @throws HallpassError PROFILE_UNKNOWN */
export async function profileToPreview(
  scope: TenantScope,
  tenant: string,
  wanted: string | undefined,
): Promise<ProfileToPreview | undefined> {
  const profiles = await readProfiles(scope);
  const [first] = profiles;
  if (first === undefined) return undefined;
  const profile = wanted === undefined ? first : chooseProfile(profiles, tenant, wanted);
  const names = profiles.map(({ name }) => name);
  const { name, state } = profile;
  const [last] = await listRuns(scope, { profile: name, whole: true, limit: 1 });
  const lastPlanned = last && {
    at: last.finishedAt ?? last.startedAt,
    operations: Object.values(last.planned).reduce((sum, count) => sum + count, 0),
  };
  return { name, state, profile, others: names.filter((one) => one !== name), lastPlanned };
}

/** With the names of the people and objects of this part of the plan. */
export async function toldPlan(scope: TenantScope, plan: PlanAnswer): Promise<ShownPlan> {
  const keys = plan.operations.flatMap(({ key, people, schoolId }) => [
    key,
    `school:${schoolId}`,
    ...people.slice(0, 5),
  ]);
  const names = await readNamesOf(scope, keys);
  const named = <T extends { kind: OperationKind }>(one: T): Named<T> => ({ ...one, noun: specOf(one.kind).noun });
  return {
    plan: { ...plan, totals: plan.totals.map(named), holds: plan.holds.map(named), approved: plan.approved.map(named) },
    told: plan.operations.map((operation) => ({
      operation,
      sentence: sentenceOf(operation, names),
      changes: describeChanges(operation),
      school: names.schools.get(operation.schoolId),
    })),
  };
}
