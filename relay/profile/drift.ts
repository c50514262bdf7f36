/**
 * What becomes of what people change in Microsoft 365 by hand. The defaults repair what is a school's decision and only
 * tell of the rest: School Data Sync never looked back and so never overwrote an edit, and what its users missed is that a
 * class list that somebody has broken recovers on its own.
 */
import { z } from 'zod';

export const driftSchema = z
  .strictObject({
    /**
     * Members and owners of classes, people and classes of schools, that Hallpass added and somebody removed. Who belongs
     * there is decided in PowerSchool: repaired.
     */
    memberships: z.enum(['repair', 'report', 'ignore']).default('repair'),
    /** Values that Hallpass wrote and somebody changed. People have reasons, and School Data Sync left them: reported. */
    attributes: z.enum(['repair', 'report', 'ignore']).default('report'),
    /** Members and owners that somebody added: co-teachers, aides, guests of a project. Nobody is thrown out: kept. Of schools, `remove` reports. */
    foreignMembers: z.enum(['keep', 'report', 'remove']).default('keep'),
    /** Classes and schools that somebody deleted. A new one would be empty of work and posts, and the old one can be restored for 30 days: reported. */
    deletedObjects: z.enum(['report', 'recreate']).default('report'),
    /**
     * Accounts that somebody deleted, where accounts are created. Anyone who deletes one by hand mostly means it; it can be
     * restored for 30 days, and a new one would have its name and neither mailbox nor files: reported.
     */
    deletedAccounts: z.enum(['report', 'recreate']).default('report'),
  })
  .prefault({});

export type DriftPolicy = z.infer<typeof driftSchema>;
