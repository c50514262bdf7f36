/** The people and classes in a school: seen late by readers, and changed by administrators. */
import t from 'tap';
import { VirtualClock } from '../../../../shared/testing/virtual-clock.ts';
import { RawClient } from '../contract/raw-client.ts';
import { startMicrosoftSimulator } from '../server.ts';

const clock = new VirtualClock();
const simulator = await startMicrosoftSimulator({ people: 5, seed: 3, lag: 60_000, clock });
const graph = await RawClient.signedIn(simulator);
t.teardown(async () => {
  await graph[Symbol.asyncDispose]();
  await simulator.close();
});
const { directory } = simulator;

t.test("what is put into a school shows after the lag; an administrator's changes show at once", async (t) => {
  const school = directory.addSchool({ displayName: 'North', externalId: '1' }, 'once');
  const [one, other] = directory.users.values();
  const group = directory.addGroup({ displayName: 'Art', mailNickname: 'art' }, true, 'once');
  if (one === undefined || other === undefined) return t.fail('no people');
  const path = `/education/schools/${school.id}`;
  const idsIn = async (what: string) => (await graph.all(`${path}/${what}?$select=id`)).value.map(({ id }) => id);
  const link = { '@odata.id': `https://graph.microsoft.com/v1.0/education/users/${one.id}` };
  t.equal((await graph.call('POST', `${path}/users/$ref`, link)).status, 204);
  t.same(await idsIn('users'), [], 'it is done, but does not show');
  t.equal((await graph.call('POST', `${path}/users/$ref`, link)).status, 400, 'and cannot be done again');
  clock.advance(60_000);
  t.same(await idsIn('users'), [one.id]);

  t.equal((await graph.control('PUT', `/schools/1/users/${other.id}`)).status, 204);
  t.equal((await graph.control('PUT', '/schools/1/classes/art')).status, 204);
  t.same([await idsIn('users'), await idsIn('classes')], [[one.id, other.id], [group.id]]);
  t.equal((await graph.control('DELETE', `/schools/1/users/${one.id}`)).status, 204);
  t.equal((await graph.control('DELETE', '/schools/1/classes/art')).status, 204);
  t.equal((await graph.control('DELETE', '/schools/1/classes/art')).status, 404, 'it is not there');
  t.same([await idsIn('users'), await idsIn('classes')], [[other.id], []]);
  t.same([...one.schools], []);
});
