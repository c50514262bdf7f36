/** Pages about people and problems in a real browser: at both widths, light and dark, by keyboard, for everyone. */
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
} from '../../../../shared/testing/tab.ts';
import { problemDistrict } from '../../../testing/problem-district.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());
const skip = noBrowser;

t.test('every page about people fits, and everyone can use it', { skip }, async (t) => {
  const { relay, code } = await problemDistrict(t, 60);
  await mkdir(screenshots, { recursive: true });
  const base = `${relay.url}/console/districts/contoso`;
  const paths = {
    problems: '/problems',
    search: '/people?q=ana',
    person: '/people/students/11?class=51',
    class: '/classes/50',
    teams: '/teams',
    passwords: '/passwords',
  };
  for (const { name, ...look } of looks) {
    const tab = await openTab(t, browser, `${relay.url}/console/link#${await code()}`, look);
    await tab.locator('input[name=code]:not([value=""])').waitFor();
    await tab.getByRole('button', { name: 'Continue' }).press('Enter');
    await tab.waitForURL(`${relay.url}/console/`);
    for (const [page, path] of Object.entries(paths)) {
      await tab.goto(`${base}${path}`);
      t.ok((await tooWide(tab)) <= 0, `${page} fits ${look.viewport.width}`);
      t.strictSame(await violationsOf(tab), [], `${page}, ${name}`);
      await tab.screenshot({ path: join(screenshots, `people-${page}-${name}.png`), fullPage: true });
    }
  }
});

t.test('from any page to a person and the way to a class, by keyboard', { skip }, async (t) => {
  const { relay, code } = await problemDistrict(t);
  const tab = await openTab(t, browser, `${relay.url}/console/link#${await code()}`);
  await tab.getByRole('button', { name: 'Continue' }).press('Enter');
  await tab.getByRole('link', { name: 'contoso schools' }).press('Enter');
  const box = tab.getByLabel('Search people, classes and schools');
  await box.fill('simic 7');
  await box.press('Enter');
  await tab.getByRole('link', { name: 'Ana Šimić 7' }).press('Enter');
  await tab.getByRole('link', { name: 'Why, for Course 1 - 1' }).press('Enter');
  await tab.getByRole('heading', { name: /^Ana Šimić 7, in Course 1 - 1: stops at/ }).waitFor();
  t.match(await tab.locator('.path').textContent(), /PowerSchool.*Account.*Enrollment/s);
});
