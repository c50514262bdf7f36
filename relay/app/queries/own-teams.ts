/** The teams that wait for a teacher, as far as somebody sees them: a list to hand to teachers. */
import type { PersonKey } from '../../model/person-key.ts';
import { isPersonKey, personIn } from '../../model/person-key.ts';
import { accountsFor } from '../../store/accounts/account-search.ts';
import { relatedTo } from '../../store/applied/applied.ts';
import { readWaitingTeams, type WaitingTeam } from '../../store/applied/waiting-teams.ts';
import { recordsWith } from '../../store/roster/lookup.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import type { TenantScope } from '../../store/store.ts';
import type { Actor } from '../actor.ts';
import { type AppContext, ask, type TenantRef } from '../perform.ts';
import { type Sight, seesSchools, sightIn } from '../sight.ts';
import type { ListedTeam } from './teams.ts';

/** Read at a time. */
const chunk = 500;

export type TeamToActivate = ListedTeam & { schoolId: string };

export interface OwnTeams {
  teams: TeamToActivate[];
  /** Section id of the last one; undefined at the end. */
  next: string | undefined;
  /** Schools with their ids, for a choice: those that somebody sees. */
  schools: { id: string; name: string }[];
}

/**
 * @param wanted `school`: the only one; `limit`: all of them without one
 * @throws HallpassError ROLE_INSUFFICIENT, TENANT_UNKNOWN
 */
export async function ownTeams(
  { store }: Pick<AppContext, 'store'>,
  actor: Actor,
  tenant: TenantRef,
  { school, after, limit }: { school?: string | undefined; after?: string | undefined; limit?: number },
): Promise<OwnTeams> {
  return await ask({ store }, actor, { question: 'ownTeams', tenant }, async (scope, { id }) => {
    const sight = sightIn(actor, id);
    const schools = (await readRecords(scope, 'school')).filter((one) => seesSchools(sight, [one.id]));
    const names = new Map(schools.map((one) => [one.id, one.name]));
    const found: Placed[] = [];
    for await (const team of seenTeams(scope, sight, after)) {
      if (school !== undefined && team.schoolId !== school) continue;
      if (found.push(team) > (limit ?? Number.POSITIVE_INFINITY)) break;
    }
    const shown = found.slice(0, limit);
    const teams = await withTeachers(scope, shown, names);
    const order = (one: ListedTeam) => `${one.school}\n${one.class}\n${one.sectionId}`;
    return {
      teams: teams.sort((a, b) => order(a).localeCompare(order(b), 'en')),
      next: found.length > shown.length ? shown.at(-1)?.sectionId : undefined,
      schools: schools.map((one) => ({ id: one.id, name: one.name })),
    };
  });
}

/** By the id of the school, of those that somebody sees. */
export async function countWaitingTeams(scope: TenantScope, sight: Sight): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for await (const { schoolId } of seenTeams(scope, sight, undefined)) {
    counts.set(schoolId, (counts.get(schoolId) ?? 0) + 1);
  }
  return counts;
}

type Placed = WaitingTeam & { schoolId: string; courseName: string | undefined };

async function* seenTeams(
  scope: TenantScope,
  sight: Sight,
  begin: string | undefined,
): AsyncGenerator<Placed, undefined> {
  for (let after = begin; ; ) {
    const part = await readWaitingTeams(scope, { after, limit: chunk });
    const sections = await recordsWith(
      scope,
      'section',
      part.map(({ sectionId }) => sectionId),
    );
    for (const team of part) {
      const [section] = sections.get(team.sectionId) ?? [];
      const schoolId = section?.schoolId ?? '';
      if (seesSchools(sight, [schoolId])) yield { ...team, schoolId, courseName: section?.courseName };
    }
    after = part.at(-1)?.sectionId;
    if (part.length < chunk) return;
  }
}

async function withTeachers(
  scope: TenantScope,
  teams: readonly Placed[],
  schools: ReadonlyMap<string, string>,
): Promise<TeamToActivate[]> {
  const owners = new Map<string, PersonKey[]>();
  for (const { sectionId } of teams) {
    owners.set(sectionId, (await relatedTo(scope, 'owner', sectionId)).filter(isPersonKey));
  }
  const keys = [...new Set([...owners.values()].flat())];
  const records = await recordsWith(
    scope,
    'teacher',
    keys.map((key) => personIn(key).id),
  );
  const accounts = await accountsFor(scope, keys);
  return teams.map(({ sectionId, objectId, displayName, courseName, since, schoolId }) => ({
    ...{ sectionId, objectId, since, schoolId },
    class: displayName ?? courseName ?? sectionId,
    school: schools.get(schoolId) ?? schoolId,
    activation: 'waiting' as const,
    // Only those who are in PowerSchool: others do not teach.
    teachers: (owners.get(sectionId) ?? []).flatMap((key) => {
      const [record] = records.get(personIn(key).id) ?? [];
      if (record === undefined) return [];
      const name = [record.givenName, record.surname].filter((part) => part !== undefined).join(' ') || key;
      return [{ name, userPrincipalName: accounts.get(key)?.userPrincipalName ?? null }];
    }),
  }));
}
