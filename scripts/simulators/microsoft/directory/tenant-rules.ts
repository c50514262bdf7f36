/** What a tenant's administrators, or Microsoft, may have changed from the default; the control API changes it. */
import { z } from 'zod';

export const tenantRules = z.strictObject({
  /** Removing an owner also ends the membership: a known issue of Graph. */
  ownerRemovalEndsMembership: z.boolean(),
  /** Adding and removing members also requires User.ReadWrite.All, as the table of permissions says. */
  memberWritesNeedUserWrite: z.boolean(),
  /** `owners@odata.bind` is refused in a PATCH, where Microsoft documents it for members only. */
  refusesOwnersInPatch: z.boolean(),
  /** Guests may be members and owners of groups. */
  guestsInGroups: z.boolean(),
  /** What null for `student` or `teacher` does: Microsoft documents none of the three. */
  clearedRoles: z.enum(['cleared', 'ignored', 'refused']),
  /** User names and aliases of accounts and groups in the recycle bin are not free. */
  deletedKeepNames: z.boolean(),
  /** Names and aliases of Microsoft 365 groups. */
  naming: z
    .strictObject({
      prefix: z.string().default(''),
      suffix: z.string().default(''),
      blockedWords: z.array(z.string().min(1)).default([]),
    })
    .nullable(),
});

export type TenantRules = z.infer<typeof tenantRules>;
export type NamingPolicy = NonNullable<TenantRules['naming']>;

export function usualRules(): TenantRules {
  return {
    ownerRemovalEndsMembership: false,
    memberWritesNeedUserWrite: false,
    refusesOwnersInPatch: false,
    guestsInGroups: true,
    clearedRoles: 'cleared',
    deletedKeepNames: false,
    naming: null,
  };
}
