/**
 * Teams on top of groups. The Teams service is separate from the directory: it knows a new group only after a while,
 * and its own errors arrive wrapped in a sentence about its templates.
 */
import type { Directory } from '../directory/directory.ts';
import type { Group, TeamOperation } from '../directory/entities.ts';
import { badRequest, GraphError, notImplemented } from '../errors.ts';
import { type Bag, isBag, type Json } from '../json.ts';
import { type Answer, type Call, noContent, ok } from './call.ts';
import { refuseOthers } from './listing.ts';
import { may } from './permissions.ts';
import { sdsExtension } from './resources.ts';
import type { Router } from './router.ts';

/** Templates that the simulator distinguishes: for classes, and for any Microsoft 365 group. */
const templates = ['educationClass', 'standard'];

export function addTeamRoutes(router: Router, directory: Directory): void {
  router.add({
    area: 'createTeam',
    method: 'POST',
    path: '/teams',
    cost: 0,
    roles: may.createTeams,
    handle: (call) => createTeam(call, directory),
  });
  router.add({
    area: 'makeTeamOfGroup',
    method: 'PUT',
    path: '/groups/:id/team',
    cost: 0,
    roles: may.makeTeamOfGroup,
    handle: (call) => makeTeamOfGroup(call, directory),
  });
  router.add({
    area: 'getTeam',
    method: 'GET',
    path: '/teams/:id',
    cost: 0,
    roles: may.readTeams,
    handle: (call) => {
      refuseOthers(call, []);
      const group = directory.groups.get((call.params[0] ?? '').toLowerCase());
      if (group === undefined || !isTeam(group)) throw noTeam(call.params[0] ?? '');
      return ok({ '@odata.context': `${call.base}/$metadata#teams/$entity`, ...teamView(group) });
    },
  });
  router.add({
    area: 'writeTeams',
    method: 'PATCH',
    path: '/teams/:id',
    cost: 0,
    roles: may.archiveTeams,
    handle: (call) => updateTeam(call, directory),
  });
  for (const type of ['archiveTeam', 'unarchiveTeam'] as const) {
    router.add({
      area: 'writeTeams',
      method: 'POST',
      path: type === 'archiveTeam' ? '/teams/:id/archive' : '/teams/:id/unarchive',
      cost: 0,
      roles: may.archiveTeams,
      handle: (call) => archiveTeam(call, directory, type),
    });
  }
  router.add({
    area: 'readTeams',
    method: 'GET',
    path: '/teams/:id/operations/:operation',
    cost: 0,
    roles: may.readTeamOperations,
    handle: (call) => {
      refuseOthers(call, []);
      const [id = '', operationId = ''] = call.params;
      const group = directory.groups.get(id.toLowerCase());
      const operation = group?.teamOperations.find((one) => one.id === operationId.toLowerCase());
      if (group === undefined || operation === undefined) throw noTeam(id);
      return ok({
        '@odata.context': `${call.base}/$metadata#teams('${group.id}')/operations/$entity`,
        ...operationView(group, operation, directory.clock.now()),
      });
    },
  });
}

function createTeam(call: Call, directory: Directory): Answer {
  const { body } = call;
  if (!isBag(body)) throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.');
  const template = boundId(body, 'template@odata.bind', 'teamsTemplates');
  if (!templates.includes(template)) {
    throw templatesError(400, 'BadRequest', `The template '${template}' does not exist.`);
  }
  if (body['group@odata.bind'] === undefined) throw notImplemented('a team with a group of its own');
  const others = Object.keys(body).find((name) => !/^(@odata\..*|(template|group)@odata\.bind|channels)$/.test(name));
  // Documented for binding a group: name, visibility, specialization and members come from the group; channels may be
  // given.
  if (others !== undefined) throw badRequest(`'${others}' must not be given together with a group.`);
  checkChannels(body.channels);
  const group = groupFor(directory, boundId(body, 'group@odata.bind', 'groups'));
  if (template === 'educationClass' && !isClassShaped(group)) {
    throw new GraphError(
      400,
      'BadRequest',
      "Team with template 'educationClass' can not be provisioned using a group which does not belong to a class.",
    );
  }
  checkReady(directory, group);
  return accepted(group, directory.teams.start(group, 'createTeam', call.failsLater));
}

/**
 * Makes a team read-only a while later, or writable again. Graph's answer for a team that is already archived is not
 * documented: the simulator refuses it, so that nobody relies on it.
 */
function archiveTeam(call: Call, directory: Directory, type: 'archiveTeam' | 'unarchiveTeam'): Answer {
  const body = call.body ?? {};
  if (!isBag(body)) throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.');
  const known = type === 'archiveTeam' ? ['shouldSetSpoSiteReadOnlyForMembers'] : [];
  const other = Object.keys(body).find((name) => !known.includes(name));
  if (other !== undefined) throw badRequest(`The parameter '${other}' does not exist in method '${type}'.`);
  if (body.shouldSetSpoSiteReadOnlyForMembers === true) {
    throw badRequest("'shouldSetSpoSiteReadOnlyForMembers' is not supported in application context.");
  }
  const group = directory.groups.get((call.params[0] ?? '').toLowerCase());
  if (group === undefined || !isTeam(group)) throw noTeam(call.params[0] ?? '');
  if (directory.links.seen(group, 'owners').size === 0) throw badRequest('The team must have at least one owner.');
  if (directory.teams.isBusyWith(group)) throw new GraphError(409, 'Conflict', 'Another operation is in progress.');
  if (group.isArchived === (type === 'archiveTeam')) {
    throw badRequest(`The team is ${group.isArchived ? 'already' : 'not'} archived.`);
  }
  return accepted(group, directory.teams.start(group, type, call.failsLater));
}

/**
 * Changes only whether students are kept out. An application changes the flag; the students come when a teacher
 * activates the team.
 */
function updateTeam(call: Call, directory: Directory): Answer {
  if (!isBag(call.body)) throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.');
  const group = directory.groups.get((call.params[0] ?? '').toLowerCase());
  if (group === undefined || !isTeam(group)) throw noTeam(call.params[0] ?? '');
  for (const [name, value] of Object.entries(call.body)) {
    if (name.startsWith('@odata.')) continue;
    if (name !== 'isMembershipLimitedToOwners') throw notImplemented(`the team property '${name}'`);
    if (typeof value !== 'boolean') throw badRequest(`Invalid value for '${name}'.`);
    group.isLimitedToOwners = value;
  }
  return noContent();
}

function checkChannels(channels: Json | undefined): void {
  if (channels === undefined) return;
  const named = (channel: Json) => isBag(channel) && typeof channel.displayName === 'string';
  if (!Array.isArray(channels) || !channels.every(named))
    throw badRequest("'channels' must be a list of named channels.");
}

function accepted(group: Group, operation: TeamOperation): Answer {
  return {
    status: 202,
    headers: {
      Location: `/teams('${group.id}')/operations('${operation.id}')`,
      'Content-Location': `/teams('${group.id}')`,
    },
    body: undefined,
  };
}

/** The older way, for one group: the answer comes when the team exists. */
function makeTeamOfGroup(call: Call, directory: Directory): Answer {
  if (call.body !== undefined && !isBag(call.body)) {
    throw new GraphError(400, 'BadRequest', 'Unable to read JSON request payload.');
  }
  const group = groupFor(directory, call.params[0] ?? '');
  checkReady(directory, group);
  directory.addTeam(group);
  const context = `${call.base}/$metadata#teams/$entity`;
  return { status: 201, headers: {}, body: { '@odata.context': context, ...teamView(group) } };
}

/** @throws 404 also for a group that is in the directory but not yet known to the Teams service */
function groupFor(directory: Directory, id: string): Group {
  const group = directory.groups.get(id.toLowerCase());
  if (group === undefined || !directory.isVisible(group) || !directory.teams.knows(group)) {
    throw templatesError(404, 'NotFound', `Failed to get group '${id}'.`);
  }
  return group;
}

function checkReady(directory: Directory, group: Group): void {
  if (!Array.isArray(group.props.groupTypes) || !group.props.groupTypes.includes('Unified')) {
    throw templatesError(400, 'BadRequest', 'The group is not a Microsoft 365 group.');
  }
  if (isTeam(group) || directory.teams.isBusyWith(group)) {
    throw new GraphError(409, 'Conflict', 'The group is already provisioned.');
  }
  // Teams sees owners as late as any other reader.
  if (directory.links.seen(group, 'owners').size === 0) {
    throw templatesError(400, 'BadRequest', 'The group must have at least one owner to be made a team.');
  }
}

export function isTeam({ props: { resourceProvisioningOptions: options } }: Group): boolean {
  return Array.isArray(options) && options.includes('Team');
}

/** School Data Sync's own condition: an education class, created with assignments. */
function isClassShaped({ props }: Group): boolean {
  const options = props.creationOptions;
  return (
    props[`${sdsExtension}ObjectType`] === 'Section' && Array.isArray(options) && options.includes('classAssignments')
  );
}

/** `https://…/teamsTemplates('educationClass')` → `educationClass`. @throws 400 */
function boundId(body: Bag, name: string, set: string): string {
  const value = body[name];
  const match = new RegExp(`^https://[^/]+/(?:v1\\.0|beta)/${set}(?:\\('([^']+)'\\)|/([^/()]+))$`).exec(
    typeof value === 'string' ? value : '',
  );
  const id = match?.[1] ?? match?.[2];
  if (id === undefined) throw badRequest(`'${name}' must be the address of one of ${set}.`);
  return id;
}

function templatesError(status: number, code: string, reason: string): GraphError {
  const response = status === 404 ? 'NotFound' : 'BadRequest';
  const message =
    'Failed to execute Templates backend request CreateTeamFromGroupWithTemplateRequest. Request Method: POST, ' +
    `Response Status Code: ${response}, ErrorMessage : {"errors":[{"message":"${reason}"}]}`;
  return new GraphError(status, code, message);
}

function noTeam(id: string): GraphError {
  return new GraphError(404, 'NotFound', `No team found with Group Id ${id}`);
}

function teamView(group: Group): Bag {
  return {
    id: group.id,
    createdDateTime: null,
    displayName: group.props.displayName ?? null,
    description: group.props.description ?? null,
    classification: null,
    specialization: isClassShaped(group) ? 'educationClass' : 'none',
    visibility: group.props.visibility === 'HiddenMembership' ? 'hiddenMembership' : 'public',
    isArchived: group.isArchived,
    isMembershipLimitedToOwners: group.isLimitedToOwners,
  };
}

function operationView(group: Group, operation: TeamOperation, now: number): Bag {
  const half = (operation.startedAt + operation.endsAt) / 2;
  const over = operation.fails ? 'failed' : 'succeeded';
  const status = operation.isOver ? over : now < half ? 'notStarted' : 'inProgress';
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    id: operation.id,
    operationType: operation.type,
    createdDateTime: time(operation.startedAt),
    status,
    lastActionDateTime: time(operation.isOver ? operation.endsAt : now),
    attemptsCount: 1,
    targetResourceId: group.id,
    targetResourceLocation: `/teams('${group.id}')`,
    ...(status === 'failed'
      ? { error: { code: 'InternalServerError', message: `The operation ${operation.type} failed.` } }
      : {}),
  };
}
