/** Which accounts can belong to a person in the roster, and how they are found. */
import fc from 'fast-check';
import t from 'tap';
import type { DirectoryUser } from '../model/directory-user.ts';
import { type CandidateOptions, noCandidateOptions } from '../profile/identity-rules.ts';
import { account, matchPeople, person, rule } from '../testing/matching.ts';
import { DirectoryIndex } from './directory-index.ts';

t.test(
  'guests, mailboxes and listed accounts belong to nobody in the roster, unless the profile says so',
  async (t) => {
    const rules = { students: [rule({ source: 'secondaryEmail', suffix: null, target: 'mail' })] };
    const mail = 'ana@home.example';
    const ana = person('1', { secondaryEmail: mail });
    const nobodys: [Partial<DirectoryUser>, Partial<CandidateOptions>, RegExp][] = [
      [{ userType: 'Guest' }, { guests: 'match' }, /guest/],
      [{ userType: 'guest' }, { guests: 'match' }, /guest/],
      [{ userPrincipalName: 'ana_home.example#EXT#@contoso.edu', userType: 'Member' }, { guests: 'match' }, /guest/],
      [{ creationType: 'Invitation' }, { guests: 'match' }, /guest/],
      [{ externalUserState: 'PendingAcceptance' }, { guests: 'match' }, /guest/],
      [{ enabled: false, licensed: false }, { mailboxes: 'match' }, /room or shared mailbox/],
    ];
    for (const [values, allowed, what] of nobodys) {
      const directory = new DirectoryIndex([account('x', { mail, ...values })]);
      const result = matchPeople([ana], directory, rules);
      t.match(result, { links: [], problems: [{ code: 'ExcludedAccount', message: what, action: /identity\./ }] });
      const options = { ...noCandidateOptions, ...allowed };
      t.match(
        matchPeople([ana], directory, rules, new Map(), options).links,
        [{ objectId: 'x' }],
        'the profile says so',
      );
      directory.add(account('theirs', { mail }));
      t.match(matchPeople([ana], directory, rules).links, [{ objectId: 'theirs' }], 'nor are they a second candidate');
    }
    const person0: Partial<DirectoryUser>[] = [
      { enabled: false, licensed: true },
      { enabled: false, hasGivenName: true },
      { enabled: false, hasSurname: true },
      { userType: null },
      { userType: 'Member', creationType: 'EmailVerified' },
    ];
    for (const values of person0) {
      const directory = new DirectoryIndex([account('x', { mail, ...values })]);
      t.match(matchPeople([ana], directory, rules).links, [{ objectId: 'x' }], JSON.stringify(values));
    }
    for (const never of ['X@contoso.edu', 'x', '*@contoso.edu', 'x@*']) {
      const options = { ...noCandidateOptions, never: [never] };
      const result = matchPeople([ana], new DirectoryIndex([account('x', { mail })]), rules, new Map(), options);
      t.match(result, { links: [], problems: [{ code: 'ExcludedAccount', message: /list/ }] }, never);
    }
    const options = { ...noCandidateOptions, never: ['x.contoso.edu', 'admin-*', 'y@contoso.edu'] };
    const others = matchPeople([ana], new DirectoryIndex([account('x', { mail })]), rules, new Map(), options);
    t.match(others.links, [{ objectId: 'x' }], 'a dot matches only a dot');
  },
);

t.test('the index follows every change of an account', async (t) => {
  const name = fc.constantFrom('ana', 'Ana', 'bo', null);
  const change = fc.record({ id: fc.nat(5), mailNickname: name, gone: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const index = new DirectoryIndex();
      const plain = new Map<string, string | null>();
      for (const { id, mailNickname, gone } of changes) {
        if (gone) index.remove(String(id));
        else index.add(account(String(id), { mailNickname }));
        if (gone) plain.delete(String(id));
        else plain.set(String(id), mailNickname);
      }
      return ['ana', 'bo'].every((value) => {
        const expected = [...plain].filter(([, nickname]) => nickname?.toLowerCase() === value).map(([id]) => id);
        return [...index.find('mailNickname', value)].sort().join() === expected.sort().join();
      });
    }),
  );
  t.pass('it holds');
});
