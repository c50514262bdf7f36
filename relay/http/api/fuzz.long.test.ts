/** Every role on every route, and many random requests; API_SEED repeats a run. */
import fc from 'fast-check';
import t from 'tap';
import { ApiFuzz } from '../../testing/api-fuzz.ts';
import { anyRequest, callers } from '../../testing/api-requests.ts';
import { routes } from './routes.ts';

t.test('every route works for the roles that may use it, and for no other', async (t) => {
  const fuzz = await ApiFuzz.open(t);
  for (const route of routes) await fuzz.holdFor(t, route, callers);
  t.equal(fuzz.done.size, routes.length);
});

t.test('random requests, for a long time', async (t) => {
  const seed = Number(process.env.API_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.comment(`API_SEED=${seed}`);
  const fuzz = await ApiFuzz.open(t);
  const property = fc.asyncProperty(anyRequest(fuzz.setting.district.profile), async (sent) => {
    await fuzz.hold(t, sent);
  });
  await fc.assert(property, { seed, numRuns: 3000, endOnFailure: true });
  t.ok(fuzz.done.size > 25, `${fuzz.done.size} routes carried out requests`);
});
