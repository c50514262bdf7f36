/** Numbers of a district's people and objects, for comparing what PowerSchool has with what Microsoft 365 has. */
import { beforeColon } from '../engine/sql/dialect.ts';
import type { TenantScope } from '../store.ts';

/** By what a key begins with: `students`, `teachers`, `class`, `school`. */
export type CountsByWhat = Readonly<Record<string, number>>;

export interface DistrictCounts {
  /** People who have an account, by role; former ones included. */
  accounts: CountsByWhat;
  /** Gone from PowerSchool, and still in Microsoft 365. */
  departed: CountsByWhat;
  /** With at least one open problem. */
  troubled: CountsByWhat;
}

export async function countDistrict({ db, tenantId }: TenantScope): Promise<DistrictCounts> {
  const accounts = await db
    .selectFrom('link')
    .select(({ fn }) => ['role as what', fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .groupBy('what')
    .execute();
  const departed = await db
    .selectFrom('departure')
    .select(({ fn }) => [beforeColon(db, 'key').as('what'), fn.countAll<number>().as('count')])
    .where('tenant_id', '=', tenantId)
    .groupBy('what')
    .execute();
  const troubled = await db
    .selectFrom('problem')
    .select(({ fn }) => [beforeColon(db, 'subject').as('what'), fn.count<number>('subject').distinct().as('count')])
    .where('tenant_id', '=', tenantId)
    .groupBy('what')
    .execute();
  return { accounts: byWhat(accounts), departed: byWhat(departed), troubled: byWhat(troubled) };
}

function byWhat(rows: readonly { what: string; count: number }[]): CountsByWhat {
  return Object.fromEntries(rows.map(({ what, count }) => [what, Number(count)]));
}
