/** What waits, and for what: while a run is under way, after it, and after a crash. */
import t, { type Test } from 'tap';
import { type FaultOrder, faultOrder } from '../../scripts/simulators/microsoft/fault-order.ts';
import { parseProfile } from '../profile/profile.ts';
import { listRuns } from '../store/runs/run-history.ts';
import { readProgress, readWaiting, type StoredWaiting } from '../store/runs/waiting.ts';
import type { Store } from '../store/store.ts';
import { type District, type Mode, openDistrict, smallRoster } from '../testing/district.ts';

const create: Mode = { students: 'create', teachers: 'create' };
const minute = 60_000;

async function open(t: Test): Promise<District> {
  const district = await openDistrict({ dir: t.testdir(), mode: create, students: 6, accounts: false });
  t.teardown(() => district.close());
  district.profile = parseProfile({ ...district.profile, classes: { createTeam: true } }, 'test');
  await district.commit(smallRoster(6));
  return district;
}

const read = ({ store, tenantId }: Pick<District, 'store' | 'tenantId'>) =>
  store.withTenant(tenantId, (scope) => readWaiting(scope));

/** `createTeam class:50: missing owners:50` */
function lineOf({ kind, key, reason }: StoredWaiting): string {
  const what =
    'thing' in reason ? reason.thing : 'code' in reason ? reason.code : 'doubt' in reason ? reason.doubt : '';
  return `${kind} ${key}: ${reason.for} ${what}`.trimEnd();
}

const lines = async (district: District) => (await read(district)).map(lineOf).sort();

function fault(district: District, order: object): FaultOrder {
  const parsed = faultOrder.parse(order);
  district.microsoft.faults.add(parsed);
  return parsed;
}

/** Has what waits read after every transaction of the runs. */
function watch(district: District, look: (waiting: StoredWaiting[]) => Promise<void> | void): void {
  const { store, tenantId } = district;
  const watched: Store['withTenant'] = async (id, work) => {
    const result = await store.withTenant(id, work);
    await look(await read({ store, tenantId }));
    return result;
  };
  district.store = { ...store, withTenant: watched };
}

t.test(
  'an account that is refused: everything that needs it says so, along the whole chain, until it is there',
  async (t) => {
    const district = await open(t);
    const answer = { status: 400, code: 'Request_BadRequest', message: 'no' };
    fault(district, { match: { method: 'POST', path: '^/education/users$' }, kind: 'answer', answer });
    t.match(await district.run(), { state: 'errors', failed: 1, waiting: 0 });
    t.same(await lines(district), [
      'addMembers class:50: missing teachers:90',
      'addMembers class:54: missing teachers:90',
      'addOwners class:50: missing teachers:90',
      'addOwners class:54: missing teachers:90',
      'addSchoolUser teachers:90: missing teachers:90',
      'assignLicence teachers:90: missing teachers:90',
      'createTeam class:50: missing owners:50',
      'createTeam class:54: missing owners:54',
    ]);
    const [run] = await district.store.withTenant(district.tenantId, (scope) => listRuns(scope, { limit: 1 }));
    t.match(run, { waiting: 8, failed: 1 });
    district.restart();
    t.match(await district.run(), { state: 'success', failed: 0 });
    t.same(await lines(district), [], 'nothing of it is left');
  },
);

t.test('a team that Microsoft Teams does not make yet, until PowerSchool has the section no longer', async (t) => {
  const district = await open(t);
  const start = district.clock.now();
  district.microsoft.directory.teams.lag = 1000 * minute;
  t.match(await district.run(), { state: 'success', waiting: 6 });
  const waiting = await read(district);
  t.same(
    waiting.map(lineOf).sort(),
    [0, 1, 2, 3, 4, 5].map((one) => `createTeam class:5${one}: team`),
  );
  for (const { reason } of waiting) {
    const due = 'until' in reason ? Date.parse(reason.until) : 0;
    t.ok(due > district.clock.now() && due < district.clock.now() + 6 * minute, 'it is asked again in five minutes');
  }
  t.ok(district.clock.now() - start < 10 * minute);
  await district.commit(
    smallRoster(6).filter((one) => one.id !== '53' && !('sectionId' in one && one.sectionId === '53')),
  );
  await district.run();
  t.same(
    await lines(district),
    [0, 1, 2, 4, 5].map((one) => `createTeam class:5${one}: team`),
  );
});

t.test('while a run is under way: what Graph wants to be asked for later, and what needs that', async (t) => {
  const district = await open(t);
  fault(district, { match: { method: 'POST', path: '^/education/classes$' }, kind: '429', retryAfter: 120 });
  const seen = new Set<string>();
  watch(district, (waiting) => {
    for (const line of waiting.map(lineOf)) seen.add(line);
  });
  t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 });
  t.match([...seen], [/^createClass class:5\d: retry AzureActiveDirectoryRequestThrottledTemporarily$/]);
  t.same(await lines(district), []);
});

t.test(
  'while a run is under way: what is looked up and what needs it; how many are on their way, and how fast',
  async (t) => {
    const district = await open(t);
    fault(district, { match: { method: 'POST', path: '^/education/classes$' }, kind: 'lost-answer' });
    fault(district, {
      match: { method: 'GET', path: '^/education/classes.*filter=externalId' },
      kind: '503',
      times: 40,
    });
    const seen = new Set<string>();
    const counts: number[] = [];
    const { store, tenantId } = district;
    watch(district, async (waiting) => {
      for (const line of waiting.map(lineOf)) seen.add(line);
      const progress = await store.withTenant(tenantId, readProgress);
      if (progress?.perMinute !== undefined) counts.push(progress.perMinute);
    });
    t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 });
    t.ok(
      [...seen].some((line) => /^createClass class:5\d: look lost$/.test(line)),
      [...seen].join('\n'),
    );
    t.ok([...seen].some((line) => /^addOwners class:(5\d): need class:\1$/.test(line)));
    t.ok(counts.length > 0 && counts.every((one) => one >= 0));
    t.same(await lines(district), []);
    t.equal(await store.withTenant(tenantId, readProgress), undefined, 'no turn is under way');
  },
);

t.test('killed at any point, nothing is said to wait that is done, and a restart takes it back', async (t) => {
  for (let point = 8; ; point += 15) {
    const district = await openDistrict({ dir: t.testdir(), mode: create, students: 6, accounts: false });
    await district.commit(smallRoster(6));
    fault(district, { match: { method: 'POST', path: '^/education/classes$' }, kind: 'lost-answer' });
    fault(district, {
      match: { method: 'GET', path: '^/education/classes.*filter=externalId' },
      kind: '503',
      times: 40,
    });
    const isKilled = await district.run({ killedAfterWrites: point }).then(
      () => false,
      ({ message }: Error) => message === 'killed' || Promise.reject(new Error(message)),
    );
    const { class: classes } = await district.dump();
    const made = new Set(classes.map(({ externalId }) => `createClass class:${externalId}: look lost`));
    for (const line of await lines(district))
      t.ok(!line.startsWith('createClass') || made.has(line), `${point}: ${line}`);
    district.restart();
    t.match(await district.run(), { state: 'success', failed: 0, waiting: 0 }, `${point}`);
    t.same(await lines(district), [], `${point}`);
    await district.close();
    if (!isKilled) break;
  }
});
