import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { openVault } from './key-file.ts';
import { randomPassword } from './random-password.ts';

t.test('creates a key on first use, for its owner alone, and once', async (t) => {
  const home = join(t.testdir(), 'state');
  const file = join(home, 'secret.key');
  const vault = openVault(home, undefined);
  t.notOk(existsSync(file), 'without secrets, no key is needed');
  const sealed = await Promise.all([vault, openVault(home, undefined)].map((one) => one.seal('geheim', 'p')));
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.not(sealed[0], sealed[1], 'the same secret never looks the same');
  for (const text of sealed) {
    t.notMatch(text, /geheim/);
    t.equal(await openVault(home, undefined).open(text, 'p'), 'geheim');
  }
});

t.test('does not open what was moved, changed or sealed with another key', async (t) => {
  const folder = t.testdir();
  const vault = openVault(folder, undefined);
  const sealed = await vault.seal('geheim', 'tenant/students:1');
  const wrong = { code: 'KEY_WRONG' };
  await t.rejects(vault.open(sealed, 'tenant/students:2'), wrong);
  await t.rejects(vault.open(`${sealed.slice(0, -2)}AA`, 'tenant/students:1'), wrong);
  await t.rejects(vault.open('v1', 'tenant/students:1'), wrong);
  await t.rejects(vault.open(`${sealed.slice(0, 12)}AAAA`, 'tenant/students:1'), wrong);
  const other = openVault(join(folder, 'other'), undefined);
  await t.rejects(other.open(sealed, 'tenant/students:1'), { ...wrong, message: /it was sealed with the key / });
});

t.test('refuses and never replaces a key file that is missing, open to others or invalid', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'relay.key');
  const refuse = (reason: RegExp) =>
    t.rejects(openVault(folder, file).seal('x', 'p'), { code: 'KEY_UNUSABLE', message: reason });
  await refuse(/it does not exist/);
  t.notOk(existsSync(file));
  writeFileSync(file, 'c2hvcnQ=\n', { mode: 0o600 });
  await refuse(/it has 5 bytes, not 32/);
  writeFileSync(file, `${Buffer.alloc(32, 7).toString('base64')}\n`);
  chmodSync(file, 0o640);
  await refuse(/others can read it \(mode 640\)/);
  chmodSync(file, 0o600);
  const vault = openVault(folder, file);
  t.equal(await vault.open(await vault.seal('x', 'p'), 'p'), 'x');
  t.equal(readFileSync(file, 'utf8').length, 45, 'it was left as it is');
});

t.test('first passwords are long enough, contain all classes, begin with a letter and never repeat', async (t) => {
  const policies = fc.record({
    length: fc.integer({ min: 12, max: 64 }),
    readable: fc.boolean(),
    mustChange: fc.boolean(),
  });
  fc.assert(
    fc.property(policies, (policy) => {
      const password = randomPassword(policy);
      const [, ...rest] = password;
      const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];
      return (
        password.length === policy.length &&
        /^[A-Za-z][\x21-\x7e]+$/.test(password) &&
        classes.every((each) => each.test(rest.join(''))) &&
        (!policy.readable || !/[0Oo1lI]/.test(password))
      );
    }),
  );
  const policy = { length: 16, readable: true, mustChange: true };
  t.equal(new Set(Array.from({ length: 1000 }, () => randomPassword(policy))).size, 1000);
});
