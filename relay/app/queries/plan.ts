/** What the next run would do: counts, what it adopts, what is held, and every operation. */
import { z } from 'zod';
import { operationKinds } from '../../operations/registry.ts';
import { type Filter, type Listed, listPlan, totalsOf } from '../../plan/listing.ts';
import { profileState } from '../../profile/profile.ts';
import type { Tenant } from '../../store/tenants/system.ts';
import type { PlanNow } from '../../sync/plan-now.ts';
import { jsonCell, type Table } from './fields.ts';
import { foundHoldSchema } from './holds.ts';

export const operationKind = z.enum(operationKinds);

const body = z.record(z.string(), z.unknown());

export const planAnswer = z.object({
  tenant: z.object({ slug: z.string(), name: z.string() }),
  profile: z.object({ name: z.string(), state: profileState }),
  rosterVersion: z.int(),
  takenOver: z.object({
    schools: z.int(),
    classes: z.int(),
    classesOfSds: z.int(),
    accounts: z.int(),
    memberships: z.int(),
    conflicts: z.int(),
  }),
  notMade: z
    .object({ schools: z.int(), classes: z.int() })
    .meta({ description: 'Left out because their terms ended before this school year.' }),
  totals: z.array(z.object({ kind: operationKind, planned: z.int(), held: z.int() })),
  holds: z.array(foundHoldSchema),
  approved: z.array(foundHoldSchema),
  matching: z
    .int()
    .meta({ description: 'How many operations match the query, including those that are not in this answer.' }),
  operations: z.array(
    z.object({
      kind: operationKind,
      key: z.string(),
      schoolId: z.string(),
      people: z.array(z.string()),
      reason: z.string(),
      before: body.optional(),
      after: body.optional(),
      held: z.boolean(),
    }),
  ),
});

/** The matching operations, in the order in which they would be carried out. */
export function operationsIn({ plan, guarded, schoolOf }: PlanNow, filter: Filter): Listed[] {
  return listPlan(plan, guarded, schoolOf, filter);
}

/**
 * @param operations the matching ones
 * @param part which of them to list; all by default
 */
export function describePlan(
  { slug, name }: Pick<Tenant, 'slug' | 'name'>,
  { profile, version, plan, guarded, takenOver, notMade }: PlanNow,
  operations: readonly Listed[],
  {
    limit = operations.length,
    offset = 0,
    sample,
  }: { limit?: number; offset?: number; sample?: number | undefined } = {},
): z.infer<typeof planAnswer> {
  return {
    tenant: { slug, name },
    profile: { name: profile.name, state: profile.state },
    rosterVersion: version,
    takenOver,
    notMade,
    totals: totalsOf(plan, guarded),
    holds: guarded.holds,
    approved: guarded.approved,
    matching: operations.length,
    operations: (sample === undefined ? operations : sampleOf(operations, sample)).slice(offset, offset + limit),
  };
}

/** The first ones of each kind. */
function sampleOf(operations: readonly Listed[], most: number): Listed[] {
  return [...Map.groupBy(operations, ({ kind }) => kind).values()].flatMap((ofKind) => ofKind.slice(0, most));
}

/** One line per person of an operation, so that people can search for a person in a spreadsheet. */
export const planTable: Table<Listed> = {
  headings: ['operation', 'object', 'school', 'person', 'held', 'reason', 'before', 'after'],
  lines({ kind, key, schoolId, people, held, reason, before, after }) {
    const values = [before, after].map(jsonCell);
    const each = people.length === 0 ? [''] : people;
    return each.map((person) => [kind, key, schoolId, person, held ? 'held' : '', reason, ...values]);
  },
};
