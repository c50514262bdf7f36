/**
 * Twelve tenants where the limit of the application binds, on a virtual clock: with the relay's own budget and admission, against the
 * simulator's limits. Eleven load, one of them with a backlog that never ends and four times as many batches under way as the relay
 * has; in the middle of it a district of 100 students is loaded for the first time, and edited afterwards.
 */
import { batchLimit } from '../../../relay/graph/batch.ts';
import { appBudget, GraphBudget } from '../../../relay/graph/budget.ts';
import { Admission } from '../../../relay/sync/apply/admission.ts';
import { VirtualClock } from '../../../shared/testing/virtual-clock.ts';
import { AppLimits, Throttle } from '../../simulators/microsoft/throttle.ts';

/** Batches under way of one tenant (GraphDesk). */
const parallel = 4;
/** Until Graph answers a batch, milliseconds. */
const answerMs = 300;
/** The app's bucket is empty by then, milliseconds. */
const settledMs = 6 * 60_000;
const measuredMs = 20 * 60_000;
const loads = 10;
/** Accounts, licenses, classes and memberships of 100 students. */
const smallWrites = 1300;
const edits = 60;
const betweenEditsMs = 10_000;
const writesPerSecond = (35_000 * 0.96) / 300;

export interface ApplicationFigures {
  /** Writes of each tenant that loads, over their mean. */
  shares: number[];
  /** Time of the small district's load over what its share of the limit takes. */
  smallLoad: number;
  /** Longest wait for a batch in that load, seconds, over what {@link parallel} batches take at its share. */
  smallWait: number;
  /** Longest wait of an edit until it is sent, seconds. */
  editWait: number;
  throttled: number;
}

interface District {
  admission: Admission;
  budget: GraphBudget;
  graph: Throttle;
  left: number;
  done: number;
  longestWaitMs: number;
}

export async function measureApplication(): Promise<ApplicationFigures> {
  const clock = new VirtualClock();
  const end = new AbortController();
  const [app, appLimits] = [appBudget(clock, 1), new AppLimits(clock, 1)];
  let throttled = 0;

  const district = (name: string, left: number): District => {
    const budget = new GraphBudget(app, clock, 1);
    budget.fitTo(100_000);
    const graph = new Throttle({ clock, speed: 1, users: () => 100_000, tenantId: name, appLimits });
    const admission = new Admission({ reserve: (cost) => budget.take(cost, end.signal) });
    return { admission, budget, graph, left, done: 0, longestWaitMs: 0 };
  };
  const send = ({ budget, graph }: District, count: number): void => {
    for (let one = 0; one < count; one += 1) {
      try {
        graph.charge({ area: 'education', write: true, units: 1, appId: 'hallpass' });
      } catch {
        throttled += 1;
        budget.slowDown(1000, undefined, { writes: 1 });
      }
    }
  };
  const work = async (one: District, isEdit: boolean): Promise<void> => {
    while (one.left > 0) {
      const asked = clock.now();
      const places = Math.min(one.left, await one.admission.enter(Math.min(one.left, 1000), () => isEdit));
      // The others have asked for what there is.
      if (places === 0) return;
      one.longestWaitMs = Math.max(one.longestWaitMs, clock.now() - asked);
      one.left -= places;
      send(one, places);
      await clock.sleep(answerMs, end.signal);
      one.done += places;
    }
  };
  const workAll = async (one: District, workers: number) => {
    await Promise.all(Array.from({ length: workers }, () => work(one, false)));
  };

  const loading = Array.from({ length: loads }, (_, at) => district(`load-${at}`, 1e9));
  const endless = district('endless', 1e9);
  const working = [...loading.map((one) => workAll(one, parallel)), workAll(endless, 4 * parallel)];
  await clock.sleep(settledMs);
  const everyone = [...loading, endless];
  const before = everyone.map(({ done }) => done);

  const small = district('small', smallWrites);
  const smallBegan = clock.now();
  await workAll(small, parallel);
  const smallMs = clock.now() - smallBegan;
  const smallWaitMs = small.longestWaitMs;
  small.longestWaitMs = 0;
  for (let edit = 0; edit < edits; edit += 1) {
    await clock.sleep(betweenEditsMs);
    small.left = 1;
    await work(small, true);
  }
  await clock.sleep(Math.max(0, smallBegan + measuredMs - clock.now()));
  const done = everyone.map((one, at) => one.done - (before[at] ?? 0));
  end.abort(new Error('it is measured'));
  await Promise.allSettled(working);
  const mean = done.reduce((sum, one) => sum + one, 0) / done.length;
  const shareMs = (writes: number) => (writes / (writesPerSecond / (everyone.length + 1))) * 1000;
  return {
    shares: done.map((one) => one / mean),
    smallLoad: smallMs / shareMs(smallWrites),
    smallWait: smallWaitMs / shareMs(parallel * batchLimit),
    editWait: small.longestWaitMs / 1000,
    throttled,
  };
}
