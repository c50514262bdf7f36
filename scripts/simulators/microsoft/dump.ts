/** The whole directory as NDJSON, one object per line, for an oracle that compares it with the expected state. */
import { assignedSkus, type Directory } from './directory/directory.ts';
import type { Entity, Group, User } from './directory/entities.ts';

const chunkSize = 64 * 1024;

/** Chunks of whole lines, created while they are read: a directory of 100,000 accounts is never one string. */
export function* dumpDirectory(directory: Directory): Generator<string> {
  directory.catchUp();
  let chunk = '';
  for (const line of lines(directory)) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length >= chunkSize) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

function* lines({ tenant, users, groups, schools, deleted }: Directory): Generator<object> {
  const { id, displayName, domains } = tenant;
  yield { type: 'tenant', id, displayName, domains };
  for (const sku of tenant.skus.values()) yield { type: 'sku', ...sku };
  for (const user of users.values()) yield userLine(user);
  for (const school of schools.values()) {
    const content = { users: idsOf(school.users), classes: idsOf(school.classes) };
    yield { type: 'school', id: school.id, ...school.props, ...content };
  }
  for (const group of groups.values()) yield groupLine(group);
  for (const item of deleted.values()) {
    const type = item.kind === 'user' ? 'deletedUser' : 'deletedGroup';
    yield { type, id: item.id, ...item.props };
  }
}

function userLine(user: User): object {
  return { type: 'user', id: user.id, ...user.props, schools: idsOf(user.schools), licenses: assignedSkus(user) };
}

/** `members` and `owners` for both; a class's owners are its teachers. */
function groupLine(group: Group): object {
  const people = { members: idsOf(group.members), owners: idsOf(group.owners) };
  if (!group.isClass) return { type: 'group', id: group.id, ...group.props, ...people };
  const { id, props, schools, isArchived, isLimitedToOwners, hasStudents } = group;
  const team = { isArchived, isMembershipLimitedToOwners: isLimitedToOwners, hasStudents };
  return { type: 'class', id, ...props, ...people, schools: idsOf(schools), ...team };
}

function idsOf(entities: ReadonlySet<Entity>): string[] {
  return [...entities].map((entity) => entity.id);
}
