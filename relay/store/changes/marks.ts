/**
 * The changes that wake provisioning, by any process: profiles, decisions, requests for runs. Each leaves a mark, and
 * comparing two readings of the marks shows what changed. The marks cover all tenants, because one relay serves all of
 * them.
 */
import { type RunRequests, runRequests } from '../runs/run-control.ts';
import type { SystemScope } from '../store.ts';

/** Each by tenant; tenants without any are missing. */
export interface Marks {
  profiles: ReadonlyMap<string, string>;
  /** When somebody last decided about a hold or an account link, ISO 8601. */
  decisions: ReadonlyMap<string, string>;
  /** How often each was requested. */
  requests: ReadonlyMap<string, RunRequests>;
}

export interface Change {
  tenantId: string;
  what: 'profiles' | 'decisions' | 'start' | 'cancel' | 'restart' | 'people';
}

export async function readMarks(scope: SystemScope): Promise<Marks> {
  return {
    profiles: await profileMarks(scope),
    decisions: await decisionTimes(scope),
    requests: await runRequests(scope),
  };
}

/** In the order in which they are to be carried out. */
export function changesSince(before: Marks, now: Marks): Change[] {
  const changes: Change[] = [];
  for (const tenantId of new Set([...now.profiles.keys(), ...before.profiles.keys()])) {
    if (before.profiles.get(tenantId) !== now.profiles.get(tenantId)) changes.push({ tenantId, what: 'profiles' });
  }
  for (const [tenantId, time] of now.decisions) {
    // A time goes back when the latest decision has been carried out; that is not a new decision.
    if (time > (before.decisions.get(tenantId) ?? '')) changes.push({ tenantId, what: 'decisions' });
  }
  for (const [tenantId, asked] of now.requests) {
    const known = before.requests.get(tenantId) ?? { starts: 0, cancels: 0, restarts: 0, people: 0 };
    if (asked.people > known.people) changes.push({ tenantId, what: 'people' });
    if (asked.restarts > known.restarts) {
      changes.push({ tenantId, what: 'restart' });
      continue;
    }
    if (asked.cancels > known.cancels) changes.push({ tenantId, what: 'cancel' });
    if (asked.starts > known.starts) changes.push({ tenantId, what: 'start' });
  }
  return changes;
}

async function profileMarks({ db }: SystemScope): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('profile')
    .select(({ fn }) => ['tenant_id', fn.max('updated_at').as('updated_at'), fn.countAll().as('count')])
    .groupBy('tenant_id')
    .execute();
  return new Map(rows.map((row) => [row.tenant_id, `${row.updated_at} ${row.count}`]));
}

async function decisionTimes({ db }: SystemScope): Promise<Map<string, string>> {
  const holds = await db
    .selectFrom('hold')
    .select(['tenant_id', ({ fn }) => fn.max('decided_at').as('at')])
    .where('decided_at', 'is not', null)
    .groupBy('tenant_id')
    .execute();
  const links = await db
    .selectFrom('directory_state')
    .select(['tenant_id', 'links_edited_at as at'])
    .where('links_edited_at', 'is not', null)
    .execute();
  const times = new Map<string, string>();
  for (const { tenant_id, at } of [...holds, ...links]) {
    if (at !== null && at > (times.get(tenant_id) ?? '')) times.set(tenant_id, at);
  }
  return times;
}
