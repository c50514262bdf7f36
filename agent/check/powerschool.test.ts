/** What the check reports about the plugin's access, compared with what profiles ask for. */
import t from 'tap';
import { defaultSources, type Sources } from '../../plugin/extracts/sources.ts';
import { manifestOf, type Variant } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { AgentState } from '../state/agent-state.ts';
import { olderPlugin } from '../testing/older-plugin.ts';
import { findings, of, Testbed } from './testing/testbed.ts';

t.test('reports what PowerSchool does not allow', async (t) => {
  const testbed = await Testbed.open(t);
  const { simulator } = testbed;
  const expect = async (name: string, check: object) => t.match(of(await testbed.check(), name), check, name);
  simulator.addFault({ kind: 'maintenance', path: '.*', times: 1 });
  await expect('powerschool.metadata', { status: 'fail', temporary: true, fact: /in maintenance/ });

  const granted = simulator.plugins.list()[0]?.manifest.accessRequest;
  const name = [...(granted?.keys() ?? [])].find((field) => field === 'students.student_web_id') ?? '';
  const access = granted?.get(name);
  granted?.delete(name);
  const denied = await testbed.check();
  t.match(of(denied, 'powerschool.grants'), {
    status: 'fail',
    fact: 'PowerSchool does not let the plugin read STUDENTS.STUDENT_WEB_ID (queries: students, probe).',
    action: /approve its access request/,
  });
  t.match(of(denied, 'powerschool.queries'), { status: 'warn', fact: /of 8 queries answer/ });
  if (access !== undefined) granted?.set(name, access);
  t.same(findings(await testbed.check()), { 'relay.identity': 'fail' });

  simulator.addFault({ kind: '500', query: 'com.hallpass.agent.roster.probe', times: 1 });
  await expect('powerschool.queries', { status: 'fail', temporary: true, fact: /status 500/ });

  const state = await AgentState.open(testbed.folder);
  await state.saveSecret('wrong-secret');
  const refused = await testbed.check();
  t.match(of(refused, 'powerschool.token'), { status: 'fail', fact: /invalid_client/ });
  t.notMatch(JSON.stringify(refused), /wrong-secret/);
  t.match(of(refused, 'powerschool.pages'), { status: 'warn', fact: 'Not tried, because powerschool.token failed.' });
  await state.saveSecret(testbed.secret);

  const plugin = simulator.plugins.list()[0];
  simulator.plugins.disable(plugin?.id ?? 0);
  await simulator.installPlugin(await packPlugin(olderPlugin('0.1.1')));
  await expect('powerschool.queries', { status: 'warn', fact: /earlier version/, action: /install it as an update/ });

  simulator.plugins.disable(plugin?.id ?? 0);
  const rest = manifestOf({ variant: 'rest', version: '0.2.0', sources: defaultSources });
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(rest));
  await testbed.configure({ 'powerschool.clientId': clientId });
  await (await AgentState.open(testbed.folder)).saveSecret(clientSecret);
  const lists = await testbed.check();
  t.match(of(lists, 'powerschool.grants'), { status: 'pass', fact: /may read \/ws\/v1/ });
  t.match(of(lists, 'powerschool.queries'), { status: 'warn', fact: /co-teachers/ });
  t.match(of(lists, 'powerschool.pages'), { fact: /100 rows per page/ });
  await testbed.configure({ 'powerschool.source': 'powerquery' });
  t.match(of(await testbed.check(), 'powerschool.queries'), { status: 'fail', fact: /does not know any/ });
});

t.test('compares what profiles ask for with what the installed plugin reads', async (t) => {
  const testbed = await Testbed.open(t);
  const { simulator, relay } = testbed;
  const found = async () => of(await testbed.check(), 'profile');
  t.match(await found(), { notTried: true, fact: 'Not tried, because relay.identity failed.' });
  await testbed.enroll();
  const install = async (version: string, sources: Sources, variant: Variant = 'powerquery') => {
    for (const { id } of simulator.plugins.list()) simulator.plugins.disable(id);
    const plugin = await packPlugin(manifestOf({ variant, version, sources }));
    const { clientId, clientSecret } = await simulator.installPlugin(plugin);
    await testbed.configure({ 'powerschool.clientId': clientId });
    await (await AgentState.open(testbed.folder)).saveSecret(clientSecret);
  };
  t.match(await found(), { status: 'pass', fact: 'The plugin reads what profiles ask for.' });
  relay.fields = { student: ['preRegistered', 'username'] };
  t.match(await found(), {
    status: 'warn',
    fact: 'A profile asks for pre-registered students (Enroll_Status -1), which the installed plugin does not read.',
    action:
      /^Write the plugin again with "hallpass-agent plugin --pre-registered".*as an update: client id and secret stay/,
  });
  relay.isOlder = true;
  t.match(await found(), { status: 'pass', fact: /older than this check/ });
  relay.isOlder = false;

  await install('0.1.1', { ...defaultSources, preRegistered: true });
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students/ });
  relay.fields = {};
  t.match(await found(), { status: 'pass', fact: /reads pre-registered students .*, too: no profile asks for them/ });

  relay.fields = { student: ['homeRoom'] };
  t.match(await found(), {
    status: 'warn',
    fact: 'A profile asks for STUDENTS.Home_Room, which the installed plugin does not read.',
    action: /"hallpass-agent plugin --also homeRoom"/,
  });
  await install('0.1.2', { ...defaultSources, preRegistered: true, also: ['homeRoom'] });
  simulator.db.exec('UPDATE students SET home_room = NULL');
  t.match(await found(), { status: 'pass', fact: /ask for, with STUDENTS\.Home_Room\. .* no profile asks for them/ });
  relay.fields = { student: ['preRegistered'] };
  t.match(await found(), {
    status: 'pass',
    fact: /The plugin reads STUDENTS\.Home_Room, too: no profile asks for it, and it is left out\.$/,
  });

  // The first school is an office, so the check looks for students in the next one.
  relay.fields = { student: ['preRegistered'], section: ['localId'] };
  const [second] = simulator.edit([{ op: 'addSchool', name: 'Second' }]);
  const number = simulator.db.prepare('SELECT school_number AS n FROM schools WHERE dcid = ?');
  const move = simulator.db.prepare('UPDATE students SET schoolid = ?');
  move.run(Number(number.get(Number(second?.schoolId))?.n));
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students .* and SECTIONS\.ID/ });
  move.run(0);
  t.match(await found(), {
    status: 'warn',
    fact: /unknown whether the plugin reads that: PowerSchool shows no student/,
  });

  await install('0.1.3', defaultSources, 'rest');
  t.match(await found(), { status: 'warn', fact: 'A profile asks for SECTIONS.ID, which /ws/v1 does not have.' });
  relay.fields = { student: ['preRegistered', 'homeRoom'] };
  t.match(await found(), { status: 'pass', fact: /ask for, with pre-registered students .* and STUDENTS\.Home_Room/ });
});
