/** The accounts of a district that Hallpass never writes to. */
import { z } from 'zod';
import { listExempt } from '../../store/accounts/exempt.ts';
import type { TenantScope } from '../../store/store.ts';
import { moment } from './fields.ts';

export const exemptSchema = z.object({
  account: z.string().meta({ description: 'User name or object id, with * for any characters.' }),
  reason: z.string(),
  addedAt: moment,
  addedBy: z.string(),
});

export const exemptAnswer = z.object({ accounts: z.array(exemptSchema) });

/** By account. */
export async function exemptNow(scope: TenantScope): Promise<z.infer<typeof exemptAnswer>> {
  return { accounts: await listExempt(scope) };
}
