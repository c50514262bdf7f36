/** A tenant that School Data Sync has run in: which stamps Graph shows, and to whom. */
import t, { type Test } from 'tap';
import { RawClient } from './contract/raw-client.ts';
import type { DirectoryFile } from './directory-file.ts';
import { sdsExtension } from './graph/resources.ts';
import { type SdsDistrict, type SdsOptions, seedSds } from './sds-seed.ts';
import { startMicrosoftSimulator } from './server.ts';

const anchor = `${sdsExtension}AnchorId`;
const type = `${sdsExtension}ObjectType`;

const section = (id: string) => ({
  id,
  schoolId: '1',
  name: `Class ${id}`,
  courseName: 'Art',
  courseNumber: 'A1',
  sectionNumber: '1',
});
const district: SdsDistrict = {
  schools: [{ id: '1', name: 'North', number: '100' }],
  sections: Array.from({ length: 20 }, (_, at) => section(String(50 + at))),
  people: Array.from({ length: 20 }, (_, at) => ({
    role: at === 0 ? 'teacher' : 'student',
    id: String(at),
    number: String(4000 + at),
    userPrincipalName: `p${at}@contoso.edu`,
    schoolIds: ['1'],
  })),
  memberships: [
    { sectionId: '50', role: 'teacher', personId: '0' },
    { sectionId: '50', role: 'student', personId: '1' },
  ],
};
const file: DirectoryFile = {
  tenant: { displayName: 'Contoso', domains: [{ id: 'contoso.edu', isDefault: true }], skus: [] },
  users: district.people.map(({ userPrincipalName, id }) => ({
    userPrincipalName,
    mailNickname: `p${id}`,
    displayName: `P ${id}`,
  })),
};

async function tenant(t: Test, options: Partial<SdsOptions> & Pick<SdsOptions, 'form'>): Promise<RawClient> {
  const simulator = await startMicrosoftSimulator({ directory: seedSds(file, district, { seed: 1, ...options }) });
  const graph = await RawClient.signedIn(simulator);
  t.teardown(async () => {
    await graph[Symbol.asyncDispose]();
    await simulator.close();
  });
  return graph;
}

t.test('only a client that asks for stamps sees them', async (t) => {
  const graph = await tenant(t, { form: 'v1' });
  for (const path of ['/users', '/groups', '/users/delta', '/groups/delta', '/education/classes', '/education/users']) {
    const { value } = await graph.all(path);
    t.ok(value.length > 0);
    t.notOk(
      value.some((one) => Object.keys(one).some((name) => name.startsWith('extension_'))),
      path,
    );
  }
  t.equal((await graph.call('GET', `/education/classes?$select=${anchor}`)).status, 400, 'no property of a class');
  const users = await graph.all(`/users?$select=id,${anchor}`);
  t.ok(users.value.some((user) => user[anchor] === 'Teacher_0'));
  t.ok(users.value.some((user) => user[anchor] === 'Student_1'));
  for (const path of ['/users/delta', '/groups/delta']) {
    const { value } = await graph.all(`${path}?$select=id,${anchor}`);
    t.ok(
      value.some((one) => typeof one[anchor] === 'string'),
      path,
    );
  }
});

t.test('filters stamps by eq, startswith and up to 15 clauses', async (t) => {
  const graph = await tenant(t, { form: 'v2.1' });
  const find = (filter: string) => graph.all(`/groups?$select=id,${anchor}&$filter=${encodeURIComponent(filter)}`);
  t.equal((await find(`${anchor} eq 'Section_50'`)).value.length, 1);
  t.equal((await find(`startswith(${anchor},'Section_5')`)).value.length, 10);
  t.equal((await find(`${type} eq 'Section'`)).value.length, 20);
  const clauses = (count: number) =>
    encodeURIComponent(Array.from({ length: count }, (_, at) => `${anchor} eq 'Section_${50 + at}'`).join(' or '));
  const fifteen = await graph.all(`/groups?$select=id&$filter=${clauses(15)}`);
  t.equal(fifteen.value.length, 15);
  t.equal((await graph.call('GET', `/groups?$select=id&$filter=${clauses(16)}`)).status, 400);
  const people = await graph.all(
    `/users?$select=${anchor}&$filter=${encodeURIComponent(`startswith(${anchor},'User_')`)}`,
  );
  t.equal(people.value.length, 20);
});

t.test(
  'classes have their people and schools their classes; expired, duplicate and deleted ones look as in a real tenant',
  async (t) => {
    const graph = await tenant(t, { form: 'mixed', expired: 2, duplicates: 1, contradictions: 1, deleted: 1 });
    const classes = await graph.all('/education/classes?$select=id,displayName,externalId,mailNickname');
    t.equal(classes.value.length, 20 + 2 + 1 - 1);
    const groups = await graph.all(`/groups?$select=id,mailNickname,${anchor},${sdsExtension}Status`);
    const anchored = (text: string) => groups.value.filter((group) => group[anchor] === text);
    t.equal(anchored('Section_69').length, 2, 'double');
    t.match(anchored('Exp0625_Section_50'), [
      { mailNickname: 'Exp0625_Section_50', [`${sdsExtension}Status`]: 'Expired' },
    ]);
    t.same(anchored('Section_67'), [], 'soft-deleted');
    const one = classes.value.find((item) => item.id === anchored('Section_68')[0]?.id);
    t.equal(one?.externalId, '50', 'contradictory');
    const id = String(anchored('Section_50')[0]?.id);
    t.equal((await graph.all(`/groups/${id}/members?$select=id`)).value.length, 2);
    t.equal((await graph.all(`/groups/${id}/owners?$select=id`)).value.length, 1);
    const [school] = (await graph.all('/education/schools')).value;
    t.match(school, { externalId: '1', schoolNumber: '100' });
    t.equal((await graph.all(`/education/schools/${String(school?.id)}/users?$top=999`)).value.length, 20);
    const inSchool = await graph.all(`/education/schools/${String(school?.id)}/classes?$top=999`);
    t.equal(inSchool.value.length, 22);
  },
);

t.test('repeats by seed, and skips accounts that it never saw', async (t) => {
  const options: SdsOptions = { seed: 3, form: 'mixed', unstamped: 0.3, renamed: 0.3 };
  t.same(seedSds(file, district, options), seedSds(file, district, options));
  const { users, groups = [] } = seedSds(file, district, options);
  const without = users.filter((user) => user[anchor] === undefined).length;
  t.ok(without > 0 && without < users.length);
  const renamed = groups.filter((group) => group.displayName.startsWith('Our ')).length;
  t.ok(renamed > 0 && renamed < groups.length);
});
