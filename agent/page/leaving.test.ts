/** What the page says leaves the building, against what arrives at the relay. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { furtherProperties } from '../../plugin/extracts/optional-columns.ts';
import { defaultSources } from '../../plugin/extracts/sources.ts';
import { manifestOf } from '../../plugin/manifest.ts';
import { packPlugin } from '../../plugin/pack.ts';
import { startPowerSchoolSimulator } from '../../scripts/simulators/powerschool/server.ts';
import { kinds, optionalFields, parseBucketKey, type WantedFields } from '../../shared/roster.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { leavingOf } from './leaving.ts';

t.test('exactly the fields that are shown leave, whatever profiles choose and take back', async (t) => {
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
        `${what}: nothing comes that is not shown`,
      );
      t.same(
        came.filter((name) => staying.includes(name)),
        [],
        `${what}: what stays here stays`,
      );
      const missing = [...shown].filter((name) => !came.includes(name));
      t.same(missing, [], `${what}: nothing is shown that never comes`);
    }
  }
});
