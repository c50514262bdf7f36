/**
 * Who is in which group, and what the group is called, by `/groups/delta`: one pass reads everything, later ones what
 * changed, in one request when nothing did. The filter of a delta takes 50 groups, so 20,000 classes would need 400 links:
 * the delta is read over all groups, and those that nobody asked for are dropped as they come.
 */
import type { DeltaPosition } from '../model/delta-position.ts';
import { type GroupChangeBody, groupChange } from './bodies/group.ts';
import type { GraphClient } from './client.ts';
import { readDelta } from './delta.ts';

/** Members and owners by object id: true for one who is there, false for one who went. */
export type LinkChanges = Map<string, boolean>;

export interface GroupChange {
  displayName: string | undefined;
  members: LinkChanges;
  owners: LinkChanges;
}

export interface GroupChanges extends DeltaPosition {
  /** True when this is every group and not a difference: who is not named is not there. */
  full: boolean;
  /** By object id. */
  groups: Map<string, GroupChange>;
  /** Object ids of groups that are gone (soft-deleted counts as gone). */
  deletes: Set<string>;
}

const cost = { units: 1, writes: 0 };

/**
 * The groups that changed since the last reading, or all of them, as {@link readDelta} reads them. A large membership comes in
 * parts.
 *
 * Without the permission Member.Read.Hidden a class may look as if nobody were in it: who acts on what is missing asks
 * for the members of that class first.
 *
 * @param isWanted which groups to keep, by object id
 * @throws as {@link GraphClient.get}
 */
export async function readGroupChanges(
  client: GraphClient,
  from: DeltaPosition | undefined,
  isWanted: (groupId: string) => boolean,
): Promise<GroupChanges> {
  const groups = new Map<string, GroupChange>();
  const deletes = new Set<string>();
  const read = await readDelta(
    client,
    { from, path: '/groups/delta', select: ['displayName', 'members', 'owners'], item: groupChange, cost },
    {
      take: (group) => {
        if (isWanted(group.id)) take(group, groups, deletes);
      },
      startOver: () => {
        groups.clear();
        deletes.clear();
      },
    },
  );
  return { ...read, groups, deletes };
}

function take(group: GroupChangeBody, groups: Map<string, GroupChange>, deletes: Set<string>): void {
  if (group['@removed'] !== undefined) {
    groups.delete(group.id);
    deletes.add(group.id);
    return;
  }
  deletes.delete(group.id);
  const known = groups.get(group.id) ?? { displayName: undefined, members: new Map(), owners: new Map() };
  known.displayName = group.displayName ?? known.displayName;
  for (const entry of group['members@delta'] ?? []) known.members.set(entry.id, entry['@removed'] === undefined);
  for (const entry of group['owners@delta'] ?? []) known.owners.set(entry.id, entry['@removed'] === undefined);
  groups.set(group.id, known);
}
