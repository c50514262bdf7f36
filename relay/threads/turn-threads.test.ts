/** Turns in real threads, against the Microsoft simulator and a database that both threads use. */
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { appBudget, type Cost, GraphBudget, type RequestBudget } from '../graph/budget.ts';
import { createLog } from '../log/log.ts';
import { findTenant } from '../store/tenants/system.ts';
import type { TurnOrder } from '../sync/turns.ts';
import { Wakes } from '../sync/wakes.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { TurnThreads } from './turn-threads.ts';

const students = 8;

/** What a turn asks of the budget is counted, and taken from a real one. */
class CountedBudget implements RequestBudget {
  readonly #budget = new GraphBudget(appBudget(systemClock, 1), systemClock, 1);
  writes = 0;
  users: number | undefined;

  take(cost: Cost, signal: AbortSignal): Promise<void> {
    this.writes += cost.writes;
    return this.#budget.take(cost, signal);
  }

  slowDown(...answer: Parameters<RequestBudget['slowDown']>): void {
    this.#budget.slowDown(...answer);
  }

  fitTo(users: number): void {
    this.users = users;
    this.#budget.fitTo(users);
  }
}

async function open(t: Test) {
  const home = t.testdir();
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: home, home, mode, students, accounts: true });
  t.teardown(() => district.close());
  // Its clock stands still: nothing would ever be seen.
  district.microsoft.directory.lag = 0;
  const out = new PassThrough();
  const lines: Record<string, unknown>[] = [];
  out.setEncoding('utf8').on('data', (text: string) =>
    lines.push(
      ...text
        .trim()
        .split('\n')
        .map((one) => JSON.parse(one)),
    ),
  );
  const { settings, store } = district;
  const threads = new TurnThreads({ home, keyFile: undefined, settings, store, log: createLog('json', out) });
  const tenant = await store.system((scope) => findTenant(scope, 'contoso'));
  const begun: string[][] = [];
  const order = (budget: RequestBudget, signal = new AbortController().signal): TurnOrder => ({
    tenant,
    isForPeople: false,
    budget,
    signal,
    wakes: new Wakes(),
    begun: (profiles) => begun.push(profiles),
  });
  return { district, threads, order, lines, begun };
}

const requests = ({ microsoft }: District) => microsoft.stats.requests;

t.test('a turn in a thread provisions, and what it knows makes the next one cheap', async (t) => {
  const { district, threads, order, lines, begun } = await open(t);
  await district.commit(smallRoster(students));
  const budget = new CountedBudget();
  t.equal(await threads.take(order(budget)), undefined);
  const { class: classes, school: schools } = await district.dump();
  t.same([classes.length, schools.length], [6, 2]);
  t.same(begun, [['test']]);
  const { writes } = district.microsoft.stats;
  t.ok(writes > 5 && budget.writes >= writes, `${budget.writes} places for ${writes} writes`);
  t.ok(budget.writes <= writes + 20, 'and few are left empty');
  t.type(budget.users, 'number', 'the limits fit the size of the tenant');
  t.match(
    lines.find(({ event }) => event === 'run.finished'),
    { level: 'info', tenant: 'contoso', profile: 'test', state: 'success', msg: 'run finished: success' },
  );
  const before = requests(district);
  t.equal(await threads.take(order(budget)), undefined);
  t.equal(requests(district) - before, 1, 'one delta request');
  threads.forget(order(budget).tenant.id);
  await threads.close();
});

t.test('a wake-up reaches the turn in its thread, which takes in what has changed', async (t) => {
  const { district, threads, order } = await open(t);
  const roster = smallRoster(students);
  await district.commit(roster);
  const wakes = new Wakes();
  // While the first write waits for the budget, the roster changes.
  const counted = new CountedBudget();
  const budget: RequestBudget = {
    async take(cost, signal) {
      if (cost.writes > 0 && !wakes.isRung && wakes.noticed === 0) {
        const section = { courseNumber: 'N', courseName: 'New', sectionNumber: '1', termId: '1' };
        await district.commit([...roster, { kind: 'section', id: '60', schoolId: '1', ...section }]);
        wakes.ring();
      }
      await counted.take(cost, signal);
    },
    slowDown: (...answer) => counted.slowDown(...answer),
    fitTo: (users) => counted.fitTo(users),
  };
  t.equal(await threads.take({ ...order(budget), wakes }), undefined);
  t.notOk(wakes.isRung, 'it was noticed: no other turn has to follow');
  t.equal(wakes.noticed, 1);
  t.equal((await district.dump()).class.length, 7);
  await threads.close();
});

t.test('a turn that is ended fails with the reason, and what was asked of the budget is withdrawn', async (t) => {
  const { district, threads, order } = await open(t);
  await district.commit(smallRoster(students));
  const end = new AbortController();
  const withdrawn = Promise.withResolvers<void>();
  const budget: RequestBudget = {
    take: (_cost, signal) => {
      signal.addEventListener('abort', () => withdrawn.resolve());
      end.abort(new Error('enough'));
      return withdrawn.promise;
    },
    slowDown: () => undefined,
    fitTo: () => undefined,
  };
  await t.rejects(threads.take(order(budget, end.signal)), { message: 'enough' });
  await withdrawn.promise;
  t.equal(await threads.take(order(new CountedBudget())), undefined, 'the thread goes on');
  await threads.close();
});

t.test('errors come across with their code and next step, and a thread that ended is replaced', async (t) => {
  const { district, threads, order } = await open(t);
  await district.commit(smallRoster(students));
  const { tenant, ...rest } = order(new CountedBudget());
  const unknown = { ...tenant, graph_tenant_id: '00000000-2222-4333-8444-555555555555' };
  await t.rejects(threads.take({ ...rest, tenant: unknown }), { code: 'GRAPH_SIGN_IN_REFUSED', retry: 'fix' });
  t.equal(await threads.take(order(new CountedBudget())), undefined);
  await threads.close();
  t.equal(await threads.take(order(new CountedBudget())), undefined, 'another thread');
  await threads.close();
});
