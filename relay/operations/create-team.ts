/** Creates a class team. Microsoft Teams accepts the request and acts later: relay/sync/apply/teams.ts follows that. */
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { noEducation, protectedGroup, teamRefused } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const createTeam: OperationSpec<'createTeam'> = {
  noun: 'team',
  needs: ({ sectionId }) => [
    { what: 'class', id: sectionId },
    // A class whose owners could not be added gets its team once they are.
    { what: 'owners', of: sectionId, atLeast: 1 },
    // Someone who joins the group later may appear in its team a day later.
    { what: 'members', of: sectionId },
  ],
  changes: () => undefined,
  group: () => undefined,

  request: { service: 'teams', work: 'make' },
  permissions: [['Team.Create']],
  option: {
    field: 'classes.createTeam',
    isSet: ({ classes }) => classes.createTeam,
    act: 'create teams',
    otherwise: 'set classes.createTeam to false',
  },
  answers: [...passing, ...missing, onPremises, protectedGroup, ...full, noEducation, ...teamRefused, ...refusals],
  makes: undefined,
  // The stored state of the team shows its progress.
  lostAnswer: () => ({ what: 'again' }),

  does: { creates: 'team' },
  // The stored state of a team says more than that it was requested.
  effect: () => ({}),
  journal: () => undefined,
  values: () => undefined,
  subject: ({ key }) => `${key}/team`,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ section, after }) =>
    `${section} gets a team${isWaiting(after) ? ', which its students see once a teacher activates it' : ''}`,
  sources: noSources,
};

/** A class team that was just created, until one of its owners opens it. */
function isWaiting(after: unknown): boolean {
  return typeof after === 'object' && after !== null && 'activation' in after && after.activation === 'waiting';
}
