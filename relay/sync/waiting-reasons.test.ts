/** Whatever Microsoft 365 refuses, drops or puts off: what a run has not done failed, is held, or waits for one thing that is there. */
import fc from 'fast-check';
import t from 'tap';
import { faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { readWaits } from '../explain/wait-facts.ts';
import { chainOf } from '../explain/waits.ts';
import { asObjectKey } from '../model/keys.ts';
import type { Operation } from '../model/operation.ts';
import { specOf } from '../operations/registry.ts';
import { objectOfThing } from '../operations/waiting-words.ts';
import { parseProfile } from '../profile/profile.ts';
import { setProfile } from '../store/profiles/profiles.ts';
import { operationsOn } from '../store/runs/journal.ts';
import { readProblems } from '../store/runs/problems.ts';
import { findTenant } from '../store/tenants/system.ts';
import { type District, openDistrict, smallRoster } from '../testing/district.ts';
import { histories } from '../testing/histories.ts';
import { planNow } from './plan-now.ts';

const refusal = (status: number) => ({ kind: 'answer', answer: { status, code: 'Request_BadRequest', message: 'no' } });
const fault = fc.record({
  match: fc.record({
    method: fc.constantFrom('POST', 'PATCH'),
    path: fc.constantFrom(
      ...['^/education/users$', '^/education/classes$', '^/education/schools$', '^/education/schools/.*/classes'],
      ...['/assignLicense$', '^/groups/', '^/teams$'],
    ),
  }),
  skip: fc.nat(5),
  times: fc.integer({ min: 1, max: 20 }),
  how: fc.constantFrom(
    refusal(400),
    refusal(403),
    { kind: '503' },
    { kind: '429', retryAfter: 90 },
    { kind: 'lost-answer' },
  ),
});
const history = fc.record({
  faults: fc.array(fault, { minLength: 1, maxLength: 3 }),
  teamsLag: fc.constantFrom(0, 9e9),
});

type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** What is not done and says nothing of why, or something that is not so. */
async function wrongIn({ store, tenantId, clock, profile }: District): Promise<string[]> {
  const tenant = await store.system((scope) => findTenant(scope, tenantId));
  const { plan, guarded } = await planNow(store, tenant, profile.name, clock);
  return await store.withTenant(tenantId, async (scope) => {
    const waits = await readWaits(scope, () => true);
    const problems = await readProblems(scope);
    const wrong: string[] = [];
    const hasFailed = (operation: Operation) => {
      const subject = specOf(operation.kind).subject(operation);
      return problems.some((one) => one.subject === subject || one.subject.startsWith(`${operation.key}/`));
    };
    for (const operation of plan) {
      const { kind, key } = operation;
      if (guarded.held.includes(operation) || hasFailed(operation)) continue;
      const rows = waits.operations.filter((one) => one.kind === kind && one.key === key);
      if (rows.length === 0) wrong.push(`${kind} ${key} says nothing`);
    }
    const names = waits.operations.map(({ kind, key, people }) => `${kind} ${key} ${people.join()}`);
    if (new Set(names).size < names.length) wrong.push(`twice: ${names}`);
    for (const operation of waits.operations) {
      const { last, refusal } = chainOf(operation, waits);
      const what = `${operation.kind} ${operation.key}: ${JSON.stringify(last.reason)}`;
      if ('until' in last.reason) {
        if (Date.parse(last.reason.until) < clock.now() - 60_000) wrong.push(`${what}: that has passed`);
      } else if ('thing' in last.reason && refusal === undefined) {
        const [attempt] = await operationsOn(scope, asObjectKey(objectOfThing(last.reason.thing)));
        if (attempt === undefined || attempt.state === 'done') wrong.push(`${what}: nobody tried`);
      }
    }
    return wrong;
  });
}

/** What is refused leaves teams ready after everybody has begun to wait: once, nobody looked again, and the run never ended. */
const stoodStill: History = {
  teamsLag: 0,
  faults: [
    { match: { method: 'POST', path: '^/education/classes$' }, skip: 4, times: 11, how: refusal(403) },
    { match: { method: 'PATCH', path: '^/groups/' }, skip: 2, times: 14, how: refusal(400) },
    { match: { method: 'POST', path: '^/groups/' }, skip: 4, times: 14, how: refusal(400) },
  ],
};

t.test('each has one reason, and the chain ends at something that is there', async (t) => {
  const { numRuns, seed, examples } = histories(t, [stoodStill]);
  let waited = 0;
  const property = fc.asyncProperty(history, async ({ faults, teamsLag }) => {
    const mode = { students: 'create', teachers: 'create' } as const;
    const district = await openDistrict({ dir: t.testdir(), mode, students: 4, accounts: false });
    try {
      district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
      await district.store.withTenant(district.tenantId, (scope) => setProfile(scope, district.profile, new Date()));
      await district.commit(smallRoster(4));
      district.microsoft.directory.teams.lag = teamsLag;
      for (const { how, ...rest } of faults) district.microsoft.faults.add(faultOrder.parse({ ...rest, ...how }));
      for (let run = 0; run < 2; run += 1) {
        await district.run();
        const wrong = await wrongIn(district);
        if (wrong.length > 0) throw new Error(`run ${run}: ${wrong.slice(0, 5).join('\n')}`);
        waited += await district.store.withTenant(
          district.tenantId,
          async (scope) => (await readWaits(scope, () => true)).operations.length,
        );
      }
    } finally {
      await district.close();
    }
  });
  await fc.assert(property, { numRuns: Math.ceil(numRuns / 2), seed, examples, endOnFailure: true });
  t.ok(waited > 0, `${waited} waited`);
});
