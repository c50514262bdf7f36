import fc from 'fast-check';
import t from 'tap';
import { type Asking, FairQueue, quantum } from './fair-queue.ts';

interface Asked extends Asking {
  id: number;
}

const largest = 20;
const amount = fc.integer({ min: 1, max: largest });

/** Tenants that have always something waiting, each with so many at once. */
const backlogs = fc.array(
  fc.record({ depth: fc.integer({ min: 1, max: 40 }), amounts: fc.array(amount, { minLength: 1 }) }),
  {
    minLength: 2,
    maxLength: 15,
  },
);

/** Serves them, and has each ask again for what was served. @returns what each got */
function serve(queue: FairQueue<Asked>, given: { depth: number; amounts: number[] }[], total: number): number[] {
  const tenants = given.map((one) => ({ ...one, at: 0 }));
  const ask = (tenant: (typeof tenants)[number]) => {
    tenant.at += 1;
    queue.push({
      id: tenant.at,
      tenant,
      amount: tenant.amounts[tenant.at % tenant.amounts.length] ?? 1,
      isUrgent: false,
    });
  };
  // One more than its depth: a tenant whose last one is served would leave the round.
  for (const tenant of tenants) for (let left = tenant.depth + 1; left > 0; left -= 1) ask(tenant);
  const served = new Map<object, number>();
  for (let sum = 0; sum < total; ) {
    const next = queue.shift();
    if (next === undefined) break;
    sum += next.amount;
    served.set(next.tenant, (served.get(next.tenant) ?? 0) + next.amount);
    const tenant = tenants.find((one) => one === next.tenant);
    if (tenant !== undefined) ask(tenant);
  }
  return tenants.map((tenant) => served.get(tenant) ?? 0);
}

t.test('tenants that always have something waiting get the same, however much that is', async (t) => {
  fc.assert(
    fc.property(backlogs, (given) => {
      const got = serve(new FairQueue(), given, 5000);
      return Math.max(...got) - Math.min(...got) <= quantum + 2 * largest;
    }),
  );
  t.pass();
});

t.test('one that asks for little waits for one round, not for the backlog of others', async (t) => {
  fc.assert(
    fc.property(backlogs, fc.integer({ min: 1, max: quantum }), fc.nat(500), (given, little, before) => {
      const queue = new FairQueue<Asked>();
      serve(queue, given, before);
      const small: Asked = { id: 0, tenant: {}, amount: little, isUrgent: false };
      queue.push(small);
      let waited = 0;
      for (let next = queue.shift(); next !== undefined && next !== small; next = queue.shift()) waited += next.amount;
      return waited <= given.length * (quantum + largest);
    }),
  );
  t.pass();
});

t.test('what is urgent goes first, and takes no more than half while others wait', async (t) => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 50 }), fc.array(amount, { minLength: 50 }), (edits, loads) => {
      const queue = new FairQueue<Asked>();
      const [editor, loader] = [{}, {}];
      for (const [id, one] of loads.entries()) queue.push({ id, tenant: loader, amount: one, isUrgent: false });
      for (const [id, one] of edits.entries()) queue.push({ id, tenant: editor, amount: one, isUrgent: true });
      if (queue.peek()?.isUrgent !== true) return false;
      const left = { edits: edits.length, loads: loads.length };
      let ahead = 0;
      while (left.edits > 0 && left.loads > 0) {
        const next = queue.shift();
        if (next === undefined) return false;
        left[next.isUrgent ? 'edits' : 'loads'] -= 1;
        ahead += next.isUrgent ? next.amount : -next.amount;
        if (Math.abs(ahead) > largest) return false;
      }
      return true;
    }),
  );
  t.pass();
});

const happening = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), who: fc.nat(4), amount, isUrgent: fc.boolean() }),
  fc.record({ do: fc.constant('serve' as const) }),
  fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(20) }),
);

t.test('everything comes out once or is withdrawn, in the order in which its tenant asked', async (t) => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
      const queue = new FairQueue<Asked>();
      const tenants = Array.from({ length: 5 }, () => ({}));
      let waiting: Asked[] = [];
      const isFirst = (one: Asked) =>
        waiting.find(({ tenant, isUrgent }) => tenant === one.tenant && isUrgent === one.isUrgent) === one;
      const shift = () => {
        const seen = queue.peek();
        const next = queue.shift();
        const isRight = next === undefined ? waiting.length === 0 : next === seen && isFirst(next);
        waiting = waiting.filter((one) => one !== next);
        return isRight;
      };
      for (const [id, what] of happenings.entries()) {
        if (what.do === 'serve' && !shift()) return false;
        if (what.do === 'ask') {
          const one = { id, tenant: tenants[what.who] ?? {}, amount: what.amount, isUrgent: what.isUrgent };
          waiting.push(one);
          queue.push(one);
        }
        const gone = what.do === 'withdraw' ? waiting[what.which] : undefined;
        if (gone !== undefined) {
          waiting = waiting.filter((one) => one !== gone);
          queue.remove(gone);
        }
      }
      while (waiting.length > 0) if (!shift()) return false;
      return queue.shift() === undefined;
    }),
  );
  t.pass();
});
