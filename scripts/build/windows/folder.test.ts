/** apt itself reads its sources, in all their forms: what is asked of it, and what is made of its answer. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { debianMirror, indexFormat } from './folder.ts';

const skip = spawnSync('apt-get', ['--version']).status === 0 ? false : 'apt is not installed';
const release = (
  origin: string,
  label: string,
) => `Origin: ${origin}\nLabel: ${label}\nComponents: main\nArchitectures: amd64
Date: Tue, 01 Sep 2026 10:00:00 UTC\nSHA256:\n ${'0'.repeat(64)} 10 main/binary-amd64/Packages\n`;

t.test('the mirror is the main archive of Debian, in either form of sources', { skip }, async (t) => {
  const ours = {
    deb822:
      '# http://old.example.net/debian\nTypes: deb\nURIs: http://deb.example.org/debian\nSuites: stable\nComponents: main\nSigned-By: /k.gpg\n',
    list: '# deb http://old.example.net/debian stable main\ndeb [arch=amd64 signed-by=/k.gpg] http://deb.example.org/debian stable main # ours\n',
  };
  const foreign = 'deb [arch=amd64] https://apt.example.com/debian stable main\n';
  for (const [form, text] of Object.entries(ours)) {
    const folder = t.testdir({});
    const [parts, lists] = [join(folder, 'parts'), join(folder, 'lists')];
    await Promise.all([mkdir(parts), mkdir(join(lists, 'partial'), { recursive: true })]);
    await writeFile(join(parts, 'a.list'), foreign);
    await writeFile(join(parts, `b.${form === 'list' ? 'list' : 'sources'}`), text);
    await writeFile(join(lists, 'apt.example.com_debian_dists_stable_Release'), release('Example', 'Example'));
    await writeFile(join(lists, 'deb.example.org_debian_dists_stable_Release'), release('Debian', 'Debian'));
    // apt names only indexes that it has fetched.
    for (const name of ['apt.example.com', 'deb.example.org']) {
      await writeFile(join(lists, `${name}_debian_dists_stable_main_binary-amd64_Packages`), '');
    }
    const options = [
      'Dir::Etc::sourcelist=/dev/null',
      `Dir::Etc::sourceparts=${parts}`,
      `Dir::State::lists=${lists}`,
      'APT::Architecture=amd64',
    ];
    const asked = [...options.flatMap((option) => ['-o', option]), 'indextargets', '--format', indexFormat];
    const { stdout, stderr } = spawnSync('apt-get', asked, { encoding: 'utf8' });
    t.equal(debianMirror(stdout), 'http://deb.example.org/debian/', `${form} ${stderr}`);
  }
});

t.test('security updates and other components are no mirror', async (t) => {
  t.equal(
    debianMirror(
      'http://a.example.org/s/|Debian|Debian-Security|main\nhttp://b.example.org/d/|Debian|Debian|contrib\n',
    ),
    undefined,
  );
});
