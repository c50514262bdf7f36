/**
 * What `hallpass-relay fleet` costs an operator: the command as a process of its own, beside `tenant list` of a relay with no
 * district, which is the start-up alone. Every district has a profile, runs, problems, a hold, and a roster in the mirror.
 *
 *   node scripts/bench/fleet.ts [--districts 200] [--records 5000] [--rounds 5]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { storeFile } from '../../relay/settings/settings.ts';
import { setProfile } from '../../relay/store/profiles/profiles.ts';
import { openStore } from '../../relay/store/store.ts';
import { createTenant } from '../../relay/store/tenants/system.ts';
import { profile } from '../../relay/testing/planning.ts';
import { count, readScriptOptions } from '../script-options.ts';

const runs = 100;
const problems = 300;

const { options } = readScriptOptions<{ districts: number; records: number; rounds: number }>(
  'npm run bench -- fleet',
  'What "hallpass-relay fleet" costs, beside the start-up of the program alone.',
  (command) =>
    command
      .option('--districts <number>', 'in one relay', count, 200)
      .option('--records <number>', 'in the mirror of each', count, 5000)
      .option('--rounds <number>', 'the best and the worst of so many', count, 5),
);
const main = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hallpass-bench-'));
try {
  const [full, empty] = [join(folder, 'full'), join(folder, 'empty')];
  await fill(full);
  seconds(empty, 'tenant', 'list');
  const fleet = Array.from({ length: options.rounds }, () => seconds(full, 'fleet'));
  const start = Array.from({ length: options.rounds }, () => seconds(empty, 'tenant', 'list'));
  const shown = (all: number[]) => `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)} s`;
  process.stdout.write(
    `fleet, ${options.districts} districts   ${shown(fleet)}\nstart-up alone        ${shown(start)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}

function seconds(home: string, ...args: string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, [main, ...args], { env: { ...process.env, HALLPASS_HOME: home } });
  return (performance.now() - start) / 1000;
}

async function fill(home: string): Promise<void> {
  const store = await openStore(storeFile(home));
  const now = new Date();
  const ids = await store.system(async (scope) => {
    const made: string[] = [];
    for (let index = 0; index < options.districts; index += 1) {
      const graphTenantId = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
      made.push(
        (await createTenant(scope, { slug: `district-${index}`, name: `District ${index}`, graphTenantId }, now)).id,
      );
    }
    return made;
  });
  for (const id of ids) await store.withTenant(id, (scope) => setProfile(scope, profile, now));
  await store.close();
  const db = new DatabaseSync(storeFile(home));
  const at = now.toISOString();
  const insert = (table: string, columns: string) =>
    db.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`);
  const agent = insert('agent', 'tenant_id, id, name, public_key, version, created_at, last_seen_at');
  const run = insert(
    'run',
    'tenant_id, id, seq, profile, started_at, finished_at, state, planned, done, failed, held, problems',
  );
  const problem = insert('problem', 'tenant_id, profile, subject, code, message, action, first_at, last_at');
  const record = insert('record', 'tenant_id, kind, school_id, id, hash, data, version, deleted');
  db.exec('BEGIN');
  for (const id of ids) {
    agent.run(id, `agent-${id}`, 'sis', `key-${id}`, '0.3.0', at, at);
    for (let seq = 1; seq <= runs; seq += 1) {
      run.run(id, `run-${id}-${seq}`, seq, profile.name, at, at, 'errors', '{}', 10, 0, 0, problems);
    }
    for (let number = 0; number < problems; number += 1) {
      problem.run(
        id,
        profile.name,
        `students:${number}`,
        'UnmatchedEntry',
        'No account matches.',
        'Correct it.',
        at,
        at,
      );
    }
    for (let number = 0; number < options.records; number += 1) {
      record.run(id, 'student', '1', String(number), 'x', '{"givenName":"Ana","surname":"Lee"}', 1, 0);
    }
  }
  db.exec('COMMIT');
  db.close();
}
