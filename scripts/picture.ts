/** `npm run picture`: the pictures of the console in the README, of the demo as it is today. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launchBrowser, noBrowser } from '../shared/testing/tab.ts';
import { operator } from './demo/people.ts';
import { riverbend, summit } from './demo/sites.ts';
import { readScriptOptions } from './script-options.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const {
  options: { out },
} = readScriptOptions<{ out: string }>(
  'npm run picture --',
  'Starts the demo and takes the pictures of its console for the README: the fleet, and a run under way.',
  (command) => command.option('--out <folder>', 'where to put them', join(root, 'docs')),
);

/** Each is as high as what it shows. */
const pictures = [
  { name: 'fleet', path: '', height: 280 },
  { name: 'run', path: `districts/${summit.slug}/runs/1`, height: 620 },
];

/** The demo when the small districts have settled, and the large one is still loading. */
async function settled(): Promise<{ address: URL; end(): Promise<void> }> {
  const demo = spawn(process.execPath, [join(root, 'scripts/demo.ts'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(demo, 'exit');
  let address: URL | undefined;
  for await (const line of createInterface({ input: demo.stdout })) {
    const said = /^Console: (\S+)$/.exec(line)?.[1];
    if (said !== undefined) address = new URL(said);
    if (line.startsWith(`✓ ${riverbend.name} was rolled over`)) break;
  }
  if (address === undefined) throw new Error('The demo ended before its console could be used.');
  // What else it says is not read; it must not wait for that.
  demo.stdout.resume();
  return {
    address,
    async end() {
      demo.kill('SIGINT');
      await ended;
    },
  };
}

async function take({ origin, href }: URL): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined) throw new Error(noBrowser || 'There is no browser.');
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme });
      const tab = await context.newPage();
      await tab.goto(href);
      await tab.getByRole('button', { name: operator.name }).click();
      await tab.waitForURL(`${origin}/console/`);
      for (const { name, path, height } of pictures) {
        await tab.setViewportSize({ width: 1280, height });
        await tab.goto(`${origin}/console/${path}`);
        await tab.screenshot({ path: join(out, `console-${name}-${colorScheme}.png`) });
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

if (noBrowser !== false) throw new Error(noBrowser);
const demo = await settled();
try {
  await take(demo.address);
} finally {
  await demo.end();
}
