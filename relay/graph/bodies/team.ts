/** Teams and their operations, as the Teams service reports them. */
import { z } from 'zod';
import { flag, objectWith } from './object.ts';

/** Null for teams that were never limited. */
export const team = objectWith({ isMembershipLimitedToOwners: flag, isArchived: flag });

export const teamOperation = objectWith({
  status: z.string().exactOptional(),
  error: objectWith({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
