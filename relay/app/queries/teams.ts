/** The class teams, and which of them need a teacher to act. */
import { z } from 'zod';
import { accountOf, personKey } from '../../model/person-key.ts';
import { teamOf } from '../../plan/teams.ts';
import { readLinks } from '../../store/accounts/links.ts';
import { readApplied } from '../../store/applied/applied.ts';
import { readDirectory } from '../../store/directory/mirror.ts';
import { readRecords } from '../../store/roster/mirror.ts';
import { readNames } from '../../store/roster/people-names.ts';
import type { TenantScope } from '../../store/store.ts';
import { readActivations } from '../../store/teams/team-activation.ts';
import { moment, type Table } from './fields.ts';

/** `unknown`: it exists, and nobody has checked yet. `making`, `queued`: it does not exist yet, see AppliedTeam. */
const activationStates = ['waiting', 'active', 'unknown', 'making', 'queued'] as const;
const notThere = { accepted: 'making', waiting: 'queued' } as const;

const teamSchema = z.object({
  sectionId: z.string(),
  class: z.string().meta({ description: 'Name of the class in Microsoft 365.' }),
  school: z.string(),
  objectId: z.string().meta({ description: 'Object id of the class and its team.' }),
  activation: z.enum(activationStates).meta({
    description:
      'waiting: students do not see it until a teacher activates it. making: Microsoft Teams is creating it. queued: Microsoft Teams does not know the class yet.',
  }),
  since: moment.nullable().meta({ description: 'When that was first seen.' }),
  teachers: z
    .array(z.object({ name: z.string(), userPrincipalName: z.string().nullable() }))
    .meta({ description: 'Owners of the class who are in PowerSchool.' }),
});

export const teamsAnswer = z.object({ teams: z.array(teamSchema) });

export type ListedTeam = z.infer<typeof teamSchema>;

/** By school and class. Skips archived teams and those that Microsoft Teams no longer has. */
export async function teamsNow(
  scope: TenantScope,
  { waiting = false }: { waiting?: boolean | undefined },
): Promise<z.infer<typeof teamsAnswer>> {
  const applied = await readApplied(scope);
  const activations = await readActivations(scope);
  const names = await readNames(scope);
  const schools = new Map((await readRecords(scope, 'school')).map(({ id, name }) => [id, name]));
  const sections = new Map((await readRecords(scope, 'section')).map((section) => [section.id, section]));
  const accounts = new Map((await readLinks(scope)).map((one) => [personKey(one.role, one.personId), one.objectId]));
  const userNames = new Map((await readDirectory(scope)).map(({ id, userPrincipalName }) => [id, userPrincipalName]));
  const archived = applied.retired.get('archived');
  const teams: ListedTeam[] = [];
  for (const [sectionId, { objectId, body }] of applied.classes) {
    const known = activations.get(sectionId);
    const team = teamOf(sectionId, applied);
    if (team === undefined || archived?.has(sectionId) === true) continue;
    const { state = 'unknown', since = null } =
      team.state !== 'there'
        ? { state: notThere[team.state], since: team.since }
        : known?.objectId === objectId
          ? known
          : {};
    if (state === 'gone') continue;
    if (waiting && state !== 'waiting') continue;
    const section = sections.get(sectionId);
    const owners = [...(applied.owners.get(sectionId) ?? [])].filter((key) => names.has(key));
    teams.push({
      sectionId,
      class: typeof body.displayName === 'string' ? body.displayName : (section?.courseName ?? sectionId),
      school: schools.get(section?.schoolId ?? '') ?? '',
      objectId,
      activation: state,
      since,
      teachers: owners.map((key) => {
        const { givenName = '', surname = '' } = names.get(key) ?? {};
        const name = `${givenName} ${surname}`.trim() || key;
        return { name, userPrincipalName: userNames.get(accountOf(key, accounts) ?? '') ?? null };
      }),
    });
  }
  const key = (one: ListedTeam) => `${one.school}\n${one.class}\n${one.sectionId}`;
  return { teams: teams.sort((a, b) => key(a).localeCompare(key(b), 'en')) };
}

/** One line per team: a letter to teachers needs all names in one cell. */
export const teamTable: Table<ListedTeam> = {
  headings: ['section', 'class', 'school', 'activation', 'since', 'teachers', 'userPrincipalNames', 'objectId'],
  lines({ sectionId, class: name, school, activation, since, teachers, objectId }) {
    const people = teachers.map((one) => one.name).join('; ');
    const userNames = teachers.flatMap((one) => one.userPrincipalName ?? []).join('; ');
    return [[sectionId, name, school, activation, since ?? '', people, userNames, objectId]];
  },
};
