/**
 * Who is in which group, and what the group is called, by `/groups/delta`: the first pass reads everything, later ones
 * what changed, in one request when nothing did. The filter of a delta takes 50 groups, so 20,000 classes would need
 * 400 links: instead the delta covers all groups, and unwanted ones are dropped as they arrive.
 */
import type { DeltaPosition } from '../model/delta-position.ts';
import { type GroupChangeBody, groupChange } from './bodies/group.ts';
import type { GraphClient } from './client.ts';
import { readDelta } from './delta.ts';

/** Members and owners by object id: true for one who is there, false for one who left. */
export type LinkChanges = Map<string, boolean>;

export interface GroupChange {
  displayName: string | undefined;
  members: LinkChanges;
  owners: LinkChanges;
}

export interface GroupChanges extends DeltaPosition {
  /** True when this is every group rather than a difference: then anyone who is not listed is not there. */
  full: boolean;
  /** By object id. */
  groups: Map<string, GroupChange>;
  /** Object ids of groups that are gone (including soft-deleted ones). */
  deletes: Set<string>;
}

const cost = { units: 1, writes: 0 };

/**
 * The groups that changed since the last reading, or all of them, as {@link readDelta} reads them. A large membership
 * comes in parts.
 *
 * Without the permission Member.Read.Hidden a class may look empty: a caller that acts on missing members must ask for
 * that class's members first.
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
