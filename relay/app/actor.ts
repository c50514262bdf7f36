/** The actor: who changes or asks something. */
import type { AccessRole } from '../model/access-role.ts';
import type { AccessScope } from '../model/access-scope.ts';
import type { Grant, UserRole } from '../model/user-role.ts';

/** An agent enrolls with a code from a person, and does nothing else here. */
export type ActingRole = AccessRole | UserRole | 'agent';

/** An extra remark for the audit log: see note.ts. */
type Note = string | undefined;

export type Actor =
  | {
      kind: 'terminal';
      /** The account of the operating system. */
      user: string;
      note?: Note;
    }
  | {
      kind: 'token';
      id: string;
      name: string;
      role: AccessRole;
      scopes: readonly AccessScope[];
      /** Ids of the districts that it may access. */
      tenants: 'all' | readonly string[];
      note?: Note;
    }
  | {
      /** Somebody who is signed in to the console. */
      kind: 'user';
      id: string;
      name: string;
      grants: readonly Grant[];
      /** Whether they proved who they are a few minutes ago. */
      isFresh: boolean;
      note?: Note;
    }
  | { kind: 'agent'; name: string };

/** A program at the API. */
export type TokenActor = Extract<Actor, { kind: 'token' }>;
export type UserActor = Extract<Actor, { kind: 'user' }>;

/** What it may be in some district. Whoever uses the relay's terminal can read its database anyway. */
export function rolesOf(actor: Actor): readonly ActingRole[] {
  switch (actor.kind) {
    case 'terminal':
      return ['operator'];
    case 'token':
      return [actor.role];
    case 'user':
      return actor.grants.map(({ role }) => role);
    case 'agent':
      return ['agent'];
  }
}

/** What it may be in this district; nothing where the district does not exist for it. */
export function rolesIn(actor: Actor, tenantId: string): readonly ActingRole[] {
  switch (actor.kind) {
    case 'terminal':
      return ['operator'];
    case 'token':
      return actor.tenants === 'all' || actor.tenants.includes(tenantId) ? [actor.role] : [];
    case 'user':
      return grantsIn(actor, tenantId).map(({ role }) => role);
    case 'agent':
      return [];
  }
}

export function grantsIn({ grants }: UserActor, tenantId: string): readonly Grant[] {
  return grants.filter((grant) => grant.tenantId === 'all' || grant.tenantId === tenantId);
}

/** Only programs have scopes; `none` is for what no program may do. */
export function hasScope(actor: Actor, scope: AccessScope | 'none'): boolean {
  return actor.kind !== 'token' || (scope !== 'none' && actor.scopes.includes(scope));
}

/** The actor's name in audit log, holds and links. */
export function nameOf(actor: Actor): string {
  switch (actor.kind) {
    case 'terminal':
      return actor.user;
    case 'user':
      return actor.name;
    default:
      return `${actor.kind} ${actor.name}`;
  }
}
