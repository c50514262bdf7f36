/** Every route and role, and requests of every kind: relay/testing/api-fuzz.ts has what must be true of any answer. */
import fc from 'fast-check';
import t from 'tap';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import { anyRequest, callers } from '../../testing/api-requests.ts';
import { sampleOf } from '../../testing/api-samples.ts';
import { routes } from './routes.ts';

const fuzz = await ApiFuzz.open(t);

t.test('every route does what it is for, for those alone who may', async (t) => {
  for (const route of routes) {
    const statuses: Record<string, number> = {};
    for (const caller of callers) statuses[caller] = await fuzz.hold(t, await sampleOf(fuzz.setting, route, caller));
    const said = `${route.method} ${route.path}: ${JSON.stringify(statuses)}`;
    t.ok((statuses.operator ?? 500) < 300 && (statuses.narrow ?? 500) < 300, said);
  }
  t.equal(fuzz.done.size, routes.length);
});

t.test('whatever is sent', async (t) => {
  fuzz.done.clear();
  const property = fc.asyncProperty(anyRequest(fuzz.setting.district.profile), async (sent) => {
    await fuzz.hold(t, sent);
  });
  // A request finds what the last one left: what fails is not made smaller.
  await fc.assert(property, { seed: 20_261_130, numRuns: 120, endOnFailure: true });
  t.ok(fuzz.done.size > 5, 'some of it was carried out');
});
