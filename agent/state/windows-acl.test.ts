import { writeFile } from 'node:fs/promises';
import t from 'tap';
import type { Run } from '../system/run.ts';
import { closeFolder, closingArguments, readSddl, rightsInWords, serviceSid } from './windows-acl.ts';

t.test('reads from an access list whether everyone may open the folder', async (t) => {
  const programData = 'D:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)';
  t.same(readSddl(programData), { isProtected: false, open: ['BU'] }, 'what a new folder inherits from ProgramData');
  t.same(readSddl('D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'), { isProtected: true, open: [] });
  t.same(readSddl('D:P(D;;FA;;;WD)(A;;FA;;;S-1-1-0)(A;;FR;;;S-1-5-21-1-2-3-513)')?.open, [
    'S-1-1-0',
    'S-1-5-21-1-2-3-513',
  ]);
  t.same(readSddl('D:P(A;;FA;;;S-1-5-21-1-2-3-1104)')?.open, [], 'an account that somebody chose');
  t.equal(readSddl('O:BA'), undefined, 'without a list, everything is open');
  t.match(rightsInWords(readSddl(programData)), /every user/);
  t.match(rightsInWords(undefined), /does not show/);
});

t.test("computes a service's account before the service exists", async (t) => {
  // From Microsoft's documentation of service SIDs.
  t.equal(serviceSid('TrustedInstaller'), 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464');
});

t.test('closes an open folder, and reports what it found', async (t) => {
  let sddl = 'D:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)';
  const asked: string[] = [];
  /** icacls as far as it matters here: it removes the groups that it is told to remove. */
  const icacls: Run = async (program, args) => {
    asked.push([program, ...args].join(' '));
    if (args[1] === '/save') await writeFile(args[2] ?? '', Buffer.from(`\uFEFFAgent\r\n${sddl}\r\n`, 'utf16le'));
    if (args[1] === '/inheritance:d') sddl = sddl.replace('D:AI', 'D:PAI');
    if (args.includes('*S-1-5-32-545')) sddl = sddl.replace(/\(A;OICIID;0x1200a9;;;BU\)/, '');
    return { code: 0, stdout: program === 'whoami.exe' ? '"CORP\\kim","S-1-5-21-1-2-3-1104"\r\n' : '', stderr: '' };
  };
  t.same(await closeFolder('C:\\Agent', 'hallpass-agent', icacls), { isProtected: true, open: [] });
  t.match(asked.join('\n'), /\*S-1-5-21-1-2-3-1104:\(OI\)\(CI\)F/);
  const before = asked.length;
  await closeFolder('C:\\Agent', 'hallpass-agent', icacls);
  t.equal(asked.length, before + 1, 'a closed folder is only read');
  const silent: Run = async () => ({ code: 0, stdout: '', stderr: '' });
  t.equal(await closeFolder('C:\\Agent', 'hallpass-agent', silent), undefined, 'claims nothing');
  t.equal(closingArguments('C:\\Agent', 'hallpass-agent', undefined, []).length, 3);
});
