/** Free seats of the licenses that profiles assign, as Microsoft 365 says. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { fail } from '../../shared/errors.ts';
import { readSkus } from '../graph/tenant.ts';
import { createLog } from '../log/log.ts';
import { districtFacts } from '../store/alerts/district-facts.ts';
import { skuId } from '../testing/district.ts';
import { districtToServe, storeProfile } from '../testing/live-loop.ts';
import { startLicenseReadings } from './licenses.ts';

t.test('counts what profiles assign, and cannot tell while Microsoft 365 does not answer', async (t) => {
  const district = await districtToServe(t, 5);
  const { store, clock, tenantId } = district;
  await storeProfile(district, { licenses: { students: { skuId }, teachers: null, usageLocation: 'US' } });
  const known = async () =>
    (await store.readSystem((scope) => districtFacts(scope, [tenantId]))).get(tenantId)?.licenses;
  const turns = async (skus: () => ReturnType<typeof readSkus>) => {
    const stop = new AbortController();
    let asked = 0;
    const loop = startLicenseReadings({
      ...{ store, clock, random: () => 0.5, log: createLog('json', new PassThrough()), signal: stop.signal },
      async readSkus() {
        asked += 1;
        stop.abort();
        return await skus();
      },
    });
    await loop.ended;
    return asked;
  };
  t.equal(await known(), undefined, 'nobody has asked yet');
  t.equal(await turns(() => readSkus(district.client())), 1);
  const [license, ...more] = (await known()) ?? [];
  t.match([license, more], [{ name: String, seats: Number, free: Number }, []], 'only the one that is assigned');
  t.ok((license?.seats ?? 0) > 0);
  clock.advance(7 * 3_600_000);
  t.equal(await turns(() => Promise.reject(fail('GRAPH_UNREACHABLE', { url: 'x', reason: 'y' }))), 1);
  t.equal(await known(), undefined);
});
