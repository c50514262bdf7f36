/** `hallpass-agent plugin` as an administrator types it. */
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { readPluginFile } from '../../plugin/unpack.ts';
import { hallpassVersion } from '../../shared/version.ts';
import { runCli } from '../cli/program.ts';

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function plugin(folder: string, ...args: string[]): Promise<Outcome> {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(['plugin', ...args], {
    folder: join(folder, 'home'),
    env: {},
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stderr as unknown as NodeJS.WriteStream,
    hostname: 'test-host',
    platform: 'linux',
    uid: 1000,
    invocation: ['hallpass-agent'],
    stop: new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await output;
  return { code, out, err };
}

const files = async (folder: string) => (await readdir(folder)).sort();

function folderOf(t: Test): { folder: string; zip: string } {
  const folder = t.testdir();
  return { folder, zip: join(folder, 'hallpass-plugin.zip') };
}

t.test('writes the ZIP and its guide', async (t) => {
  const { folder, zip } = folderOf(t);
  t.match(await plugin(folder, '--out', zip), {
    code: 0,
    err: '',
    out: /8 queries, 76 columns, read only[\s\S]*tick Enable/,
  });
  t.same(await files(folder), ['hallpass-plugin.md', 'hallpass-plugin.zip']);
  t.match(await readPluginFile(zip), { name: 'Hallpass', version: hallpassVersion });
  t.match(
    await readFile(join(folder, 'hallpass-plugin.md'), 'utf8'),
    '`hallpass-plugin.zip` contains the plugin Hallpass',
  );

  const guide = join(folder, 'steps.md');
  const rest = await plugin(
    folder,
    '--out',
    join(folder, 'rest'),
    '--guide',
    guide,
    '--variant',
    'rest',
    '--version',
    '7.1',
  );
  t.match(rest, { code: 0, out: /Hallpass 7\.1, no queries, reads \/ws\/v1 \(variant rest\)/ });
  t.match(await readFile(guide, 'utf8'), /`rest` contains the plugin Hallpass 7\.1/);
  t.match(await readPluginFile(join(folder, 'rest')), { v1Access: 'READ', version: '7.1' });
});

t.test('an optional property adds one column, and the summary says when it leaves the network', async (t) => {
  const { folder, zip } = folderOf(t);
  const explained = await plugin(folder, '--explain', '--also', 'homeRoom', '--out', zip);
  t.match(explained, {
    code: 0,
    out: /8 queries, 77 columns[\s\S]*Home_Room +student +asked +home room of each student/,
  });
  t.match(await readFile(join(folder, 'hallpass-plugin.md'), 'utf8'), '| `STUDENTS.Home_Room` | student | asked |');
});

t.test('an update needs a higher version than the earlier plugin', async (t) => {
  const { folder, zip } = folderOf(t);
  const old = join(folder, 'old.zip');
  await plugin(folder, '--out', zip);
  await rename(zip, old);
  const column = ['--student-email', 'column:U_STUDENTSUSERFIELDS.Email'];
  t.match(await plugin(folder, '--out', zip, '--previous', old, ...column), {
    code: 78,
    err: `error[PLUGIN_VERSION_NOT_HIGHER] The version ${hallpassVersion} is not higher than ${hallpassVersion}`,
  });
  t.notOk((await files(folder)).includes('hallpass-plugin.zip'), 'nothing was written');

  const [, suggested = ''] =
    /--version ([\d.]+)\./.exec((await plugin(folder, '--out', zip, '--previous', old)).err) ?? [];
  t.match(await plugin(folder, '--out', zip, '--previous', old, '--version', suggested, ...column), {
    code: 0,
    out: `disable Hallpass ${hallpassVersion}, install this one, enable it`,
  });
  t.match([...(await readPluginFile(zip)).accessRequest.keys()].join(), 'U_STUDENTSUSERFIELDS.EMAIL');
});

t.test('accounts for every column and every change without writing anything', async (t) => {
  const { folder, zip } = folderOf(t);
  await plugin(folder, '--out', zip);
  const explained = await plugin(folder, '--explain', '--previous', zip, '--teacher-username', 'number');
  t.match(explained, { code: 0, err: '' });
  t.match(explained.out, /^ {2}Enroll_Status +never +only active students are read$/m);
  t.match(explained.out, /^ {2}Last_Name +student +asked +surname of each student$/m);
  t.match(explained.out, /^ {2}- USERS\.LoginID$/m);
  t.match(explained.out, /asks for nothing new[\s\S]*would refuse to install version/);

  const json = await plugin(folder, '--json', '--previous', zip, '--variant', 'rest');
  t.match(JSON.parse(json.out), {
    plugin: { variant: 'rest', version: hallpassVersion },
    columns: [],
    resources: [{ resource: 'school' }],
    notes: [/as a whole/],
    differences: { v1Access: { from: 'NONE', to: 'READ' }, versionIsHigher: false },
  });
  const both = await plugin(folder, '--json', '--out', zip);
  t.match(JSON.parse(both.out), {
    written: { zip, guide: join(folder, 'hallpass-plugin.md') },
    columns: [{ table: 'CC' }],
  });
  t.same(await files(folder), ['hallpass-plugin.md', 'hallpass-plugin.zip']);
});

t.test('refuses wrong options before writing anything', async (t) => {
  const { folder, zip } = folderOf(t);
  const other = join(t.testdir({ 'sds.xml': sdsPlugin, 'broken.zip': 'PK' }));
  const cases: [string[], number, RegExp][] = [
    [[], 64, /--out <file>' or '--explain'/],
    [['--out', zip, '--variant', 'soap'], 64, /powerquery, rest, rest-legacy/],
    [['--out', zip, '--student-email', 'STUDENTS.Email'], 78, /PLUGIN_OPTION_INVALID.*column:TABLE\.FIELD/],
    [['--out', zip, '--teacher-username', 'column:USERS.SSN'], 78, /PLUGIN_OPTION_INVALID.*secret/],
    [['--out', zip, '--variant', 'rest', '--student-email', 'person'], 78, /PLUGIN_OPTION_INVALID.*names no columns/],
    [['--out', zip, '--variant', 'rest', '--also', 'homeRoom'], 78, /PLUGIN_OPTION_INVALID.*--also.*names no columns/],
    [['--out', zip, '--also', 'shoeSize'], 64, /it is one of homeRoom/],
    [['--out', zip, '--version', '1.0-beta'], 78, /PLUGIN_OPTION_INVALID.*digits and dots/],
    [['--out', zip, '--version', '1.000000000000000000000'], 78, /PLUGIN_OPTION_INVALID.*20 characters/],
    [['--out', zip, '--guide', zip], 78, /PLUGIN_OPTION_INVALID.*same file/],
    [['--out', zip, '--previous', join(other, 'none.zip')], 78, /FILE_UNREADABLE/],
    [['--out', zip, '--previous', join(other, 'broken.zip')], 78, /PLUGIN_ARCHIVE_INVALID/],
    [['--explain', '--previous', join(other, 'sds.xml')], 78, /PLUGIN_OF_ANOTHER_NAME.*"Microsoft School Data Sync"/],
  ];
  for (const [args, code, err] of cases) t.match(await plugin(folder, ...args), { code, err, out: '' }, args.join(' '));
  t.same(await files(folder), ['broken.zip', 'sds.xml']);
  t.match(await plugin(folder, '--out', zip, '--guide', join(folder, 'no', 'guide.md')), {
    code: 78,
    err: /PLUGIN_UNWRITABLE.*guide\.md/,
  });
});

/** Has the shape of the plugin that Microsoft's own sync asked districts to install. */
const sdsPlugin = `<?xml version="1.0" encoding="UTF-8"?>
<plugin xmlns="http://plugin.powerschool.pearson.com" name="Microsoft School Data Sync" version="1.0.0">
  <oauth></oauth>
  <publisher name="Microsoft Corp."><contact email="sis@microsoft.example"/></publisher>
</plugin>`;
