/** Sessions at the console: admitted, begun and ended. All of a session is in the database, so that any relay can serve it. */
import type { Grant } from '../../model/user-role.ts';
import { looksLikeSecret, secretHash } from '../../store/users/secret.ts';
import {
  endSession,
  findSession,
  forgetSessions,
  type StoredSession,
  touchSession,
} from '../../store/users/sessions.ts';
import { grantsOf } from '../../store/users/users.ts';
import type { UserActor } from '../actor.ts';
import type { StoreContext } from '../perform.ts';

/** Without a click. */
export const idleMs = 3_600_000;
/** Whatever happens in between. */
export const longestMs = 12 * 3_600_000;
/** A session that a link from the terminal opened is for one piece of work. */
export const longestTerminalMs = 3_600_000;
/** How long after a sign-in dangerous actions are possible. */
export const freshMs = 10 * 60_000;
/** How often it is noted that somebody was seen, at most. */
const notedEveryMs = 60_000;

/** Somebody at the console. */
export interface Visitor {
  actor: UserActor;
  /** Whether a link from the terminal let them in, and not the sign-in provider. */
  isFromTerminal: boolean;
  /** Milliseconds since the epoch: the end, unless they are seen again, and the latest end. */
  idleEndsAt: number;
  endsAt: number;
}

/** Id of the actor in sessions from the terminal: no user has it. */
const terminalId = 'terminal';
const everything: Grant = { role: 'operator', tenantId: 'all', schools: null };

/** @param secret the cookie's value @returns undefined whatever is wrong with it */
export async function admitVisitor({ store, clock }: StoreContext, secret: string): Promise<Visitor | undefined> {
  if (!looksLikeSecret(secret)) return undefined;
  const hash = secretHash(secret);
  const nowMs = clock.now();
  const known = await store.readSystem(async (scope) => {
    const session = await findSession(scope, hash);
    if (session === undefined || !isAlive(session, nowMs)) return undefined;
    const grants = session.userId === null ? [everything] : await grantsOf(scope, session.userId);
    return grants.length === 0 ? undefined : { session, grants };
  });
  if (known === undefined) return undefined;
  const { session, grants } = known;
  if (nowMs - Date.parse(session.seenAt) >= notedEveryMs) {
    await store.system((scope) => touchSession(scope, hash, new Date(nowMs)));
  }
  return visitorOf(session, grants, nowMs);
}

/** Times that seem to lie ahead were noted before the clock was set back, and count as now. */
function isAlive({ seenAt, endsAt }: StoredSession, nowMs: number): boolean {
  return nowMs < Date.parse(endsAt) && nowMs - Date.parse(seenAt) < idleMs;
}

function visitorOf(session: StoredSession, grants: readonly Grant[], nowMs: number): Visitor {
  const { userId, name, signedInAt, endsAt } = session;
  const isFresh = nowMs - Date.parse(signedInAt) < freshMs;
  return {
    actor: { kind: 'user', id: userId ?? terminalId, name, grants, isFresh },
    isFromTerminal: userId === null,
    idleEndsAt: nowMs + idleMs,
    endsAt: Date.parse(endsAt),
  };
}

/** The actor of a session that a link from the terminal opens. */
export function actorFromTerminal(name: string): UserActor {
  return { kind: 'user', id: terminalId, name, grants: [everything], isFresh: true };
}

/** After another sign-in in the same browser: the session before it opens nothing anymore. */
export async function replace({ store, clock }: StoreContext, before: string): Promise<void> {
  if (looksLikeSecret(before)) await leave({ store, clock }, before);
}

/** Signs out; of a session that has ended, nothing is left to do. Old ones of others go with it. */
export async function leave({ store, clock }: StoreContext, secret: string): Promise<void> {
  const nowMs = clock.now();
  await store.system(async (scope) => {
    await endSession(scope, secretHash(secret));
    await forgetSessions(scope, {
      now: new Date(nowMs).toISOString(),
      idle: new Date(nowMs - idleMs).toISOString(),
    });
  });
}
