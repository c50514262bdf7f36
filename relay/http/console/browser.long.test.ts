/** The console in a real browser: what its content policy refuses, whether everyone can use it, and what changes in place. */
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
import { findTenant } from '../../store/tenants/system.ts';
import { consoleSetting } from '../../testing/console.ts';
import { addTenant } from '../../testing/relay-double.ts';
import { furnishRuns } from '../../testing/run-examples.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());
const skip = noBrowser;

t.test('somebody gets in by a link, and every page can be used at both widths, light and dark', { skip }, async (t) => {
  const { relay, code } = await consoleSetting(t);
  for (const slug of ['contoso', 'fabrikam', 'a-district-with-quite-a-long-name']) await addTenant(relay, slug);
  const { id } = await relay.store.system((scope) => findTenant(scope, 'contoso'));
  const numbers = await furnishRuns(relay.store, id, Date.now());
  await mkdir(screenshots, { recursive: true });
  for (const { name, ...look } of looks) {
    const tab = await openTab(t, browser, `${relay.url}/console/link#${await code()}`, look);
    await tab.locator('input[name=code]:not([value=""])').waitFor();
    t.equal(new URL(tab.url()).hash, '', 'the code has left the address');
    t.strictSame(await violationsOf(tab), [], 'link');
    await tab.keyboard.press('Tab');
    await tab.getByRole('button', { name: 'Continue' }).press('Enter');
    await tab.waitForURL(`${relay.url}/console/`);
    const own = [
      '',
      '/users',
      '/runs',
      `/runs/${numbers.open}`,
      `/runs/${numbers.failed}`,
      '/holds',
      '/preview?now=yes',
      ...['/agents', '/alerts', '/audit', '/settings', '/microsoft'],
    ];
    const paths = ['', 'me', 'sign-in-provider', 'settings', ...own.map((path) => `districts/contoso${path}`)];
    for (const path of paths) {
      await tab.goto(`${relay.url}/console/${path}`);
      t.ok((await tooWide(tab)) <= 0, `${path} fits ${look.viewport.width}`);
      for (const box of await tab.locator(':is(header, .district) nav').all()) {
        t.ok(((await box.boundingBox())?.height ?? 0) < 40, `${path} has its pages in one row`);
      }
      t.strictSame(await violationsOf(tab), [], `${path}, ${name}`);
      await tab.screenshot({
        path: join(screenshots, `console-${path.replace(/[/?=]/g, '-') || 'fleet'}-${name}.png`),
      });
    }
  }
});

t.test('the fleet changes in place, and an invitation is made by keyboard', { skip }, async (t) => {
  const { relay, code } = await consoleSetting(t);
  await addTenant(relay, 'contoso');
  const tab = await openTab(t, browser, undefined);
  await tab.clock.install();
  await tab.goto(`${relay.url}/console/link#${await code()}`);
  await tab.getByRole('button', { name: 'Continue' }).press('Enter');
  await tab.getByRole('link', { name: 'contoso schools' }).focus();
  await addTenant(relay, 'fabrikam');
  await tab.clock.fastForward(16_000);
  await tab.getByRole('link', { name: 'fabrikam schools' }).waitFor();
  const focused = await tab.evaluate('document.activeElement.textContent');
  t.equal(focused, 'contoso schools', 'the focus stays where it was');

  await tab.getByRole('link', { name: 'contoso schools' }).press('Enter');
  const own = tab.getByRole('navigation', { name: 'Pages of the district' });
  t.equal(await own.locator('[aria-current]:visible').textContent(), 'Overview');
  await own.locator('summary').press('Enter');
  t.strictSame(await violationsOf(tab, ['.district']), [], 'the open menu');
  await own.getByRole('link', { name: 'Users' }).press('Enter');
  await tab.waitForURL(/\/users$/);
  t.equal(await own.locator('summary').innerText(), 'More: Users');
  await own.locator('summary').press('Enter');
  t.equal(await own.locator('[aria-current=page]:visible').textContent(), 'Users');
  await tab.mouse.click(20, 880);
  await own.getByRole('link', { name: 'Users' }).waitFor({ state: 'hidden' });
  t.pass('a click beside the menu closes it, without a script');
  await tab.setViewportSize({ width: 390, height: 844 });
  await own.locator('summary').press('Enter');
  await own.getByRole('link', { name: 'Runs' }).press('Enter');
  await tab.waitForURL(/\/runs$/);
  t.equal(await own.locator('summary').innerText(), 'Runs', 'a narrow screen has one menu, named after the page');
  await tab.setViewportSize({ width: 1280, height: 900 });
  await tab.goBack();
  await tab.getByLabel('For', { exact: true }).fill('Dana Cole');
  await tab.getByLabel('District admin').press('Space');
  await tab.getByRole('button', { name: 'Make a link' }).press('Enter');
  const link = tab.locator('code').first();
  t.match(await link.textContent(), /\/console\/link#[\w-]{43}$/);
  await tab.goto(`${relay.url}/console/districts/contoso/users`);
  await tab.getByRole('button', { name: 'Withdraw the invitation for Dana Cole' }).press('Enter');
  await tab.getByText('Open invitations').waitFor({ state: 'detached' });
});
