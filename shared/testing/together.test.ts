import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const together = new URL('./together.ts', import.meta.url);

t.test('runs each file as a subtest of its name, and fails if one of them does', async (t) => {
  const test = (name: string, end: string) => `
    import t from 'tap';
    import { order } from './order.mjs';
    order.push('${name} begins');
    t.teardown(() => order.push('${name} is torn down'));
    t.test('in ${name}', async (t) => { t.pass(order.join(', ')); ${end} });
  `;
  const folder = t.testdir({
    'order.mjs': 'export const order = [];',
    'first.mjs': test('first', "t.equal(1, 2, 'one is two')"),
    'second.mjs': test('second', ''),
  });
  const files = ['first.mjs', 'second.mjs'].map((file) => join(folder, file));
  const script = `import { runTogether } from '${together}'; await runTogether(${JSON.stringify(files)});`;
  const { TAP_CHILD_ID, ...env } = process.env;
  const args = ['--input-type=module', '-e', script];
  const failure: { code: number; stdout: string } = await promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error) => error,
  );
  t.equal(failure.code, 1);
  t.match(failure.stdout, /^not ok 1 - \S*first\.mjs/m);
  t.match(failure.stdout, /^ {8}not ok 2 - one is two/m);
  t.match(failure.stdout, /^ok 2 - \S*second\.mjs/m);
  t.match(failure.stdout, 'first begins, first is torn down, second begins');
});
