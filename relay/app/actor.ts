/** Who does or asks something. */
import type { AccessRole } from '../model/access-role.ts';
import type { AccessScope } from '../model/access-scope.ts';

/** An agent enrolls by a code that somebody gave it, and does nothing else here. */
export type ActingRole = AccessRole | 'agent';

/** What the audit log is to say besides: see note.ts. */
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
      /** Ids of the districts that it opens. */
      tenants: 'all' | readonly string[];
      note?: Note;
    }
  | { kind: 'agent'; name: string };

/** A program at the API. */
export type TokenActor = Extract<Actor, { kind: 'token' }>;

/** Anyone who sits at the terminal of the relay can read its database anyway. */
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

/** Ids of the districts that it reaches; undefined for every one. */
export function reachedBy(actor: Actor): readonly string[] | undefined {
  if (actor.kind === 'token') return actor.tenants === 'all' ? undefined : actor.tenants;
  return actor.kind === 'terminal' ? undefined : [];
}

/** Everybody but a token has all of them. */
export function hasScope(actor: Actor, scope: AccessScope): boolean {
  return actor.kind !== 'token' || actor.scopes.includes(scope);
}

/** As audit log, holds and links name them. */
export function nameOf(actor: Actor): string {
  return actor.kind === 'terminal' ? actor.user : `${actor.kind} ${actor.name}`;
}
