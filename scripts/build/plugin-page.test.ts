import { readFile } from 'node:fs/promises';
import t from 'tap';
import { pluginPage, renderPluginPage } from './plugin-page.ts';

t.test('docs/plugin.md is the guide that the agent writes', async (t) => {
  t.equal(await readFile(pluginPage, 'utf8'), renderPluginPage(), 'run "npm run docs:plugin"');
});
