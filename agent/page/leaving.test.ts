/** What the page says leaves the network, compared with what arrives at the relay. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { furtherProperties } from '../../plugin/extracts/optional-columns.ts';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { manifestOf } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { type Kind, kinds, optionalFields, parseBucketKey, type WantedFields } from '../../shared/roster.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { leavingOf } from './leaving.ts';
import { modelOf } from './model.ts';
import { connect, scene, wanted } from './testing/scene.ts';
import { leavingBlock } from './views/leaving.ts';

t.test('exactly the displayed fields leave, whatever profiles add and remove', async (t) => {
  const simulator = await startPowerSchoolSimulator({ students: 60 });
  t.teardown(() => simulator.close());
  const manifest = manifestOf({
    ...{ variant: 'powerquery', version: '0.1.0' },
    sources: { ...defaultSources, also: furtherProperties },
  });
  const { clientId, clientSecret } = await simulator.installPlugin(await packPlugin(manifest));
  const folder = t.testdir({});
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, simulator.ca ?? '');
  const settings = {
    ...{ 'powerschool.url': simulator.baseUrl, 'powerschool.clientId': clientId },
    'powerschool.caFile': caFile,
  };
  const bench = await AgentBench.open(join(folder, 'state'), settings, clientSecret);
  t.teardown(() => bench.close());

  const everything: WantedFields = Object.fromEntries(kinds.map((kind) => [kind, [...optionalFields[kind]]]));
  const choices: WantedFields[] = [
    {},
    { student: ['username', 'grade'], school: ['city'] },
    everything,
    { teacher: ['secondaryEmail'] },
  ];
  for (const fields of choices) {
    bench.relay.fields = fields;
    await bench.sync();
    const arrived = new Map<string, Set<string>>(kinds.map((kind) => [kind, new Set()]));
    for (const [key, records] of bench.relay.mirror) {
      const names = arrived.get(parseBucketKey(key)?.kind ?? '');
      for (const record of records.values()) for (const name of Object.keys(record)) names?.add(name);
    }
    for (const { kind, required, chosen, staying } of leavingOf({ schools: null, fields }).kinds) {
      const shown = new Set([...required, ...chosen]);
      const came = [...(arrived.get(kind) ?? [])].filter((name) => name !== 'kind' && name !== 'schoolId');
      const what = `${kind} with ${JSON.stringify(fields[kind] ?? [])}`;
      t.same(
        came.filter((name) => !shown.has(name)),
        [],
        `${what}: nothing arrives that is not shown`,
      );
      t.same(
        came.filter((name) => staying.includes(name)),
        [],
        `${what}: what is said to stay stays`,
      );
      const missing = [...shown].filter((name) => !came.includes(name));
      t.same(missing, [], `${what}: everything shown does arrive`);
    }
  }
});

t.test('derives what leaves from the schemas that the sending code uses', async (t) => {
  const leaving = leavingOf(wanted);
  const of = (kind: Kind) => leaving.kinds.find((found) => found.kind === kind);
  t.same(of('student')?.required, ['id']);
  t.same(of('student')?.chosen, ['username', 'studentNumber', 'givenName', 'surname', 'grade']);
  t.same(of('student')?.staying, ['secondaryEmail', 'middleName', 'graduationYear', 'homeRoom']);
  t.same(of('studentEnrollment')?.required, ['id', 'sectionId', 'studentId', 'startDate', 'endDate']);
  for (const kind of kinds) {
    const found = of(kind);
    t.same([...(found?.chosen ?? []), ...(found?.staying ?? [])].sort(), [...optionalFields[kind]].sort(), kind);
  }
  const marked = leavingOf({ schools: null, fields: { student: ['preRegistered'] } });
  t.same(
    marked.kinds.find(({ kind }) => kind === 'student')?.chosen,
    ['preRegistered'],
    'a mark that a profile asks for',
  );
  const how = scene();
  const shown = () => leavingBlock(modelOf(how.parts, undefined, { work: true, bundle: false }));
  connect(how);
  t.match(shown(), /All schools are included\..*the plugin cannot see other columns/s);
  how.board.report({ event: 'source.chosen', source: 'rest', unknown: [] });
  t.match(shown(), /by \/ws\/v1, which does not know co-teachers/, 'says what the REST source cannot know');
  how.board.watch({ moment: 'link.opened', relay: 'https://r', tenant: 't', wanted: { schools: ['1'], fields: {} } });
  t.match(shown(), /1 school included: 1\. Of the others only name and number\./);
  t.match(leavingOf(undefined), { known: false, schools: [] });
  t.equal(leaving.schools, null);
});
