/** Teams and what becomes of them, as the Teams service says. */
import { z } from 'zod';
import { flag, objectWith } from './object.ts';

/** Null for teams that were never limited. */
export const team = objectWith({ isMembershipLimitedToOwners: flag, isArchived: flag });

export const teamOperation = objectWith({
  status: z.string().exactOptional(),
  error: objectWith({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
