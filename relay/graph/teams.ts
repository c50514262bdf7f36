/** Requests for teams: their service has limits and errors that the directory does not know. */

import { bodyIn, type GraphAnswer } from './answer.ts';
import { sendBatch } from './batch.ts';
import { provisionedGroup } from './bodies/group.ts';
import { entity } from './bodies/object.ts';
import { team, teamOperation } from './bodies/team.ts';
import type { GraphClient } from './client.ts';
import { readRefusal } from './graph-error.ts';

/** How many groups are asked about one by one; for more, the tenant's list of teams is shorter. */
const askedSingly = 20;

/** Requests the team of a class. @throws as {@link GraphClient.send} */
export function requestTeam(client: GraphClient, root: string, groupId: string): Promise<GraphAnswer> {
  // Name, members and owners come from the group: Graph refuses a request that includes them.
  const body = {
    'template@odata.bind': `${root}/teamsTemplates('educationClass')`,
    'group@odata.bind': `${root}/groups('${groupId}')`,
  };
  return client.send('POST', '/teams', body, { units: 0, writes: 0, teams: 'create' });
}

/** Requests that a class team becomes read-only, or writable again. @throws as {@link GraphClient.send} */
export function requestArchive(
  client: GraphClient,
  groupId: string,
  action: 'archive' | 'unarchive',
): Promise<GraphAnswer> {
  return client.send('POST', `/teams/${groupId}/${action}`, {}, { units: 0, writes: 0, teams: 'write' });
}

/** The team of a class; 404 for a class without one. @throws as {@link GraphClient.send} */
export function readTeam(client: GraphClient, groupId: string): Promise<GraphAnswer> {
  return client.send('GET', `/teams/${groupId}`, undefined, { units: 0, writes: 0, teams: 'get' });
}

/**
 * Whether students can see the team: until an owner activates it, it is limited to owners. Undefined if Graph does not
 * say now.
 *
 * @throws as {@link GraphClient.send}
 */
export async function readActivationState(
  client: GraphClient,
  groupId: string,
): Promise<'waiting' | 'active' | 'gone' | undefined> {
  const answer = await readTeam(client, groupId);
  if (answer.status === 404) return 'gone';
  const limited = bodyIn(team, answer)?.isMembershipLimitedToOwners;
  if (limited === undefined) return undefined;
  return limited === true ? 'waiting' : 'active';
}

/** Asks for the operation's result. @throws as {@link GraphClient.send} */
export function readTeamOperation(client: GraphClient, groupId: string, operation: string): Promise<GraphAnswer> {
  const path = `/teams/${groupId}/operations/${encodeURIComponent(operation)}`;
  return client.send('GET', path, undefined, { units: 0, writes: 0, teams: 'read' });
}

/** The operation's id in the Location of an answer: `/teams('…')/operations('…')`. */
export function operationIn({ headers }: GraphAnswer): string | undefined {
  return /\/operations(?:\('|\/)([^'/()?]+)/.exec(headers.get('location') ?? '')?.[1];
}

/**
 * Which of the groups are teams by now and which are not; groups without an answer (because of throttling, for
 * instance) are in neither list. The directory may be some seconds behind.
 *
 * @throws as {@link GraphClient.get}
 */
export async function readTeamsAmong(
  client: GraphClient,
  groupIds: readonly string[],
): Promise<{ teams: Set<string>; others: Set<string> }> {
  const found = { teams: new Set<string>(), others: new Set<string>() };
  if (groupIds.length > askedSingly) {
    const all = await readAllTeams(client);
    for (const id of groupIds) (all.has(id) ? found.teams : found.others).add(id);
    return found;
  }
  if (groupIds.length === 0) return found;
  const requests = groupIds.map((id) => {
    return { method: 'GET' as const, url: `/groups/${id}?$select=id,resourceProvisioningOptions` };
  });
  const answers = await sendBatch(client, requests);
  for (const [index, id] of groupIds.entries()) {
    const answer = answers[index];
    const group = bodyIn(provisionedGroup, answer);
    if (group === undefined) continue;
    (group.resourceProvisioningOptions?.includes('Team') === true ? found.teams : found.others).add(id);
  }
  return found;
}

async function readAllTeams(client: GraphClient): Promise<Set<string>> {
  const ids = new Set<string>();
  const filter = encodeURIComponent("resourceProvisioningOptions/any(x:x eq 'Team')");
  for await (const { items } of client.pages(`/groups?$filter=${filter}&$select=id&$top=999`, entity)) {
    for (const { id } of items) ids.add(id);
  }
  return ids;
}

/** What an answer says about a team. */
export type TeamNews =
  | { kind: 'there' }
  /** The team is being created. */
  | { kind: 'accepted'; operation: string | undefined }
  /** The Teams service does not know the group: a new one takes up to 15 minutes. */
  | { kind: 'unknown' }
  | { kind: 'failed'; reason: string }
  /** Anything else: throttled, failed on the way, or refused. */
  | { kind: 'other' };

/** Reads the answer to {@link requestTeam}. */
export function newsOfRequest(answer: GraphAnswer): TeamNews {
  if (answer.status === 202) return { kind: 'accepted', operation: operationIn(answer) };
  // The group has a team, or one is being created. Some answers say so only in words.
  if (answer.status === 409 || (answer.status === 400 && /already provisioned/i.test(messageOf(answer)))) {
    return { kind: 'there' };
  }
  // The class has an owner, or the request would not have been made: Teams does not know that owner yet.
  const isOwnerUnknown = answer.status === 400 && /at least one owner/i.test(messageOf(answer));
  if (answer.status === 404 || isOwnerUnknown) return { kind: 'unknown' };
  return { kind: 'other' };
}

/** Reads the answer to {@link readTeamOperation}. */
export function newsOfOperation(answer: GraphAnswer, operation: string | undefined): TeamNews {
  const { status, error } = bodyIn(teamOperation, answer) ?? {};
  if (status === undefined) return { kind: 'other' };
  if (status === 'succeeded') return { kind: 'there' };
  if (status === 'failed') {
    return { kind: 'failed', reason: error ? `${error.code ?? 'unknown'}: ${error.message ?? ''}` : 'no reason given' };
  }
  return { kind: 'accepted', operation };
}

function messageOf(answer: GraphAnswer): string {
  return readRefusal(answer).message;
}
