/** Tests of the relay that use whatever openFreshStore() gives them, run again over PostgreSQL. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { noPostgres } from '../../testing/fresh-postgres.ts';

const root = join(import.meta.dirname, '../../..');

const files = [
  'relay/store/roster/intake.test.ts',
  'relay/store/directory/mirror.test.ts',
  'relay/store/alerts/outbox.test.ts',
  'relay/store/runs/waiting.test.ts',
  'relay/store/runs/run-history.test.ts',
  'relay/store/runs/run-counts.test.ts',
  'relay/store/tenants/tenants.test.ts',
  'relay/app/perform.test.ts',
  'relay/app/commands/answer-once.test.ts',
  'relay/app/queries/problems.test.ts',
  'relay/sync/sync.test.ts',
  'relay/sync/handover.test.ts',
  'relay/sync/departures.test.ts',
  'relay/sync/groups.test.ts',
  'relay/sync/guard.test.ts',
];

t.test('what holds on SQLite holds on PostgreSQL', { skip: await noPostgres() }, async (t) => {
  const env = { ...process.env, HALLPASS_TEST_STORE: 'postgres' };
  for (const file of files) {
    const run = promisify(execFile)(process.execPath, ['--require=./shared/testing/preload.mjs', file], {
      ...{ cwd: root, env, maxBuffer: 1 << 27 },
    });
    const output = await run.then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => `${error.stdout}\n${error.stderr}`,
    );
    const failed = output.split('\n').filter((line) => /^ *not ok/.test(line));
    t.same(failed, [], file);
    t.match(output, /^1\.\.\d+$/m, `${file} ran to its end`);
  }
});
