/**
 * How much a run may change before a person has to look at it. Every number can be set per profile (`guards`); the
 * defaults are those of systems that have held back rosters for years, named at each.
 */
import { z } from 'zod';

/** A share in percent that must be exceeded. Removals and updates cannot exceed 100: that switches the rule off. */
const percent = z.number().min(0).max(1000);
/** A number that must be exceeded, or a population below which a rule does not apply. */
const count = z.number().int().min(0).max(1_000_000);

export const guardSchema = z
  .strictObject({
    /**
     * Removals of members from classes: more than `percent` of a school's memberships (Clever: 10 % deleted) and more
     * than `above` of them, so that a small school is not asked about a handful; or more than `total` in the schools
     * that this alone would let pass (Entra: 500 deletions).
     */
    removals: z
      .strictObject({ percent: percent.default(10), above: count.default(20), total: count.default(500) })
      .prefault({}),
    /**
     * Memberships, classes and schools restored after someone undid them in Microsoft 365, counted like removals:
     * someone who emptied so many classes may have meant it.
     */
    repairs: z
      .strictObject({ percent: percent.default(10), above: count.default(20), total: count.default(500) })
      .prefault({}),
    /** Changes to written values: more than `percent` of a school's objects of the kind (Clever: 75 % updated). */
    updates: z.strictObject({ percent: percent.default(75), population: count.default(100) }).prefault({}),
    /**
     * New accounts in a school that was in step: more than `percent` of its people (Okta: 20 %, from 100 people up).
     */
    newAccounts: z.strictObject({ percent: percent.default(20), population: count.default(100) }).prefault({}),
    /**
     * Students or enrollments of a school gone since the last successful run: more than `percent` of them (IDBridge: 25
     * % of the managed population), and more than `above`.
     */
    sourceDrop: z.strictObject({ percent: percent.default(25), above: count.default(20) }).prefault({}),
    /** A kind of record of which a school had at least `population`, and now has none. */
    emptySource: z.strictObject({ population: count.default(10) }).prefault({}),
    /**
     * Sections of a school replaced at once: more than `percent`, from `population` sections up. A new year always
     * counts.
     */
    rollover: z.strictObject({ percent: percent.default(50), population: count.default(10) }).prefault({}),
    /**
     * The profile stops writing until a person resumes it: after a run with more than `problems` problems (School Data
     * Sync stopped at 15,000 errors), or when all runs within `hours` failed, at least `failures` of them, for a reason
     * that only a person can fix. The second kind ends by itself when a run completes again.
     */
    quarantine: z
      .strictObject({
        problems: count.default(15_000),
        failures: z.number().int().min(1).max(1000).default(10),
        hours: z.number().min(0).max(720).default(24),
      })
      .prefault({}),
    /** After this many days without an answer, a hold is reported again; after as many, an approval expires. */
    expiryDays: z.number().int().min(1).max(90).default(7),
  })
  .prefault({});

export type GuardSettings = z.infer<typeof guardSchema>;
