import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command, Help } from 'commander';
import t from 'tap';
import { systemClock } from '../../shared/clock.ts';
import { commands } from './commands.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

const context = {
  ...{ home: 'nowhere', out: process.stdout, err: process.stderr, user: 'operator', clock: systemClock, rich: false },
  stop: new AbortController().signal,
};

t.test("the program's help shows every command as it is", async (t) => {
  for (const { usage, load } of commands) {
    const [name = '', ...aliases] = usage.replace(/ .*/, '').split('|');
    const command = new Command(name).aliases(aliases);
    (await load())(command, context);
    t.equal(usage, new Help().subcommandTerm(command));
  }
});

/** Prints the loaded modules, one address per line, in place of the program's output. */
const listing = `data:text/javascript,${encodeURIComponent(`
  import module from 'node:module';
  process.stdout.write = () => true;
  module.registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`)}`;

t.test('--version and --help load only the definitions', async (t) => {
  for (const option of ['--version', '--help']) {
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', listing, main, option]);
    const loaded = stderr.split('\n');
    t.ok(
      loaded.some((url) => url.endsWith('/relay/cli/commands.ts')),
      option,
    );
    const packages = new Set(loaded.flatMap((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.slice(1) ?? []));
    t.same([...packages], ['commander']);
    t.same(
      loaded.filter((url) => /\/relay\/(?!main|flat-memory|cli\/|settings\/home|network\/proxy)/.test(url)),
      [],
      'neither store nor application',
    );
  }
});
