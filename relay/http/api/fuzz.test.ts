/** Random requests to every route with every role; relay/testing/api-fuzz.ts says what must be true of any answer. */
import fc from 'fast-check';
import t from 'tap';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import { anyRequest, callers } from '../../testing/api-requests.ts';
import { routes } from './routes.ts';

const fuzz = await ApiFuzz.open(t);

t.test('every route works for the roles that may use it, and for no other', async (t) => {
  // All of them on every route are in fuzz.long.test.ts.
  const [both, others] = [callers.slice(2, 4), [...callers.slice(0, 2), ...callers.slice(4)]];
  for (const [at, route] of routes.entries()) {
    const two = [others[at % others.length], others[(at + 2) % others.length]];
    await fuzz.holdFor(t, route, [...both, ...two.filter((caller) => caller !== undefined)]);
  }
  t.equal(fuzz.done.size, routes.length);
});

t.test('random requests', async (t) => {
  fuzz.done.clear();
  const property = fc.asyncProperty(anyRequest(fuzz.setting.district.profile), async (sent) => {
    await fuzz.hold(t, sent);
  });
  // Requests depend on each other's effects, so fast-check cannot shrink a failure.
  await fc.assert(property, { seed: 20_261_130, numRuns: 150, endOnFailure: true });
  t.ok(fuzz.done.size > 5, 'some requests were carried out');
});
