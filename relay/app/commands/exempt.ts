/** The accounts of a district that Hallpass never writes to. */
import { z } from 'zod';
import { fail } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/nearest.ts';
import { schemaReason } from '../../../shared/schema-reason.ts';
import { addExempt, listExempt, removeExempt, type StoredExempt } from '../../store/accounts/exempt.ts';
import { requestRun } from '../../store/runs/run-control.ts';
import { type Actor, nameOf } from '../actor.ts';
import { perform, type StoreContext, type TenantRef } from '../perform.ts';

const mostEntries = 500;
/** Each is compared with every account: 50 with 100,000 accounts take half a second when a district is loaded. */
const mostPatterns = 50;

/** Why, in one line. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'it must be one line');

const entrySchema = z.strictObject({
  account: z
    .string()
    .trim()
    .toLowerCase()
    .max(200)
    .regex(/^[^\s\p{Cc}]*$/u, 'it must have no spaces')
    .refine((text) => text.replaceAll('*', '').length >= 3, 'it must name an account with at least 3 characters'),
  reason: reasonSchema,
});

/**
 * Adds an account. A run under way ends between two batches, and the next one leaves the account alone.
 *
 * @param asked `account`: user name or object id, `*` for any characters
 * @throws HallpassError EXEMPT_ACCOUNT_INVALID
 */
export async function makeExempt(
  context: StoreContext,
  actor: Actor,
  { tenant, ...asked }: { tenant: TenantRef; account: string; reason: string },
): Promise<StoredExempt> {
  return await perform(context, actor, { action: 'exempt.add', tenant }, ({ write }) => {
    const { account, reason } = checked(asked);
    return write(async (scope, now) => {
      const known = await listExempt(scope);
      const refuse = (why: string) => fail('EXEMPT_ACCOUNT_INVALID', { account, reason: why });
      if (known.some((one) => one.account === account)) throw refuse('it is on the list already');
      if (known.length >= mostEntries) throw refuse(`the list has ${mostEntries} entries, which is the most`);
      const patterns = known.filter((one) => one.account.includes('*')).length;
      if (account.includes('*') && patterns >= mostPatterns) {
        throw refuse(`the list has ${mostPatterns} entries with *, which is the most`);
      }
      const entry = { account, reason, addedAt: now.toISOString(), addedBy: nameOf(actor) };
      await addExempt(scope, entry);
      await requestRun(scope, 'starts');
      return { outcome: entry, entries: [{ account, reason }] };
    });
  });
}

function checked(asked: { account: string; reason: string }): z.output<typeof entrySchema> {
  const result = entrySchema.safeParse(asked);
  if (result.success) return result.data;
  const { path, reason } = schemaReason(result.error);
  throw fail('EXEMPT_ACCOUNT_INVALID', { account: asked.account.slice(0, 200), reason: `${path}: ${reason}` });
}

/** Removes an entry: the next run looks after the account again. @throws HallpassError EXEMPT_ACCOUNT_UNKNOWN */
export async function endExemption(
  context: StoreContext,
  actor: Actor,
  { tenant: named, account: given }: { tenant: TenantRef; account: string },
): Promise<StoredExempt> {
  return await perform(context, actor, { action: 'exempt.remove', tenant: named }, ({ tenant, write }) =>
    write(async (scope) => {
      const known = await listExempt(scope);
      const account = given.trim().toLowerCase();
      const entry = known.find((one) => one.account === account);
      if (entry === undefined) {
        const names = known.map((one) => one.account);
        throw fail('EXEMPT_ACCOUNT_UNKNOWN', { account, tenant: tenant.slug, hint: didYouMean(account, names) });
      }
      await removeExempt(scope, account);
      await requestRun(scope, 'starts');
      return { outcome: entry, entries: [{ account, reason: entry.reason }] };
    }),
  );
}
