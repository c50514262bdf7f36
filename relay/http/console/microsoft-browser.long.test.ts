/** The page about a district's Microsoft 365 in each of its states: readable at both widths, light and dark, by everyone. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import {
  launchBrowser,
  looks,
  noBrowser,
  openTab,
  screenshots,
  tooWide,
  violationsOf,
} from '../../../shared/testing/tab.ts';
import { toRead } from '../../model/permissions.ts';
import { permissionUses } from '../../operations/permission-uses.ts';
import { saveSettings } from '../../settings/settings.ts';
import { noteAccess, noteConsented } from '../../store/microsoft/access.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

const [readerClientId, clientId] = ['6d010770-feac-4771-a48c-a60a7d213b2e', '6fd2c87f-b296-42f0-b197-1e91e994b900'];
const refusal = {
  code: 'GRAPH_SIGN_IN_REFUSED',
  message:
    "Microsoft refused the relay's sign-in to the Microsoft 365 tenant 11111111-1111-4111-8111-111111111111: the tenant does not know the application: correct the client id, or have an administrator consent (AADSTS700016).",
  action:
    'Check the client id and the certificate (or secret), and check that an administrator of the tenant has granted consent.',
};
const none: readonly string[] = [];
const reading = toRead.map(([least]) => least);
const everything = permissionUses.map(({ permission }) => permission);

const states = [
  { name: 'none', read: none, write: none, error: refusal, isArriving: false },
  { name: 'arriving', read: none, write: none, error: null, isArriving: true },
  { name: 'read', read: reading, write: none, error: null, isArriving: false },
  { name: 'write', read: reading, write: everything, error: null, isArriving: false },
];

t.test('each state', { skip: noBrowser }, async (t) => {
  const { relay, code, clock } = await consoleSetting(t);
  await saveSettings(relay.home, { graph: { clientId, readerClientId } });
  const { id } = await addTenant(relay, 'contoso');
  await mkdir(screenshots, { recursive: true });
  for (const { name: lookName, ...look } of looks) {
    const tab = await openTab(t, browser, `${relay.url}/console/link#${await code()}`, look);
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.waitForURL(`${relay.url}/console/`);
    for (const { name, read, write, error, isArriving } of states) {
      const checkedAt = new Date(clock.now()).toISOString();
      await relay.store.withTenant(id, async (scope) => {
        await noteAccess(scope, 'read', { clientId: readerClientId, roles: read, error, checkedAt });
        await noteAccess(scope, 'write', { clientId, roles: write, error: null, checkedAt });
        await noteConsented(scope, 'read', isArriving ? new Date(clock.now()) : null);
      });
      await tab.goto(`${relay.url}/console/districts/contoso/microsoft`);
      t.ok((await tooWide(tab)) <= 0, `${name} fits ${look.viewport.width}`);
      t.strictSame(await violationsOf(tab), [], `${name}, ${lookName}`);
      await tab.screenshot({ fullPage: true, path: join(screenshots, `microsoft-${name}-${lookName}.png`) });
    }
  }
});
