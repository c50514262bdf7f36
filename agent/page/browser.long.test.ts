/** The page in a real browser: searches, narrow windows, a stopped agent, and whether everyone can use it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { launchBrowser, noBrowser, openTab, screenshots, tooWide, violationsOf } from '../../shared/testing/tab.ts';
import { ended, type Scene, scene, someChecks, working } from './testing/scene.ts';
import { scenes, withChecks } from './testing/scenes.ts';
import { type Page, startPage } from './web/server.ts';

const browser = await launchBrowser();
t.teardown(() => browser?.close());

async function serve(t: Test, { parts }: Scene): Promise<Page> {
  const page = await startPage(parts);
  t.teardown(() => page.close());
  return page;
}

t.test('log and schools can be searched', { skip: noBrowser }, async (t) => {
  const made = working(150);
  const { url } = await serve(t, made);
  const tab = await openTab(t, browser, url);
  await tab.locator('#bucket-rows').getByText('Maple').first().waitFor();
  const rows = () => tab.locator('#bucket-rows tr:visible').count();
  t.equal(await rows(), 150);
  await tab.getByLabel('Find a school').fill('harbor view high');
  t.ok((await rows()) > 0 && (await rows()) < 20);
  made.board.watch(ended({ outcome: 'changed', complete: false, held: ['student:1007'] }));
  await tab.locator('#bucket-rows [data-open]').waitFor({ state: 'attached' });
  t.ok((await rows()) < 20, 'the search stays when rows change');
  await tab.getByLabel('Find a school').fill('');
  await tab.getByRole('button', { name: 'Only not in step' }).click();
  t.equal(await rows(), 1);
  await tab.getByLabel('Find a school').fill('nowhere');
  t.ok(await tab.getByText('No school matches.').isVisible());

  const lines = () => tab.locator('#log li:visible').count();
  const events = await lines();
  await tab.getByRole('button', { name: 'Problems' }).click();
  t.equal(await lines(), 2);
  await tab.getByRole('button', { name: 'Everything' }).click();
  t.ok((await lines()) > events);

  const top = () => tab.locator('#log-box').evaluate((box) => box.scrollTop);
  const add = async (message: string) => {
    made.board.report({ event: 'link.lost', code: 'LINK_LOST', message });
    await tab.locator('#log').getByText(message).waitFor();
  };
  await add('the first');
  const before = await top();
  await add('the second');
  t.ok((await top()) > before, 'the end stays visible');
  await tab.getByRole('button', { name: 'Pause scrolling' }).click();
  const held = await top();
  await add('the third');
  t.equal(await top(), held);
});

t.test('a narrow window hints at more columns to the side, a wide one does not', { skip: noBrowser }, async (t) => {
  const { url } = await serve(t, working(6));
  // Closed before the tab, which complains when its server ends first.
  const empty = await serve(t, scene());
  const tab = await openTab(t, browser, url, { viewport: { width: 390, height: 900 } });
  const hint = tab.locator('.buckets .swipe');
  await tab.locator('#bucket-rows tr').first().waitFor();
  await hint.waitFor();
  t.ok((await tooWide(tab, '.buckets .scroller')) > 0, 'it does');
  await tab.setViewportSize({ width: 1280, height: 900 });
  await hint.waitFor({ state: 'hidden' });
  await tab.setViewportSize({ width: 390, height: 900 });
  await tab.goto(empty.url);
  await tab.getByText('Cycles appear here as they end.').waitFor();
  await tab.locator('.cycles .swipe').waitFor({ state: 'hidden' });
  t.ok((await tooWide(tab, '.cycles .scroller')) <= 0);
});

t.test('does not show a stopped agent as working', { skip: noBrowser }, async (t) => {
  const made = working();
  const first = await startPage(made.parts);
  const tab = await openTab(t, browser, first.url);
  await tab.locator('#cycles').getByText('sent').first().waitFor();
  tab.removeAllListeners('console');
  await first.close();
  await tab.getByText('The agent has not answered').waitFor();
  t.equal(await tab.title(), 'No answer – Hallpass agent');

  const again = await startPage({ ...made.parts, port: Number(new URL(first.url).port) });
  t.teardown(() => again.close());
  const token = /data-token="([^"]+)"/.exec(await (await fetch(again.url)).text())?.[1] ?? '';
  t.not(token, '');
  await tab.locator(`body[data-token="${token}"]`).waitFor();
  t.ok(await tab.getByText('Everything is working.').isVisible(), 'shows the page of the new process');
});

t.test(
  'is accessible to everyone: axe finds nothing, and nothing is wider than the screen',
  { skip: noBrowser },
  async (t) => {
    await mkdir(screenshots, { recursive: true });
    const ends = [
      { width: 1280, colorScheme: 'light' as const },
      { width: 360, colorScheme: 'dark' as const },
    ];
    const all = [...ends, { width: 1280, colorScheme: 'dark' as const }, { width: 360, colorScheme: 'light' as const }];
    /** Examines every kind of block once; the other scenes are only viewed. */
    const examined: Partial<Record<string, typeof all>> = {
      ...{ held: all, untrusted: ends.slice(1), fresh: ends.slice(0, 1) },
    };
    // One tab for all: opening a tab costs as much as everything else.
    const tab = await openTab(t, browser, undefined);
    for (const [name, make] of Object.entries(scenes)) {
      const { url } = await serve(t, withChecks(make()));
      await tab.goto(url);
      await tab.locator('#bucket-totals td').last().waitFor({ state: 'attached' });
      if (name in examined) {
        await tab.getByRole('button', { name: 'Run the checks' }).click();
        await tab.getByText(someChecks[2]?.fact ?? '').waitFor();
        // axe spends the same time on each of 300 similar log lines, so most are removed.
        await tab.locator('#log').evaluate((log) => log.replaceChildren(...[...log.children].slice(-20)));
      }
      const conditions = examined[name] ?? [];
      for (const condition of new Set([...ends, ...conditions])) {
        const { width, colorScheme } = condition;
        await tab.emulateMedia({ colorScheme });
        await tab.setViewportSize({ width, height: 900 });
        const wide = await tooWide(tab);
        t.ok(wide <= 0, `${name} at ${width} px is ${wide} px too wide`);
        // Each takes half a second, so redundant ones are skipped.
        if (condition === ends[0] || conditions.includes(condition)) {
          await tab.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
        }
        if (!conditions.includes(condition)) continue;
        t.same(await violationsOf(tab), [], `${name}, ${width} px, ${colorScheme}`);
      }
    }
    // Before the servers close: otherwise the tab would complain about its event stream after the end of the test.
    await tab.context().close();
  },
);
