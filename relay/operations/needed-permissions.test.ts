/** Which permissions a profile needs; docs/relay.md must name all of them. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { reading } from '../model/permissions.ts';
import { parseProfile } from '../profile/profile.ts';
import { alwaysNeeded, neededByOptions, permissionProblems } from './needed-permissions.ts';
import { permissionUses, reasons } from './permission-uses.ts';
import { users } from './permissions.ts';
import { operationKinds, specOf } from './registry.ts';

const skuId = '6fd2c87f-b296-42f0-b197-1e91e994b900';
const document = {
  version: 1,
  name: 'test',
  mode: { students: 'match', teachers: 'create' },
  identity: { students: { source: 'studentNumber', suffix: null, target: 'mailNickname' } },
  domains: { teachers: 'contoso.edu' },
  licenses: { students: null, teachers: skuId, usageLocation: 'US' },
  schools: 'all',
  properties: {},
};
const base = [...alwaysNeeded, reading.hiddenMembers, users].map(([least]) => least);

/** Fields and remedies for an application with the base permissions, plus changes. */
function problemsOf(change: object, { more = [], without = [] }: { more?: string[]; without?: string[] } = {}) {
  const granted = [...base, ...more].filter((name) => !without.includes(name));
  return [...permissionProblems(parseProfile({ ...document, ...change }, 'test'), granted)];
}

t.test('every run needs only the least privileged permissions that suffice', async (t) => {
  t.same(alwaysNeeded.map(([least]) => least).sort(), [
    'EduRoster.ReadWrite.All',
    'Group.ReadWrite.All',
    'User.Read.All',
  ]);
});

t.test('an option that needs more says so where it is set, and how to do without', async (t) => {
  const few = { without: ['User.ReadWrite.All', 'Group.ReadWrite.All'] };
  const disables = { studentGone: 'disable', revokeSessions: true };
  const cases: [change: object, field: string, act: RegExp, remedy: RegExp][] = [
    [
      {},
      'licenses',
      /may not assign licenses$/,
      /^Grant it LicenseAssignment\.ReadWrite\.All, or assign .* a group\.$/,
    ],
    [{ classes: { createTeam: true } }, 'classes.createTeam', /may not create teams$/, /Team\.Create, or set /],
    [{ policies: disables }, 'policies.revokeSessions', /may not sign anybody out$/, /User\.RevokeSessions\.All/],
    [{ policies: { sectionGone: ['archiveTeam'] } }, 'policies.sectionGone', /may not archive teams$/, /TeamSettings/],
    [
      { groups: { by: ['school'] } },
      'groups.by',
      /may not create security groups$/,
      /Group\.Create, or set groups\.by to /,
    ],
  ];
  for (const [change, field, reason, remedy] of cases) {
    const found = problemsOf(change, few).filter((one) => one.field === field);
    t.match(found, [{ severity: 'error', reason, remedy }], field);
    t.equal(found.length, 1);
    const [, least = ''] = /Grant it ([\w.]+),/.exec(found[0]?.remedy ?? '') ?? [];
    t.same(
      problemsOf(change, { ...few, more: [least] }).filter((one) => one.field === field),
      [],
      `${least} is enough`,
    );
  }
  t.equal(cases.length, neededByOptions.size, 'every option is tried');
  const nobodyIsDisabled = problemsOf({ policies: { revokeSessions: true } }, few);
  t.same(
    nobodyIsDisabled.filter(({ field }) => field === 'policies.revokeSessions'),
    [],
  );
  const byGroup = { licenses: { ...document.licenses, teachers: { group: skuId } } };
  t.same(problemsOf(byGroup), []);
  t.same(problemsOf({}), [], 'and a permission that covers another one suffices');
});

t.test('missing permissions that many tenants do without, or that hide facts, are warnings', async (t) => {
  const few = { more: ['LicenseAssignment.ReadWrite.All'], without: ['User.ReadWrite.All'] };
  t.match(problemsOf({}, few), [{ severity: 'warning', field: 'the document', reason: /adding members to groups/ }]);
  t.equal(problemsOf({}, { without: ['User.ReadWrite.All'] }).length, 1, 'one permission is asked for once');
  t.match(problemsOf({}, { without: ['Member.Read.Hidden'] }), [
    { severity: 'warning', reason: /may not see who is in a class/ },
  ]);
});

t.test('docs/relay.md names exactly the permissions that may be requested', async (t) => {
  const page = readFileSync(new URL('../../docs/relay.md', import.meta.url), 'utf8');
  const [, table = ''] = /### Permissions\n.*?\n((?:\|[^\n]*\n)+)/s.exec(page) ?? [];
  const named = table.split('\n').flatMap((line) => line.split('|')[1]?.match(/[A-Z]\w+(?:\.\w+)+/g) ?? []);
  const asked = [...alwaysNeeded, ...Object.values(reading), ...[...neededByOptions.values()].flat()];
  t.same(named.sort(), [...new Set(asked.map(([least]) => least))].sort());
});

t.test('every operation is covered by permissions that some run requests', async (t) => {
  for (const kind of operationKinds) {
    const { option, permissions } = specOf(kind);
    const needed = option === undefined ? [...alwaysNeeded, users] : (neededByOptions.get(option) ?? []);
    const least = needed.map(([name]) => name);
    for (const anyOf of permissions)
      t.ok(
        anyOf.some((name) => least.includes(name)),
        `${kind}: ${anyOf[0]}`,
      );
  }
});

t.test('every permission that is asked for has its reason, and no other', (t) => {
  const asked = permissionUses.map(({ permission }) => permission);
  t.same(
    permissionUses.filter(({ why }) => why === ''),
    [],
  );
  t.same(
    Object.keys(reasons).filter((permission) => !asked.includes(permission)),
    [],
  );
  t.end();
});
