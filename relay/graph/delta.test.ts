/** An expired delta link is reported in several ways, on any page; then everything is read again. */
import t, { type Test } from 'tap';
import type { GivenAnswer } from '../../scripts/simulators/microsoft/fault-order.ts';
import type { DeltaPosition } from '../model/delta-position.ts';
import { openDistrict } from '../testing/district.ts';
import { anyObject } from './bodies/object.ts';
import { readUserChanges } from './directory.ts';
import { readObjectChanges } from './education-delta.ts';
import { readGroupChanges } from './group-delta.ts';
import { readDomains } from './tenant.ts';

const refusals: GivenAnswer[] = [
  { status: 400, code: 'syncStateNotFound', message: 'The sync state generation is not found.' },
  { status: 400, code: 'resyncRequired', message: 'Resync required.' },
  { status: 400, code: 'Request_BadRequest', message: 'Resync required. Replace any local items.' },
  { status: 400, code: 'Directory_ExpiredPageToken', message: 'The specified page token value has expired.' },
  { status: 400, body: { error: { code: 'badRequest', message: '', innerError: { code: 'resyncRequired' } } } },
  { status: 410, code: 'syncStateNotFound', message: '', headers: { Location: 'https://localhost/v1.0/users/delta' } },
  { status: 410, code: 'resyncRequired', message: '' },
  { status: 410, body: '' },
  { status: 404, code: 'SyncStateNotFound', message: '' },
];

async function open(t: Test) {
  const mode = { students: 'match', teachers: 'match' } as const;
  const district = await openDistrict({ dir: t.testdir(), mode, students: 6, accounts: true });
  t.teardown(() => district.close());
  const { directory, faults } = district.microsoft;
  directory.lag = 0;
  for (let at = 0; at < 6; at += 1) {
    directory.addGroup({ displayName: `Class ${at}`, mailNickname: `class_${at}` }, true, 'once');
  }
  directory.deltaPage = 2;
  const client = district.client();
  /** Each collection: its path, and the number of objects in one reading. */
  const collections = {
    '^/users/delta': async (from?: DeltaPosition) => {
      const { full, upserts, deltaLink, selected } = await readUserChanges(client, from);
      return { full, size: upserts.length, position: { deltaLink, selected } };
    },
    '^/groups/delta': async (from?: DeltaPosition) => {
      const { full, groups, deltaLink, selected } = await readGroupChanges(client, from, () => true);
      return { full, size: groups.size, position: { deltaLink, selected } };
    },
    '^/education/classes/delta': async (from?: DeltaPosition) => {
      const { full, objects, deltaLink, selected } = await readObjectChanges(client, 'classes', from, () => true);
      return { full, size: objects.size, position: { deltaLink, selected } };
    },
  };
  return { directory, faults, collections, client };
}

t.test('recognizes an expired link by any status or code, on any page', async (t) => {
  const { directory, faults, collections } = await open(t);
  for (const [path, read] of Object.entries(collections)) {
    const everything = await read();
    for (const answer of refusals) {
      for (const skip of [0, 2]) {
        for (const one of [...directory.users.values(), ...directory.groups.values()]) {
          const table = one.kind === 'user' ? directory.users : directory.groups;
          const text = `N ${answer.code} ${skip}`;
          table.update(one as never, { displayName: text, surname: text });
        }
        faults.add({ match: { path }, kind: 'answer', answer, times: 1, skip, delay: 0 });
        const again = await read(everything.position);
        t.match(again, { full: true, size: everything.size }, `${path} ${answer.status} ${answer.code} page ${skip}`);
        t.same(faults.waiting(), []);
      }
    }
  }
});

t.test('after any other refusal, reads everything once', async (t) => {
  const { directory, faults, collections } = await open(t);
  const refused: GivenAnswer[] = [
    { status: 400, code: 'Request_BadRequest', message: 'DeltaLink older than 30 days is not supported.' },
    { status: 400, code: 'Request_BadRequest', message: 'Badly formed token.' },
    { status: 400, code: 'InvalidDeltaToken', message: 'Invalid delta token' },
    { status: 404, code: 'ResourceNotFound', message: 'Resource not found.' },
    { status: 404, body: '' },
    { status: 412, code: 'PreconditionFailed', message: '' },
  ];
  for (const [path, read] of Object.entries(collections)) {
    const everything = await read();
    for (const answer of refused) {
      for (const skip of [0, 2]) {
        for (const one of [...directory.users.values(), ...directory.groups.values()]) {
          const table = one.kind === 'user' ? directory.users : directory.groups;
          const text = `M ${answer.code} ${answer.message} ${skip}`;
          table.update(one as never, { displayName: text, surname: text });
        }
        faults.add({ match: { path }, kind: 'answer', answer, times: 1, skip, delay: 0 });
        const again = await read(everything.position);
        t.match(again, { full: true, size: everything.size }, `${path} ${answer.status} ${answer.code} page ${skip}`);
        t.same(faults.waiting(), []);
      }
    }
  }
});

t.test('does not follow a link made for other properties, but follows the next one', async (t) => {
  const { collections, client } = await open(t);
  for (const [path, read] of Object.entries(collections)) {
    const { size, position: now } = await read();
    let deltaLink = '';
    for await (const page of client.pages(`${path.slice(1)}?$select=displayName`, anyObject))
      deltaLink = page.deltaLink ?? '';
    for (const selected of ['displayName', '']) {
      const again = await read({ deltaLink, selected });
      t.match(again, { full: true, size, position: { selected: now.selected } }, `${path} after "${selected}"`);
      t.match(await read(again.position), { full: false, size: 0 }, 'once');
    }
  }
});

t.test('reports a refusal that also meets a complete reading, and expired links without end', async (t) => {
  const { faults, collections } = await open(t);
  const read = collections['^/users/delta'];
  const { position } = await read();
  const order = (answer: GivenAnswer, times: number) =>
    faults.add({ match: { path: '^/users/delta' }, kind: 'answer', answer, times, skip: 0, delay: 0 });
  order({ status: 400, code: 'Request_BadRequest', message: 'Badly formed token.' }, 2);
  await t.rejects(read(position), { message: /Badly formed token/ });
  order({ status: 403, code: 'Authorization_RequestDenied', message: 'Insufficient privileges.' }, 1);
  await t.rejects(read(position), { code: 'GRAPH_DENIED' });
  order({ status: 410, code: 'resyncRequired', message: 'Again.' }, 3);
  await t.rejects(read(position), { message: /resyncRequired/ });
  t.same(faults.waiting(), []);
  t.match(await read(position), { full: false, size: 0 });
});

t.test('does not follow or store links that lead elsewhere or back', async (t) => {
  const { faults, collections, client } = await open(t);
  const { position: ofUsers } = await collections['^/users/delta']();
  const own = new URL(ofUsers.deltaLink);
  for (const [path, read] of Object.entries(collections)) {
    const { size, position } = await read();
    const elsewhere = [
      'https://evil.example/v1.0/users/delta',
      'http://localhost/x',
      '/users/delta?$skiptoken=1',
      'x',
      7,
      null,
    ];
    for (const link of [...elsewhere, `${own.origin}.evil.example/x`]) {
      for (const name of ['@odata.nextLink', '@odata.deltaLink']) {
        const answer = { status: 200, body: { value: [], [name]: link } };
        faults.add({ match: { path }, kind: 'answer', answer, times: 1, skip: 1, delay: 0 });
        t.match(await read(), { full: true, size }, `${path} ${name} ${link}`);
        t.same(faults.waiting(), []);
      }
    }
    const deltaLink = 'https://graph.other-cloud.example/v1.0/users/delta?$deltatoken=1';
    t.match(await read({ ...position, deltaLink }), { full: true, size });
    const back = { value: [], '@odata.nextLink': `${own.origin}/v1.0/users/delta?$skiptoken=back` };
    const answer = { status: 200, body: back };
    faults.add({ match: { path: 'delta' }, kind: 'answer', answer, times: 'always', skip: 0, delay: 0 });
    await t.rejects(read(), { code: 'GRAPH_UNREADABLE', retry: 'retry' }, 'a page that links to itself does not loop');
    faults.clear();
  }
  const back = { value: [], '@odata.nextLink': `${own.origin}/v1.0/domains?$skiptoken=back` };
  const answer = { status: 200, body: back };
  faults.add({ match: { path: '^/domains' }, kind: 'answer', answer, times: 'always', skip: 0, delay: 0 });
  await t.rejects(readDomains(client), { code: 'GRAPH_UNREADABLE', retry: 'retry' });
});

t.test('discards what was read before the link turned out to be expired', async (t) => {
  const { directory, faults, client } = await open(t);
  const before = await readUserChanges(client, undefined);
  const users = [...directory.users.values()];
  for (const user of users) directory.users.update(user, { mail: 'new@contoso.edu' });
  const [first] = users;
  if (first === undefined) return t.fail('nobody');
  faults.add({ match: { path: '^/users/delta' }, kind: '503', times: 1, skip: 2, delay: 0 });
  const answer = { status: 410 };
  faults.add({ match: { path: '^/users/delta' }, kind: 'answer', answer, times: 1, skip: 2, delay: 0 });
  const reading = readUserChanges(client, before);
  const watch = async () => {
    while (faults.waiting().some(({ kind }) => kind === '503')) await new Promise(setImmediate);
    directory.deleteUser(first);
    directory.purge(first);
  };
  const [read] = await Promise.all([reading, watch()]);
  t.equal(read.full, true);
  t.notOk(
    read.upserts.some(({ id }) => id === first.id),
    'someone who left meanwhile is not among them',
  );
});
