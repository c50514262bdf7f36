/** Makes the team of a past year's class read-only: relay/sync/apply/archiving.ts follows Microsoft Teams' progress. */
import { idIn } from '../model/keys.ts';
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { archive } from './permissions.ts';
import { protectedGroup, teamRefused } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec, ProfileOption } from './spec.ts';

/** A profile that archives teams also restores them. */
export const archiving: ProfileOption = {
  field: 'policies.sectionGone',
  isSet: ({ policies: { sectionGone } }) => sectionGone !== 'keep' && sectionGone.includes('archiveTeam'),
  act: 'archive teams',
  otherwise: 'remove archiveTeam from policies.sectionGone',
};

export const archiveTeam: OperationSpec<'archiveTeam'> = {
  noun: 'team to archive',
  needs: ({ sectionId }) => [
    { what: 'class', id: sectionId },
    // It is unknown what happens to changes once the team is read-only.
    { what: 'ending', of: sectionId },
  ],
  changes: () => undefined,
  group: () => undefined,

  request: { service: 'teams', work: 'archive' },
  permissions: archive,
  option: archiving,
  answers: [...passing, ...missing, onPremises, protectedGroup, ...full, ...teamRefused, ...refusals],
  makes: undefined,
  lostAnswer: ({ key }) => ({ what: 'uncertain', kind: 'retired', container: 'archived', items: [idIn(key)] }),

  does: { retires: 'archived' },
  effect: ({ sectionId }) => ({ relations: { kind: 'retired', container: 'archived', items: [sectionId] } }),
  journal: () => undefined,
  values: () => undefined,
  subject: ({ key }) => `${key}/team`,

  guard: {
    effect: 'removal',
    nouns: 'teams in use',
    outOf: 'schoolClasses',
    causes: ['policies', 'schools'],
    ifApproved: ({ length }) => `The teams of ${length} classes become read-only. Their members, files and posts stay.`,
  },
  sentence: ({ section }) => `the team of ${section} is archived`,
  sources: noSources,
};
