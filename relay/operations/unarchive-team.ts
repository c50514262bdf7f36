/** Makes a team that Hallpass archived usable again, because its section is back: relay/sync/apply/archiving.ts. */
import { idIn } from '../model/keys.ts';
import { archiving } from './archive-team.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { archive } from './permissions.ts';
import { protectedGroup, teamRefused } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const unarchiveTeam: OperationSpec<'unarchiveTeam'> = {
  noun: 'team to open again',
  needs: ({ sectionId }) => [{ what: 'class', id: sectionId }],
  changes: () => undefined,
  group: () => undefined,

  request: { service: 'teams', work: 'unarchive' },
  permissions: archive,
  option: archiving,
  answers: [...passing, ...missing, onPremises, protectedGroup, ...full, ...teamRefused, ...refusals],
  makes: undefined,
  lostAnswer: ({ key }) => ({ what: 'uncertain', kind: 'retired', container: 'archived', items: [idIn(key)] }),

  does: { restores: 'archived' },
  effect: ({ sectionId }) => ({ unrelated: [{ kind: 'retired', container: 'archived', items: [sectionId] }] }),
  journal: () => undefined,
  values: () => undefined,
  subject: ({ key }) => `${key}/team`,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ section }) => `the team of ${section} is opened again`,
  sources: noSources,
};
