/**
 * What happens to people's manual changes in Microsoft 365. The defaults repair what is a school's decision and only
 * report the rest: School Data Sync never looked back and so never overwrote an edit, and what its users missed is that
 * a broken class list recovers by itself.
 */
import { z } from 'zod';

export const driftSchema = z
  .strictObject({
    /**
     * Members and owners of classes, people and classes of schools, that Hallpass added and someone removed.
     * PowerSchool decides who belongs there: repaired.
     */
    memberships: z.enum(['repair', 'report', 'ignore']).default('repair'),
    /**
     * Values that Hallpass wrote and someone changed. People have reasons, and School Data Sync left them: reported.
     */
    attributes: z.enum(['repair', 'report', 'ignore']).default('report'),
    /**
     * Members and owners that someone added: co-teachers, aides, guests of a project. Nobody is removed: kept. For
     * schools, `remove` reports.
     */
    foreignMembers: z.enum(['keep', 'report', 'remove']).default('keep'),
    /**
     * Classes and schools that someone deleted. A new one would lack all work and posts, and the old one can be
     * restored for 30 days: reported.
     */
    deletedObjects: z.enum(['report', 'recreate']).default('report'),
    /**
     * Accounts that someone deleted, where accounts are created. A manual deletion is usually intended; the account can
     * be restored for 30 days, and a new one would have its name but neither mailbox nor files: reported.
     */
    deletedAccounts: z.enum(['report', 'recreate']).default('report'),
  })
  .prefault({});

export type DriftPolicy = z.infer<typeof driftSchema>;
