/** Every page and every form of the console, asked for by every role: the table of actions decides, in each district by itself. */
import t from 'tap';
import { access } from '../../app/access.ts';
import { isRelayRole, userRoles } from '../../model/user-role.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { pages } from './pages.ts';

const { relay, as } = await consoleSetting(t);
const contoso = await addTenant(relay, 'contoso');
await addTenant(relay, 'fabrikam');

/** A page that needs more of its address than the district, such as a run's number, is refused for that, not for the role. */
function addressOf(path: string, slug: string): string {
  return `/console${path.replace(':slug', slug).replace(/:\w+/g, '1')}`;
}

for (const role of userRoles) {
  t.test(`${role}: sees and does what the table says, and nothing elsewhere`, async (t) => {
    const where = { tenantId: contoso.id, ...(role === 'schoolViewer' && { schools: ['1'] }) };
    const browser = await as(role, where);
    const { body } = await browser.get('/console/me');
    const token = /name="token" value="([^"]*)"/.exec(body)?.[1] ?? '';
    for (const { path, needs, isAcross, forms, table } of pages) {
      const seen = await browser.get(addressOf(path, 'contoso'));
      // From the first page, people are led to the one that they begin with.
      const isRefused = seen.status === 403 || (path === '/' && seen.status === 302);
      // Users of every district are shown to operators alone, whatever the role in one.
      const isWide = isAcross && needs === 'users' && !isRelayRole(role);
      t.equal(isRefused, !access[needs].roles[role] || isWide, `${path}: ${seen.status}`);
      if (table !== undefined) {
        const file = await browser.get(`${addressOf(path, 'contoso')}.csv`);
        t.equal(file.status === 403, isRefused, `${path}.csv: ${file.status}`);
      }
      if (!isAcross && !isRelayRole(role)) {
        const other = await browser.get(addressOf(path, 'fabrikam'));
        t.match(String(other.status), /^40[34]$/, `${path} of another district`);
        t.notMatch(other.body, /fabrikam schools/);
      }
      for (const { name, needs: change } of forms) {
        const address = addressOf(`${path.replace(/\/$/, '')}/${name}`, 'contoso');
        const sent = await browser.post(address, { token, unknown: 'x' });
        const isLet = access[change].roles[role];
        // No form has such a field: whoever is let through to the fields is told so, and nothing is done.
        t.match(
          sent,
          isLet ? { status: 400, body: /FORM_INVALID/ } : { status: 403, body: /ROLE_INSUFFICIENT/ },
          address,
        );
        const forged = await browser.post(address, { token: 'x'.repeat(43) });
        t.match(forged, { status: 403, body: /FORM_FOREIGN/ }, address);
        if (isAcross || isRelayRole(role)) continue;
        const elsewhere = await browser.post(addressOf(`${path}/${name}`, 'fabrikam'), { token, unknown: 'x' });
        t.match(String(elsewhere.status), /^40[34]$/, `${name} in another district`);
      }
    }
  });
}

t.test('nobody without a session sees or does anything', async (t) => {
  for (const { path, forms } of pages) {
    const answer = await fetch(`${relay.url}${addressOf(path, 'contoso')}`, { redirect: 'manual' });
    t.match(answer.headers.get('location'), /^\/console\/sign-in\?return=/, path);
    for (const { name } of forms) {
      const address = `${relay.url}${addressOf(`${path.replace(/\/$/, '')}/${name}`, 'contoso')}`;
      const sent = await fetch(address, {
        method: 'POST',
        headers: { origin: relay.url },
        body: new URLSearchParams({ token: '' }),
      });
      t.equal(sent.status, 403, address);
    }
  }
});
