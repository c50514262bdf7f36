/** Makes a team of a class. Microsoft Teams says yes, and acts later: relay/sync/apply/teams.ts follows that. */
import { full, missing, onPremises, passing, refusals } from './common-answers.ts';
import { noEducation, protectedGroup, teamRefused } from './shared-answers.ts';
import { noSources } from './sources.ts';
import type { OperationSpec } from './spec.ts';

export const createTeam: OperationSpec<'createTeam'> = {
  noun: 'team',
  needs: ({ sectionId }) => [
    { what: 'class', id: sectionId },
    // A class whose owners could not be added gets its team when they are.
    { what: 'owners', of: sectionId, atLeast: 1 },
    // Anyone who joins the group later is in its team up to a day later.
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
  // What is known of teams says how far it is.
  lostAnswer: () => ({ what: 'again' }),

  does: { creates: 'team' },
  // What is known of a team says more than that it was asked for.
  effect: () => ({}),
  journal: () => undefined,
  values: () => undefined,
  subject: ({ key }) => `${key}/team`,

  guard: { effect: 'addition', repair: undefined },
  sentence: ({ section, after }) =>
    `${section} gets a team${isWaiting(after) ? ', which its students see once a teacher activates it' : ''}`,
  sources: noSources,
};

/** A class team that was just made, until one of its owners opens it. */
function isWaiting(after: unknown): boolean {
  return typeof after === 'object' && after !== null && 'activation' in after && after.activation === 'waiting';
}
