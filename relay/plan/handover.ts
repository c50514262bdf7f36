/** Moves what one PowerSchool record had in Microsoft 365 to another one. Pure. */
import { type AppliedState, earlierRole, onTopOf, relationMaps } from '../model/applied-state.ts';
import { isStudent, type PersonKey } from '../model/person-key.ts';

/** New person key by previous key. */
export type Moves = ReadonlyMap<PersonKey, PersonKey>;

/**
 * The applied state after accounts have moved: values, classes, schools and licenses belong to the account, and so to
 * the person who has it. What the new person should not have is then removed as from anyone else.
 */
export function withHandovers(applied: AppliedState, moves: Moves): AppliedState {
  if (moves.size === 0) return applied;
  const changed = onTopOf(applied);
  for (const [from, to] of moves) handOver(changed, from, to);
  return changed;
}

/** The same, in place. */
export function handOver(applied: AppliedState, from: PersonKey, to: PersonKey): void {
  const user = applied.users.get(from);
  if (user !== undefined) applied.users.set(to, user);
  applied.users.delete(from);
  if (isOtherRole(from, to)) markEarlierRole(applied, from);
  for (const [kind, containers] of Object.entries(relationMaps(applied))) {
    if (kind === 'schoolClass') continue;
    for (const container of containers.containersOf(from)) {
      containers.get(container)?.delete(from);
      containers.get(container)?.add(to);
    }
  }
  renameIn(applied.uncertain, from, to);
  renameIn(applied.drifted, from, to);
  renameIn(applied.absent, from, to);
}

/** Marks that belong to the person move to the other one. */
function renameIn<K extends string>(marks: Set<K>, from: PersonKey, to: PersonKey): void {
  for (const mark of marks) {
    if (mark !== from && !mark.endsWith(`:${from}`)) continue;
    marks.delete(mark);
    marks.add(`${mark.slice(0, -from.length)}${to}` as K);
  }
}

/** Whether one is a student's record and the other a staff member's. */
export function isOtherRole(from: PersonKey, to: PersonKey): boolean {
  return isStudent(from) !== isStudent(to);
}

/**
 * Marks a person's classes as from the role that they leave; classes marked before are then in the role that they have
 * again.
 */
function markEarlierRole({ members, retired }: AppliedState, person: PersonKey): void {
  for (const sectionId of members.containersOf(person)) {
    const name = earlierRole(sectionId);
    const marked = retired.get(name) ?? new Set();
    if (!marked.delete(person)) marked.add(person);
    retired.set(name, marked);
  }
}
