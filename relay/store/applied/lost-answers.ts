/** What is left of operations that may have been carried out or not. */
import type { Applied, DoubtfulKind, LostAnswer } from '../../model/applied-state.ts';
import { slices } from '../engine/slices.ts';
import type { TenantScope } from '../store.ts';
import { forgetValues, keepValues } from './objects.ts';

/** Writes down what is not known, as the kind of operation says. */
export async function recordLost(scope: TenantScope, lost: LostAnswer): Promise<void> {
  switch (lost.what) {
    case 'uncertain':
      await markUncertain(scope, lost.kind, lost.container, lost.items);
      return await doubtRecorded(scope, lost.doubted);
    case 'forget':
      return await forgetValues(scope, lost.kind, lost.key, lost.names);
    case 'keep':
      await markUncertain(scope, 'retired', 'expired', [lost.key]);
      return await keepValues(scope, lost.kind, lost.key, lost.values);
    case 'again':
    case 'look':
      return;
  }
}

/** These people may be in the class or not, for instance: nobody knows what became of the last request. */
async function markUncertain(
  { db, tenantId }: TenantScope,
  kind: DoubtfulKind,
  container: string,
  items: readonly string[],
): Promise<void> {
  const rows = items.map((item) => ({ tenant_id: tenantId, kind, container, item, uncertain: 1 }));
  for (const part of slices(rows)) {
    await db
      .insertInto('applied_relation')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'kind', 'container', 'item']).doUpdateSet({ uncertain: 1 }),
      )
      .execute();
  }
}

/** Relations that may have ended with an operation become uncertain, where they are recorded. */
export async function doubtRecorded({ db, tenantId }: TenantScope, doubted: Applied['doubted'] = []): Promise<void> {
  for (const { kind, container, items } of doubted)
    await db
      .updateTable('applied_relation')
      .set({ uncertain: 1 })
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', kind)
      .where('container', '=', container)
      .where('item', 'in', items)
      .execute();
}
