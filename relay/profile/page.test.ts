/** docs/profile.md names every part of a profile. */
import { readFile } from 'node:fs/promises';
import t from 'tap';
import { profile } from '../testing/planning.ts';

t.test('the page names every part of the document, and every date and policy', async (t) => {
  const page = await readFile(new URL('../../docs/profile.md', import.meta.url), 'utf8');
  const names = [...Object.keys(profile), ...Object.keys(profile.policies), ...Object.keys(profile.dates)];
  for (const name of names) t.ok(new RegExp(`[\`".]${name}[\`":.]`).test(page), name);
});
