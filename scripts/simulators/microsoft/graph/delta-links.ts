/** `members@delta` and `owners@delta` of `/groups/delta`: all links first, then those added and removed. */
import type { Directory } from '../directory/directory.ts';
import type { Group, User } from '../directory/entities.ts';
import type { LinkChange, Relation } from '../directory/links.ts';
import type { Bag } from '../json.ts';
import type { Call } from './call.ts';
import type { DeltaLinks, LinkPart, LinkRead } from './delta.ts';
import { may } from './permissions.ts';

export function groupLinks(directory: Directory): DeltaLinks<Group> {
  return {
    follow: () => {
      directory.links.followed = true;
    },
    read: (call, group, want, room) => readLinks(directory, call, group, want, room),
  };
}

/** One link as the delta shows it. */
interface Shown {
  relation: Relation;
  entry: Bag;
}

function readLinks(directory: Directory, call: Call, group: Group, want: LinkRead, room: number): LinkPart {
  const all: Shown[] = [];
  let held = -1;
  for (const relation of want.relations) {
    // Members that the caller may not see are omitted: the strict reading, because a caller cannot tell hidden from
    // none.
    if (relation === 'members' && !maySeeMembers(call, group)) continue;
    for (const { seq } of pending(directory, group, relation)) held = held < 0 ? seq : Math.min(held, seq);
    const changes = directory.links
      .after(group, relation, want.since === 0 ? want.until : want.since)
      .filter((change) => directory.links.isVisible(change));
    if (want.since === 0) {
      for (const user of directory.links.seen(group, relation)) all.push({ relation, entry: entryOf(user) });
      for (const { user, added } of changes) if (!added) all.push({ relation, entry: removed(user) });
    } else {
      for (const { user, added } of changes) all.push({ relation, entry: added ? entryOf(user) : removed(user) });
    }
  }
  const part = all.slice(want.offset, want.offset + room);
  const shown: Bag = {};
  for (const { relation, entry } of part) {
    const name = `${relation}@delta`;
    const list = shown[name];
    if (Array.isArray(list)) list.push(entry);
    else shown[name] = [entry];
  }
  return { shown, taken: part.length, more: want.offset + part.length < all.length, held };
}

/** Changes that no reader sees yet. */
function pending(directory: Directory, group: Group, relation: Relation): LinkChange[] {
  return directory.links.after(group, relation, 0).filter((change) => !directory.links.isVisible(change));
}

function maySeeMembers(call: Call, group: Group): boolean {
  if (group.props.visibility !== 'HiddenMembership') return true;
  return may.readHiddenMembers.some((role) => call.caller.roles.has(role));
}

function entryOf({ id }: User): Bag {
  return { '@odata.type': '#microsoft.graph.user', id };
}

function removed(user: User): Bag {
  return { ...entryOf(user), '@removed': { reason: 'deleted' } };
}
