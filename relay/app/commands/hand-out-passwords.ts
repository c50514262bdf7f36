/** First passwords handed out to somebody at the console: once, also if the same form arrives twice or the page is loaded again. */
import { z } from 'zod';
import { countPasswords, readPasswords } from '../../store/accounts/initial-passwords.ts';
import { readJson } from '../../store/engine/stored-json.ts';
import type { UserActor } from '../actor.ts';
import { type AppContext, enter, type TenantRef } from '../perform.ts';
import { firstPassword } from '../queries/passwords.ts';
import { firstWaiting } from '../queries/waiting-passwords.ts';
import { answerOnce } from './answer-once.ts';
import { exportPasswords } from './export-passwords.ts';

const handedOut = z.object({ passwords: z.array(firstPassword), left: z.int() });
export type HandedOut = z.infer<typeof handedOut>;

/**
 * @param asked `from`: names the first one that waited when the form was shown: a form that was sent twice gets the same answer, and
 *   one that is out of date nothing; `as`: what they are handed out as; `secret`: of the session, to seal what is kept for that
 * @throws HallpassError KEY_UNUSABLE, KEY_WRONG, IDEMPOTENCY_UNDER_WAY, SIGN_IN_NOT_FRESH, ROLE_INSUFFICIENT, TENANT_UNKNOWN
 */
export async function handOutPasswords(
  context: AppContext,
  actor: UserActor,
  asked: { tenant: TenantRef; from: string; as: 'page' | 'table'; most: number; secret: string },
): Promise<HandedOut> {
  const { from, as, most, secret } = asked;
  const tenant = await enter(context.store, actor, 'passwords.export', asked.tenant);
  const request = {
    ...{ tenantId: tenant.id, tokenId: `user ${actor.id}`, token: secret },
    ...{ key: `first passwords from ${from}`, said: [as, `${most}`] },
  };
  const { answer } = await answerOnce(context, request, async (keep) => {
    const whole = (given: HandedOut) => ({ status: 200, headers: {}, body: JSON.stringify(given) });
    const hand = async ({ passwords, left }: { passwords: readonly HandedOut['passwords'][number][]; left: number }) =>
      keep(whole({ passwords: [...passwords], left }));
    const { first, count } = await context.store.readTenant(tenant.id, async (scope) => {
      return { first: firstWaiting(await readPasswords(scope, { limit: 1 })), count: await countPasswords(scope) };
    });
    if (first !== from) return whole({ passwords: [], left: count });
    const { passwords, left } = await exportPasswords(context, actor, { tenant, most, hand });
    return whole({ passwords: [...passwords], left });
  });
  return readJson(handedOut, answer.body, 'kept_answer', from);
}
