/** What School Data Sync's ids stand for, where it ran before. */
import { z } from 'zod';

/**
 * Per kind, what School Data Sync took as SIS id. `dcid`: its PowerSchool Sync read `/ws/v1`, whose ids are DCIDs. Districts
 * that uploaded CSV files chose for themselves. A wrong reading finds nothing, or contradicts itself and is reported.
 */
export const adoptionSchema = z
  .strictObject({
    ids: z
      .strictObject({
        schools: z.enum(['dcid', 'schoolNumber']).default('dcid'),
        students: z.enum(['dcid', 'studentNumber']).default('dcid'),
        teachers: z.enum(['dcid', 'teacherNumber']).default('dcid'),
        /** Nothing else that an agent sends could be the SIS id of a section. */
        sections: z.literal('dcid').default('dcid'),
      })
      .prefault({}),
  })
  .prefault({});

export type AdoptionOptions = z.infer<typeof adoptionSchema>;
