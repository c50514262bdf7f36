/** What a tenant's administrators, or Microsoft, may have set otherwise than usual; the control API changes it. */
import { z } from 'zod';

export const tenantRules = z.strictObject({
  /** Removing an owner also ends the membership: a known issue of Graph. */
  ownerRemovalEndsMembership: z.boolean(),
  /** Members can be added and removed only with User.ReadWrite.All besides, as the table of permissions has it. */
  memberWritesNeedUserWrite: z.boolean(),
  /** `owners@odata.bind` is refused in a PATCH, where Microsoft documents it for members only. */
  refusesOwnersInPatch: z.boolean(),
  /** Guests may be members and owners of groups. */
  guestsInGroups: z.boolean(),
  /** What a null for `student` or `teacher` does: Microsoft documents none of the three. */
  clearedRoles: z.enum(['cleared', 'ignored', 'refused']),
  /** Accounts and groups in the recycle bin keep their user names and aliases from others. */
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
