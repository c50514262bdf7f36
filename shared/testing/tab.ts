/**
 * A real browser showing the page: any complaint from the browser fails the test, and axe reports what is not
 * accessible.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page as Tab } from 'playwright-core';
import type { Test } from 'tap';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why no browser is available, so that tests can be skipped; false when there is one. */
export const noBrowser = existsSync(executablePath)
  ? false
  : `there is no browser at ${executablePath} (CHROMIUM names another)`;

/** For people to look at; not committed. */
export const screenshots = join(process.cwd(), '.tap', 'screenshots');

/** How pages are looked at: both widths and both color schemes, in two runs. */
export const looks = [
  { name: 'wide-light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'narrow-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const;

export async function launchBrowser(): Promise<Browser | undefined> {
  if (noBrowser !== false) return undefined;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Opens a tab in which every complaint from the browser (policy, script, console) fails the test. */
export async function openTab(
  t: Test,
  browser: Browser | undefined,
  url: string | undefined,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  if (browser === undefined) throw new TypeError('skipped without a browser');
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  t.teardown(() => context.close());
  const tab = await context.newPage();
  tab.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') t.fail(message.text());
  });
  tab.on('pageerror', (error) => t.fail(error.message));
  tab.on('request', (asked) => {
    if (!asked.url().startsWith('http://127.0.0.1:')) t.fail(`asks for ${asked.url()}`);
  });
  if (url !== undefined) await tab.goto(url);
  return tab;
}

/** How many pixels the page, or a part of it, is wider than its window: 0 or less is right. */
export async function tooWide(tab: Tab, part = 'html'): Promise<number> {
  return tab.locator(part).evaluate((box) => box.scrollWidth - box.clientWidth);
}

/**
 * What axe finds, one line per rule.
 *
 * @param parts selectors of the parts to examine; the whole page when absent
 */
export async function violationsOf(tab: Tab, parts: readonly string[] = []): Promise<string[]> {
  // Legacy mode does not look into frames, which the page does not have, and takes half the time.
  const axe = new AxeBuilder({ page: tab }).setLegacyMode(true);
  for (const part of parts) axe.include(part);
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
