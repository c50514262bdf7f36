/** Today's agent on the state folder of an earlier version, and beside a relay of that version. */
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { Baselines } from '../../agent/baseline/baselines.ts';
import { AgentState } from '../../agent/state/agent-state.ts';
import { District, person } from '../../agent/testing/district.ts';
import { decodeFrame, encodeFrame } from '../../shared/frames.ts';
import { type BucketDigest, type RelayMessage, relayMessageSchema } from '../../shared/link.ts';
import { Recording } from './recording.ts';

for (const recording of Recording.all()) {
  const { version } = recording.about;

  t.test(`a state folder of ${version} is taken over as it is`, async (t) => {
    const state = await AgentState.open(recording.agentFolder(join(t.testdir({}), 'agent')));
    t.equal(state.settings.name, 'recorded agent');
    t.match(state.identity, { tenantName: 'Summit Schools' });
    t.ok(state.secret, 'the client secret is read');
    const baselines = new Baselines(state.paths.baseline);
    await baselines.scan();
    const welcome = recording
      .traffic()
      .flatMap((one) => (one.from === 'relay' && 'message' in one ? [one.message as RelayMessage] : []))
      .filter((message) => message.type === 'welcome')
      .at(-2);
    const byBucket = (buckets: readonly BucketDigest[] = []) =>
      Object.fromEntries(buckets.map(({ kind, schoolId, digest }) => [`${kind}:${schoolId}`, digest]));
    t.same(
      byBucket(baselines.digests()),
      byBucket(welcome?.buckets),
      'its baseline agrees with the mirror of then, so nothing is sent again',
    );
  });

  t.test(`what a relay ${version} said is understood`, async (t) => {
    for (const one of recording.traffic()) {
      if (one.from !== 'relay' || !('message' in one)) continue;
      const message = one.message as RelayMessage;
      if (!['welcome', 'manifest', 'ack', 'repair', 'drain', 'command', 'error'].includes(message.type)) continue;
      t.same(decodeFrame(encodeFrame(message), relayMessageSchema), message, message.type);
    }
  });

  t.test(`what today's agent says is what a relay ${version} reads`, async (t) => {
    const district = await District.open(join(t.testdir({}), 'state'));
    t.teardown(() => district.close());
    await district.bench.sync();
    district.powerschool.set('student:1', [person('1000', 'student')]);
    await district.bench.sync();
    const valid = new Ajv2020({ strict: false, validateFormats: false }).compile(recording.messageSchema('agent'));
    const types = new Set(district.relay.heard.map(({ type }) => type));
    t.ok(
      ['hello', 'cycle.begin', 'batch', 'cycle.commit'].every((type) => types.has(type as never)),
      [...types].join(),
    );
    for (const message of district.relay.heard)
      t.ok(valid(message), `${message.type}: ${JSON.stringify(valid.errors)}`);
  });
}
