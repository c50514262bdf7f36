import { readFile } from 'node:fs/promises';
import t from 'tap';
import { catalog } from '../../shared/errors.ts';
import { errorsPage, renderErrors } from './errors-page.ts';

t.test('docs/errors.md is what the catalog says', async (t) => {
  t.equal(await readFile(errorsPage, 'utf8'), renderErrors(), 'run "npm run docs:errors"');
});

t.test('every code has its heading', async (t) => {
  const page = renderErrors();
  for (const code of Object.keys(catalog)) t.ok(page.includes(`### ${code}\n`), code);
});
