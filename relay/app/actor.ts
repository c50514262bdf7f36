/** The actor: who changes or asks something. */
import type { AccessRole } from '../model/access-role.ts';
import type { AccessScope } from '../model/access-scope.ts';

/** An agent enrolls with a code from a person, and does nothing else here. */
export type ActingRole = AccessRole | 'agent';

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
  | { kind: 'agent'; name: string };

/** A program at the API. */
export type TokenActor = Extract<Actor, { kind: 'token' }>;

/** Whoever uses the relay's terminal can read its database anyway. */
export function roleOf(actor: Actor): ActingRole {
  switch (actor.kind) {
    case 'terminal':
      return 'operator';
    case 'token':
      return actor.role;
    case 'agent':
      return 'agent';
  }
}

export function reaches(actor: Actor, tenantId: string): boolean {
  if (actor.kind === 'token') return actor.tenants === 'all' || actor.tenants.includes(tenantId);
  return actor.kind === 'terminal';
}

/** Ids of the districts that it may access; undefined for all of them. */
export function reachedBy(actor: Actor): readonly string[] | undefined {
  if (actor.kind === 'token') return actor.tenants === 'all' ? undefined : actor.tenants;
  return actor.kind === 'terminal' ? undefined : [];
}

/** Every actor except a token has all scopes. */
export function hasScope(actor: Actor, scope: AccessScope): boolean {
  return actor.kind !== 'token' || actor.scopes.includes(scope);
}

/** The actor's name in audit log, holds and links. */
export function nameOf(actor: Actor): string {
  return actor.kind === 'terminal' ? actor.user : `${actor.kind} ${actor.name}`;
}
