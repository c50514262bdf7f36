/**
 * The profile wizard in a real browser by keyboard alone, from the list to a profile that writes: in both modes and with one of each,
 * light and dark, at both widths.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
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
import { readProfiles, removeProfile } from '../../../store/profiles/profiles.ts';
import { consoleSetting } from '../../../testing/console.ts';
import { openDistrict, smallRoster } from '../../../testing/district.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

/** More controls than any page has before what is looked for. */
const mostTabs = 150;

async function hasFocus(tab: Tab, selector: string): Promise<boolean> {
  return await tab.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) === true`);
}

/** Presses the tab key until such a control has the focus. */
async function reach(tab: Tab, selector: string): Promise<void> {
  for (let pressed = 0; pressed < mostTabs; pressed += 1) {
    if (await hasFocus(tab, selector)) return;
    await tab.keyboard.press('Tab');
  }
  throw new Error(`the tab key does not reach ${selector} at ${tab.url()}`);
}

async function choose(tab: Tab, selector: string): Promise<void> {
  // Of radio buttons the tab key reaches one; arrows lead to the others.
  const name = await tab.locator(selector).getAttribute('name');
  await reach(tab, `input[name="${name}"]`);
  for (let pressed = 0; pressed < 20; pressed += 1) {
    if (await hasFocus(tab, selector)) break;
    await tab.keyboard.press('ArrowDown');
  }
  await tab.keyboard.press('Space');
}

async function type(tab: Tab, selector: string, words: string): Promise<void> {
  await reach(tab, selector);
  await tab.keyboard.press('ControlOrMeta+a');
  await tab.keyboard.type(words);
}

/** As the form has them, and as the profile has them. */
const rules = {
  students: {
    value: 'studentNumber||mailNickname',
    rule: { source: 'studentNumber', suffix: null, target: 'mailNickname' },
  },
  teachers: {
    value: 'username|contoso.edu|userPrincipalName',
    rule: { source: 'username', suffix: 'contoso.edu', target: 'userPrincipalName' },
  },
} as const;

/** Both modes for everybody, and a district where only teachers get accounts. */
const rounds = [
  { mode: { students: 'match', teachers: 'create' }, look: looks[0] },
  { mode: { students: 'create', teachers: 'create' }, look: looks[1] },
  { mode: { students: 'match', teachers: 'match' }, look: looks[0] },
] as const;

t.test('every step by keyboard', { skip: noBrowser }, async (t) => {
  const home = t.testdir();
  const district = await openDistrict({
    ...{ dir: home, home, mode: { students: 'match', teachers: 'match' } as const, students: 40, accounts: true },
  });
  t.teardown(() => district.close());
  await district.commit(smallRoster(42));
  district.profile = { ...district.profile, state: 'preview' };
  await district.run();
  await district.store.withTenant(district.tenantId, (scope) => removeProfile(scope, 'test'));
  const { relay, code } = await consoleSetting(t, { home });
  await mkdir(screenshots, { recursive: true });

  for (const {
    mode,
    look: { name: lookName, ...look },
  } of rounds) {
    const name = `${mode.students}-${mode.teachers}-${lookName}`;
    const created = (['students', 'teachers'] as const).filter((role) => mode[role] === 'create');
    const matched = (['students', 'teachers'] as const).filter((role) => mode[role] === 'match');
    const tab = await openTab(t, browser, `${relay.url}/console/link#${await code()}`, look);
    const looksRight = async (what: string) => {
      await tab.screenshot({ path: join(screenshots, `wizard-${what}-${name}.png`), fullPage: true });
      t.ok((await tooWide(tab)) <= 0, `${what} fits ${look.viewport.width}`);
      t.strictSame(await violationsOf(tab), [], `${what}, ${name}`);
    };
    const next = async (step: string) => {
      await reach(tab, 'button[value="next"]');
      await tab.keyboard.press('Enter');
      await tab.waitForURL(new RegExp(`/${step}$`));
    };
    await tab.locator('input[name=code]:not([value=""])').waitFor();
    await reach(tab, 'button');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(`${relay.url}/console/`);
    await tab.goto(`${relay.url}/console/districts/contoso/profiles`);
    await looksRight('profiles');
    await reach(tab, 'form[action$="/begin"] button');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/source$/);

    // Enter in a field means "next": the empty name is refused, and the focus is at what is wrong.
    await reach(tab, 'input[name="name"]');
    await tab.keyboard.press('Enter');
    await tab.locator('.mistakes').waitFor();
    await looksRight('source');
    t.ok(await hasFocus(tab, '.mistakes'), 'the focus is at the mistakes');
    await reach(tab, '.mistakes a');
    await tab.keyboard.press('Enter');
    await type(tab, 'input[name="name"]', name);
    await next('mode');

    await choose(tab, `input[name="mode.students"][value="${mode.students}"]`);
    await choose(tab, `input[name="mode.teachers"][value="${mode.teachers}"]`);
    await looksRight('mode');
    await next('identity');
    await looksRight('identity');
    for (const role of matched) await choose(tab, `input[name="rule.${role}"][value="${rules[role].value}"]`);
    await next('domains');
    for (const role of created) {
      await reach(tab, `select[name="domains.${role}"]`);
      await tab.keyboard.type('contoso');
      await choose(tab, `input[name="accounts.${role}.username"][value="pattern"]`);
      await type(tab, `input[name="accounts.${role}.username.pattern"]`, '{givenName}.{surname}');
    }
    await looksRight('domains');
    await reach(tab, 'button[value="back"]');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/identity$/);
    for (const role of matched) {
      t.ok(
        await tab.locator(`input[name="rule.${role}"][value="${rules[role].value}"]`).isChecked(),
        'back loses nothing',
      );
    }
    await next('domains');
    for (const role of created) {
      const pattern = tab.locator(`input[name="accounts.${role}.username.pattern"]`);
      t.equal(await pattern.inputValue(), '{givenName}.{surname}');
    }
    await next('licenses');
    for (const role of created) {
      await reach(tab, `select[name="licenses.${role}"]`);
      await tab.keyboard.type('Office');
    }
    await looksRight('licenses');
    await next('schools');
    await choose(tab, 'input[name="schools"][value="all"]');
    await looksRight('schools');
    await next('properties');
    await reach(tab, 'input[value="grade"]');
    t.notOk(await tab.getByText('The agent will start sending the grade level').isVisible());
    await tab.keyboard.press('Space');
    t.ok(await tab.getByText('The agent will start sending the grade level').isVisible());
    await looksRight('properties');
    await next('classes');
    await looksRight('classes');
    await next('groups');
    await reach(tab, 'input[name="by"][value="school"]');
    await tab.keyboard.press('Space');
    await looksRight('groups');
    await next('guards');
    await type(tab, 'input[name="guards.removals.percent"]', '5');
    await looksRight('guards');
    await next('summary');
    await looksRight('summary');
    await reach(tab, 'a[href$="/preview"].button');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/preview$/);
    await looksRight('preview');
    await reach(tab, 'a[href$="/enable"].button');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/enable$/);
    await looksRight('enable');
    await reach(tab, 'form[action$="/now"] button');
    await tab.keyboard.press('Enter');
    await tab.waitForURL(/\/profiles$/);
    await looksRight('enabled');

    const [profile] = await relay.store.readTenant(district.tenantId, readProfiles);
    t.match(profile, {
      ...{ name, mode, state: 'enabled', guards: { removals: { percent: 5 } } },
      domains: Object.fromEntries(created.map((role) => [role, 'contoso.edu'])),
      identity: Object.fromEntries(matched.map((role) => [role, [rules[role].rule]])),
    });
    await relay.store.withTenant(district.tenantId, (scope) => removeProfile(scope, name));
  }
});
