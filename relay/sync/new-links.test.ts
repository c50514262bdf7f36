import t from 'tap';
import type { Link } from '../model/account-link.ts';
import { listLinks } from '../store/accounts/links.ts';
import { openDistrict } from '../testing/district.ts';
import { addMostLinks } from './new-links.ts';

t.test('all but the rest is stored in parts, and the rest comes with the run', async (t) => {
  const mode = { students: 'match', teachers: 'match' } as const;
  const { store, tenantId, clock, close } = await openDistrict({
    dir: t.testdir(),
    mode,
    students: 3,
    accounts: false,
  });
  t.teardown(close);
  const links = Array.from({ length: 1203 }, (_, at): Link => {
    return { role: 'students', personId: `${at}`, objectId: `object ${at}`, rule: 'username' };
  });
  const { signal } = new AbortController();
  const context = { store, tenantId, clock, signal };
  const rest = await addMostLinks(context, { newLinks: links, handovers: [] });
  t.same(rest, links.slice(1000));
  t.equal((await store.readTenant(tenantId, (scope) => listLinks(scope))).length, 1000);
  const [link] = links;
  if (link === undefined) throw new RangeError('no link');
  const handovers = [{ from: { role: 'students', personId: 'x' } as const, link }] as never;
  t.same(await addMostLinks(context, { newLinks: links, handovers }), links, 'with a hand-over in one transaction');
});
