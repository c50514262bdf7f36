/** Accounts deleted by hand: reported, linked again when restored, and created again only if the profile says so. */
import t from 'tap';
import { RawClient } from '../../scripts/simulators/microsoft/contract/raw-client.ts';
import { timestamp } from '../../shared/clock.ts';
import type { Link } from '../model/account-link.ts';
import { parseProfile } from '../profile/profile.ts';
import { readDeletedAccounts } from '../store/accounts/deleted-accounts.ts';
import { readPasswords } from '../store/accounts/initial-passwords.ts';
import { linkByHand, listLinks, unlinkByHand } from '../store/accounts/links.ts';
import { readHolds } from '../store/guard/holds.ts';
import { type District, skuId } from '../testing/district.ts';
import { classOf, codes, inStep, later, minutes, reasons, schoolOf, setPolicy, userOf } from '../testing/in-step.ts';

const create = { students: 'create', teachers: 'create' } as const;
const ana = { role: 'students', personId: '10' } as const;

async function linkOf({ store, tenantId }: District, personId = ana.personId): Promise<Link | undefined> {
  return (await store.withTenant(tenantId, listLinks)).find((link) => link.personId === personId);
}

/** Ana's account in full. */
function isWhole(district: District, name = 'student0'): boolean {
  const user = userOf(district, name);
  const isIn = ['50', '52', '54'].every((id) => classOf(district, id).members.has(user));
  const licenses = JSON.stringify(user.props.assignedLicenses ?? []);
  return isIn && schoolOf(district, '1').users.has(user) && licenses.includes(skuId);
}

const nameOf = (district: District, link: Link | undefined) =>
  district.microsoft.directory.users.get(link?.objectId ?? '')?.props.userPrincipalName;

t.test(
  'the person is reported and gets no other account; a restored account is theirs again, with everything',
  async (t) => {
    const district = await inStep(t, { mode: create });
    const { store, tenantId, microsoft } = district;
    const link = await linkOf(district);
    const user = microsoft.directory.users.get(link?.objectId ?? '');
    if (user === undefined) return t.fail('no account');
    const name = String(user.props.userPrincipalName).replace(/@.*/, '');
    t.ok(isWhole(district, name));
    const accounts = microsoft.directory.users.size;
    microsoft.directory.deleteUser(user);
    t.match(await later(district), { done: 0, failed: 0, problems: 1 });
    t.same(await codes(district), ['AccountDeletedByHand students:10']);
    t.equal(await linkOf(district), undefined);
    district.restart();
    t.match(
      await later(district, 40 * 24 * 60 * minutes),
      { done: 0, failed: 0, problems: 1 },
      'for as long as it lasts',
    );
    t.equal(microsoft.directory.users.size, accounts - 1);
    t.notOk((await store.withTenant(tenantId, readPasswords)).some(({ personId }) => personId === '10'));

    microsoft.directory.restore(user);
    t.match(await later(district), { failed: 0, problems: 0 });
    t.match(await linkOf(district), { objectId: link?.objectId, rule: 'created' });
    t.ok(isWhole(district, name));
    t.ok(
      (await store.withTenant(tenantId, readPasswords)).some(({ personId }) => personId === '10'),
      'its password too',
    );
    t.match(await later(district), { done: 0, failed: 0, problems: 0 });
    t.same(await store.withTenant(tenantId, readDeletedAccounts), []);
  },
);

t.test('if the profile says so, another one is created, at once or when the policy changes', async (t) => {
  const district = await inStep(t, { mode: create, drift: { deletedAccounts: 'recreate' } });
  const { store, tenantId, microsoft } = district;
  const before = await linkOf(district);
  const name = nameOf(district, before);
  const passwords = (await store.withTenant(tenantId, readPasswords)).length;
  microsoft.directory.deleteUser(userOf(district, String(name).replace(/@.*/, '')));
  t.match(await later(district), { failed: 0, problems: 0 });
  const after = await linkOf(district);
  t.ok(after !== undefined && after.objectId !== before?.objectId);
  t.equal(nameOf(district, after), name, 'under the name that was always theirs');
  t.ok(isWhole(district, String(name).replace(/@.*/, '')));
  t.same(await reasons(district), ['somebody deleted their account in Microsoft 365']);
  t.equal((await store.withTenant(tenantId, readPasswords)).length, passwords);
  const [waiting] = (await store.withTenant(tenantId, readPasswords)).filter(({ personId }) => personId === '10');
  t.equal(waiting?.objectId, after?.objectId);

  setPolicy(district, { deletedAccounts: 'report' });
  microsoft.directory.deleteUser(userOf(district, String(name).replace(/@.*/, '')));
  t.match(await later(district), { done: 0, problems: 1 });
  setPolicy(district, { deletedAccounts: 'recreate' });
  t.match(await later(district), { failed: 0, problems: 0 });
  t.ok(isWhole(district, String(name).replace(/@.*/, '')));
});

t.test('another account by hand ends the problem, and so does unlinking the deleted one', async (t) => {
  const district = await inStep(t, { mode: create });
  const { store, tenantId, microsoft } = district;
  const user = microsoft.directory.users.get((await linkOf(district))?.objectId ?? '');
  if (user === undefined) return t.fail('no account');
  microsoft.directory.deleteUser(user);
  t.match(await later(district), { done: 0, problems: 1 });
  const names = { userPrincipalName: 'other@contoso.edu', mailNickname: 'other', displayName: 'Other' };
  const other = microsoft.directory.addUser({ ...names, usageLocation: 'US' }, 'once');
  await store.withTenant(tenantId, (scope) =>
    linkByHand(scope, { ...ana, objectId: other.id }, 'Kim', timestamp(district.clock)),
  );
  t.match(await later(district), { failed: 0, problems: 0 });
  t.ok(classOf(district, '50').members.has(other));
  t.notOk((await store.withTenant(tenantId, readPasswords)).some(({ personId }) => personId === '10'));
  microsoft.directory.restore(user);
  t.match(await later(district), { done: 0, problems: 0 });
  t.match(await linkOf(district), { objectId: other.id }, 'a restored account comes too late');

  microsoft.directory.deleteUser(other);
  microsoft.directory.deleteUser(user);
  t.match(await later(district), { done: 0, problems: 1 });
  await store.withTenant(tenantId, (scope) => unlinkByHand(scope, ana, timestamp(district.clock)));
  const unlinkAgain = store.withTenant(tenantId, (scope) => unlinkByHand(scope, ana, timestamp(district.clock)));
  await t.rejects(unlinkAgain, { code: 'LINK_UNKNOWN' });
  t.match(await later(district), { failed: 0, problems: 0 });
  t.match(await linkOf(district), { rule: 'created' });
});

t.test('recreating many at once is held', async (t) => {
  const district = await inStep(t, { mode: create, students: 30, drift: { deletedAccounts: 'recreate' } });
  const { microsoft, store, tenantId } = district;
  const guards = { ...district.profile.guards, newAccounts: { percent: 20, population: 10 } };
  district.profile = parseProfile({ ...district.profile, guards }, 'test');
  t.match(await later(district), { done: 0, problems: 0 });
  const students = [...schoolOf(district, '1').users].filter((user) => user.props.primaryRole === 'student');
  for (const user of students) microsoft.directory.deleteUser(user);
  const { held, ...report } = await later(district);
  t.match(report, { done: 0, failed: 0 });
  t.ok(held > students.length, 'their memberships are held with them');
  const holds = await store.withTenant(tenantId, (scope) => readHolds(scope));
  t.match(holds, [{ key: 'createUser:1:share', count: students.length }]);
  for (const user of students) microsoft.directory.restore(user);
  t.match(await later(district), { failed: 0, held: 0, problems: 0 });
});

t.test('in match mode, the person is matched again as usual', async (t) => {
  const district = await inStep(t);
  const { directory } = district.microsoft;
  const user = userOf(district, 'student0');
  directory.deleteUser(user);
  t.match(await later(district), { done: 0, problems: 1 });
  t.same(await codes(district), ['UnmatchedEntry students:10']);
  const twin = {
    userPrincipalName: 'twin@contoso.edu',
    displayName: 'Twin',
    mailNickname: '4000',
    usageLocation: 'US',
  };
  const other = directory.addUser(twin, 'once');
  t.match(await later(district), { failed: 0, problems: 0 });
  t.match(await linkOf(district), { objectId: other.id });
  directory.deleteUser(other);
  directory.restore(user);
  t.match(await later(district), { failed: 0, problems: 0 });
  t.match(await linkOf(district), { objectId: user.id, rule: 'matched before, by own stamp' });
});

t.test(
  'it is noticed also if an earlier version read the accounts without recording which properties it selected',
  async (t) => {
    const district = await inStep(t, { mode: create });
    const { microsoft, store, tenantId } = district;
    const user = microsoft.directory.users.get((await linkOf(district))?.objectId ?? '');
    if (user === undefined) return t.fail('no account');
    await store.withTenant(tenantId, ({ db }) =>
      db.updateTable('directory_state').set({ users_selected: null }).execute(),
    );
    microsoft.directory.deleteUser(user);
    microsoft.directory.deltaPage = 2;
    t.match(await later(district), { done: 0, problems: 1 });
    t.same(await codes(district), ['AccountDeletedByHand students:10']);
    microsoft.stats.reset();
    await later(district);
    t.equal(microsoft.stats.byPath.get('GET /users/delta'), 1, 'everything is read once');
  },
);

t.test('it is noticed also if the delta link expired', async (t) => {
  const district = await inStep(t, { mode: create });
  const user = district.microsoft.directory.users.get((await linkOf(district))?.objectId ?? '');
  if (user === undefined) return t.fail('no account');
  district.microsoft.directory.deleteUser(user);
  await using control = new RawClient(district.microsoft);
  await control.control('POST', '/delta/expire');
  t.match(await later(district), { done: 0, problems: 1 });
  t.same(await codes(district), ['AccountDeletedByHand students:10']);
});
